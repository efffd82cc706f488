"""How the schema describes a resident's token."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ResidentToken(OpenApiAuthenticationExtension):
    target_class = "residents.api.authentication.ResidentTokenAuthentication"
    name = "residentToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}

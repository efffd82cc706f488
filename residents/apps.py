from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("Residents")

    def ready(self) -> None:
        from portal.integrity import register as register_check
        from portal.organization import setup
        from residents import found, integrity, menu, notices
        from residents.api import openapi  # noqa: F401 - tells the schema how a token is sent

        menu.register()
        found.register()
        setup.register(
            setup.Step("import", _("Residents"), "/residents/import/", rank=50, holds=found.units_in_the_archive)
        )
        notices.register_wordings()
        register_check(integrity.findings)

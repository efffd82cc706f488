from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "portal.promises"
    label = "promises"
    verbose_name = _("Promises")

    def ready(self) -> None:
        from portal.integrity import register
        from portal.promises import fallback, integrity

        fallback.listen()
        register(integrity.findings)

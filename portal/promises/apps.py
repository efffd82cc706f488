from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "portal.promises"
    label = "promises"
    verbose_name = _("Promises")

    def ready(self) -> None:
        from portal.promises import fallback

        fallback.listen()

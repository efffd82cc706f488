from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("Residents")

    def ready(self) -> None:
        from residents import found, menu, notices
        from residents.api import openapi  # noqa: F401 - tells the schema how a token is sent

        menu.register()
        found.register()
        notices.register_wordings()

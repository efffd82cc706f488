from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "portal.organization"
    label = "organization"
    verbose_name = _("Organization")

    def ready(self) -> None:
        # Every shared_task needs the app to exist; portal/__init__ must stay free of imports.
        from portal import celery  # noqa: F401
        from portal.organization import menu, sessions
        from portal.organization.services import passwords
        from portal.organization.setup import own_steps

        menu.register()
        own_steps.register()
        passwords.register_wordings()
        sessions.listen()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from portal.organization.views.frames import register_tab
        from reports import menu

        menu.register()
        register_tab("/settings/goals/", _("Goals"))

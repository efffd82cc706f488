from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from portal import first_rows
        from portal.integrity import register as register_check
        from portal.organization import new_site
        from portal.organization.views.frames import register_tab
        from portal.promises import recurring, sweeping
        from reports import integrity, menu, notices, years
        from reports.defaults.loading import furnish, load_defaults
        from reports.demo.papers import fill_demo
        from reports.models import ReportTimer, ReportTimerStep
        from reports.services.making import plan_and_make

        sweeping.register(
            sweeping.Clockwork(
                timers=ReportTimer,
                events=ReportTimerStep,
                subject="report",
                columns=("number", "kind", "site"),
                telling=notices.telling_of,
            )
        )
        recurring.register(plan_and_make)
        recurring.register(years.count_tonight)
        menu.register()
        register_tab("/settings/goals/", _("Goals"))
        notices.register_wordings()
        register_check(integrity.findings)
        new_site.register(furnish)
        first_rows.register(load_defaults, fill_demo)

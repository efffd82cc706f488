from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BarServiceConfig(AppConfig):
    name = "bar_service"
    verbose_name = _("Sales-office bar")

    def ready(self) -> None:
        from bar_service import integrity, menu, notices, shipped
        from bar_service.defaults.loading import furnish, load_defaults
        from bar_service.demo.days import fill_demo
        from bar_service.models import BarTimer, BarTimerStep
        from bar_service.services.days import plan_days
        from portal import first_rows
        from portal.integrity import register as register_check
        from portal.organization import new_site
        from portal.organization.setup.shipped import register as register_shipped
        from portal.promises import recurring, sweeping

        sweeping.register(
            sweeping.Clockwork(
                timers=BarTimer,
                events=BarTimerStep,
                subject="matter",
                columns=("label", "site"),
                telling=notices.telling_of,
            )
        )
        recurring.register(plan_days)
        menu.register()
        notices.register_wordings()
        register_check(integrity.findings)
        register_shipped(shipped.everything)
        new_site.register(furnish)
        first_rows.register(load_defaults, fill_demo)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Home visits")

    def ready(self) -> None:
        from portal import first_rows
        from portal.integrity import register as register_check
        from portal.organization import new_site
        from portal.organization.open_work import register as register_open_work
        from portal.promises import recurring, sweeping
        from residents.services.revealing import register_callers
        from visits import about, integrity, menu, notices, open_work, rights
        from visits.defaults.loading import furnish, load_defaults
        from visits.demo.history import fill_demo
        from visits.models import VisitTimer, VisitTimerStep
        from visits.services.rounds import tell_missing_rounds

        sweeping.register(
            sweeping.Clockwork(
                timers=VisitTimer,
                events=VisitTimerStep,
                subject="visit",
                columns=("uuid", "site"),
                telling=notices.telling_of,
            )
        )
        recurring.register(tell_missing_rounds)
        menu.register()
        about.register()
        notices.register_wordings()
        register_check(integrity.findings)
        register_open_work(open_work.of)
        register_callers(rights.goes_to, lambda user, resident_id: False)
        new_site.register(furnish)
        first_rows.register(load_defaults, fill_demo)

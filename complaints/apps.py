from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from complaints import (
            about,
            calling,
            integrity,
            menu,
            notices,
            open_work,
            own_notices,
            phrases,
            services,
            shipped,
        )
        from complaints.api.refusals import as_problem
        from complaints.defaults.loading import furnish, load_defaults
        from complaints.errors import Refusal
        from complaints.models import Attachment, TicketTimer, TimerStep
        from complaints.views import drafting
        from portal import first_rows
        from portal.api.problems import register_refusal
        from portal.drafts import places
        from portal.files import owners
        from portal.integrity import register as register_check
        from portal.organization import new_site
        from portal.organization.open_work import register as register_open_work
        from portal.organization.setup.shipped import register as register_shipped
        from portal.pages.phrases import register as register_phrases
        from portal.promises import recurring, sweeping

        sweeping.register(
            sweeping.Clockwork(
                timers=TicketTimer,
                events=TimerStep,
                subject="ticket",
                columns=("number", "kind", "severity", "dangerous", "site", "department", "handler"),
                telling=notices.telling_of,
            )
        )
        owners.register(Attachment.objects.all)
        places.register(drafting.REGISTER, drafting.register_place)
        places.register(drafting.REPORT, drafting.report_place)
        places.register("ticket", drafting.ticket_place)
        places.register("suggestion-box", drafting.box_place)
        places.register("case", drafting.case_place)
        places.register("callback", drafting.callback_place)
        recurring.register(services.look_once_a_night)
        recurring.register(services.tell_missed_week)
        notices.register_wordings()
        own_notices.register_wordings()
        menu.register()
        about.register()
        register_phrases(phrases.say)
        calling.register()
        register_check(integrity.findings)
        register_open_work(open_work.of)
        register_shipped(shipped.everything)
        new_site.register(furnish)
        first_rows.register(load_defaults)
        register_refusal(Refusal, as_problem)

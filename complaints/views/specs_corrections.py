"""Steps for what was registered wrongly: corrected 更正, made void 作废, withdrawn at the counter 代撤 (C24, C25)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import forms, services
from complaints.models import Ticket
from complaints.states import UNRESOLVED, Step
from complaints.views.correction import CorrectForm, changes_in_words, department_warning
from complaints.views.specs import StepSpec, version_of
from complaints.views.specs_beside import Beside
from portal.organization.models import User

CORRECTIONS: dict[str, Beside] = {
    one.spec.slug: one
    for one in (
        Beside(
            StepSpec(
                "correct",
                pgettext_lazy("step", "Correct"),
                "note",
                lambda t, u, d: services.correct_ticket(t.pk, d["facts"], d["text"], by=u, **version_of(d)),
                CorrectForm,
                hint=_("The history keeps what stood there. Limits are counted from the reception."),
                tries=True,
                says=changes_in_words,
                warns=department_warning,
            ),
            lambda user, ticket: services.may_take(user, Step.CORRECT, ticket),
            lambda user, ticket, running: not ticket.is_over,
        ),
        Beside(
            StepSpec(
                "withdraw",
                pgettext_lazy("step", "Withdraw for the resident"),
                "person",
                lambda t, u, d: services.withdraw_ticket(t.pk, d["text"], by=u, **version_of(d)),
                forms.TextForm,
                asks=_("What they said"),
                hint=_("Its limits lapse; whoever has it hears. This cannot be taken back."),
            ),
            lambda user, ticket: services.may_take(user, Step.WITHDRAW, ticket),
            lambda user, ticket, running: ticket.status in UNRESOLVED,
        ),
        Beside(
            StepSpec(
                "void",
                pgettext_lazy("step", "Make it void"),
                "late",
                lambda t, u, d: services.void_ticket(t.pk, d["text"], by=u, **version_of(d)),
                forms.TextForm,
                asks=_("Why it was a mistake"),
                hint=_("It counts nowhere and nobody is called; its number stays. This cannot be taken back."),
            ),
            lambda user, ticket: services.may_take(user, Step.VOID, ticket),
            lambda user, ticket, running: not ticket.is_over,
        ),
    )
}


def corrections_open_to(user: User, ticket: Ticket) -> list[str]:
    """Those of them that this person may take on this ticket now."""
    nothing: frozenset[str] = frozenset()
    return [slug for slug, one in CORRECTIONS.items() if one.offered(user, ticket, nothing) and one.whose(user, ticket)]

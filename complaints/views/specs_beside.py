"""What is done beside the line: more time, promises, tickets and people that belong to it, claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import forms, services
from complaints.errors import NotPossible
from complaints.models import Ticket
from complaints.states import (
    BEING_HANDLED,
    CLAIM_LEVELS,
    OVERTIME_DECIDED_BY,
    UNRESOLVED,
    Decision,
    Kind,
    Status,
    Step,
    Target,
)
from complaints.views.specs import StepSpec, department_of, version_of
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT, Role

CENTS = 100


def _desk(user: User, ticket: Ticket) -> bool:
    return user.scope.holds(DESK, ticket.site_id)


def _anybody_on_it(user: User, ticket: Ticket) -> bool:
    return services.has_in_hand(user, ticket, DESK | MANAGEMENT)


def _sees(user: User, ticket: Ticket) -> bool:
    return True  # whoever has found the page


def _approver(user: User, ticket: Ticket) -> bool:
    asked = {Role(ticket.overtime_asked_of)} if ticket.overtime_asked_of else set(OVERTIME_DECIDED_BY.values())
    return user.scope.holds(asked, ticket.site_id)


def _on_claims(user: User, ticket: Ticket) -> bool:
    head = user.scope.holds_in(ticket.department_id, {Role.DEPARTMENT_HEAD}, ticket.site_id)
    return head or user.scope.holds(CLAIM_LEVELS[1:], ticket.site_id)


def _claim_is_theirs(user: User, ticket: Ticket) -> bool:
    return bool(ticket.claim_with) and services.decides_claims_at(ticket.claim_with, user, ticket)


def _helps(user: User, ticket: Ticket) -> bool:
    mine = user.scope.departments_as(DEPARTMENT)
    return _desk(user, ticket) or any(pk in mine for pk in ticket.also_with)


def _may_resume(user: User, ticket: Ticket) -> bool:
    return services.may_take(user, Step.RESUME, ticket)


def _other(ticket: Ticket, user: User, number: str) -> Ticket:
    """Raises NotPossible for a number that this person does not see, or that does not exist: the same words."""
    found = Ticket.objects.visible_to(user).filter(number=number).first()
    if found is None:
        raise NotPossible(_now("There is no ticket %(number)s.") % {"number": number}, ticket)
    return found


def _person(pk: int | None) -> User | None:
    return User.objects.get(pk=pk) if pk is not None else None


@dataclass(frozen=True)
class Beside:
    """A step beside the line: whose it is at all, and where it is offered."""

    spec: StepSpec
    whose: Callable[[User, Ticket], bool]
    offered: Callable[[User, Ticket, frozenset[str]], bool]


def _open(user: User, ticket: Ticket, running: frozenset[str]) -> bool:
    return not ticket.is_over


def _matters(user: User, ticket: Ticket, running: frozenset[str]) -> bool:
    return not ticket.is_over and ticket.kind != Kind.PRAISE


def _promised(user: User, ticket: Ticket, running: frozenset[str]) -> bool:
    return Target.PROMISE in running


BESIDE: dict[str, Beside] = {
    one.spec.slug: one
    for one in (
        Beside(
            StepSpec(
                "decide",
                pgettext_lazy("step", "Decide on more time"),
                "check",
                lambda t, u, d: services.decide_overtime(
                    t.pk, Decision(d["decision"]), d["text"], by=u, until=d["until"], **version_of(d)
                ),
                forms.DecisionForm,
                key="e",
                asks=_("Words to the department (needed unless it is granted as asked)"),
                hint=_("A granted date is the new limit; what passed its old one stays late in the figures."),
                tries=True,
            ),
            _approver,
            lambda u, t, running: bool(t.overtime_asked_of),
        ),
        Beside(
            StepSpec(
                "claim-up",
                pgettext_lazy("step", "Pass the claim up"),
                "up",
                lambda t, u, d: services.pass_claim_up(t.pk, d["text"], by=u, **version_of(d)),
                forms.TextForm,
                asks=_("What you think of the claim"),
            ),
            _on_claims,
            lambda u, t, running: t.claim_with != CLAIM_LEVELS[-1] and _claim_is_theirs(u, t),
        ),
        Beside(
            StepSpec(
                "claim-decide",
                pgettext_lazy("step", "Decide on the claim"),
                "check",
                lambda t, u, d: services.decide_claim(t.pk, int(d["amount"] * CENTS), d["text"], by=u, **version_of(d)),
                forms.ClaimForm,
                asks=_("The reason"),
                hint=_("Nothing paid is 0. This cannot be taken back."),
            ),
            _on_claims,
            lambda u, t, running: t.claim_with == CLAIM_LEVELS[-1] and _claim_is_theirs(u, t),
        ),
        Beside(
            StepSpec(
                "overtime",
                pgettext_lazy("step", "Ask for more time"),
                "hold",
                lambda t, u, d: services.ask_for_overtime(
                    t.pk, d["until"], d["text"], d["told_how"], by=u, **version_of(d)
                ),
                forms.OvertimeForm,
                key="e",
                asks=_("Why more time is needed"),
                phrase="delay",
                hint=_("The manager decides; until then the limit stays. The resident hears why beforehand."),
            ),
            services.has_in_hand,
            lambda u, t, running: t.status in BEING_HANDLED and Target.RESOLVE in running and not t.overtime_asked_of,
        ),
        Beside(
            StepSpec(
                "chase",
                pgettext_lazy("step", "Ask about the wait"),
                "redo",
                lambda t, u, d: services.chase_wait(t.pk, d["text"], by=u, until=d["until"], **version_of(d)),
                forms.ChaseForm,
                asks=_("What they said"),
                tries=True,
            ),
            _may_resume,
            lambda u, t, running: t.status == Status.WAITING,
        ),
        Beside(
            StepSpec(
                "keep",
                pgettext_lazy("step", "Promise kept"),
                "check",
                lambda t, u, d: services.keep_promise(t.pk, d["turn"], d["text"], by=u),
                forms.KeepForm,
                asks=_("What was said (may stay empty)"),
            ),
            _anybody_on_it,
            _promised,
        ),
        Beside(
            StepSpec(
                "move",
                pgettext_lazy("step", "Move the promise"),
                "redo",
                lambda t, u, d: services.move_promise(t.pk, d["turn"], d["at"], d["text"], by=u),
                forms.MoveForm,
                asks=_("The reason, as the resident was told it beforehand"),
                phrase="delay",
            ),
            _anybody_on_it,
            _promised,
        ),
        Beside(
            StepSpec(
                "promise",
                pgettext_lazy("step", "Promise something"),
                "phone",
                lambda t, u, d: services.promise_resident(t.pk, d["text"], d["at"], by=u, **version_of(d)),
                forms.PromiseForm,
                asks=_("What is promised, as the resident heard it"),
                hint=_("Whoever is on duty then is reminded; the resident reads it too."),
            ),
            _anybody_on_it,
            _matters,
        ),
        Beside(
            StepSpec(
                "merge",
                pgettext_lazy("step", "Merge into an earlier ticket"),
                "back",
                lambda t, u, d: services.merge_tickets(t.pk, _other(t, u, d["number"]).pk, by=u, **version_of(d)),
                forms.NumberForm,
                hint=_(
                    "This one's limits lapse; the earlier one keeps its own. Promises go along. Another household is "
                    "told and called back for itself once the earlier one is settled."
                ),
            ),
            _desk,
            lambda u, t, running: t.status in UNRESOLVED and t.kind != Kind.PRAISE,
        ),
        Beside(
            StepSpec(
                "link",
                pgettext_lazy("step", "Link another ticket"),
                "note",
                lambda t, u, d: services.link_tickets(t.pk, _other(t, u, d["number"]).pk, by=u),
                forms.NumberForm,
            ),
            _sees,
            lambda u, t, running: True,
        ),
        Beside(
            StepSpec(
                "helper",
                pgettext_lazy("step", "Add a second department"),
                "send",
                lambda t, u, d: services.add_helper(t.pk, department_of(d), by=u, **version_of(d)),
                forms.DepartmentForm,
                hint=_("It sees the ticket and may write on it; no clock starts anew."),
            ),
            _desk,
            lambda u, t, running: not t.is_over and t.department_id is not None,
        ),
        Beside(
            StepSpec(
                "helper-done",
                pgettext_lazy("step", "Second department is done"),
                "check",
                lambda t, u, d: services.remove_helper(t.pk, department_of(d), by=u),
                forms.DepartmentForm,
            ),
            _helps,
            lambda u, t, running: bool(t.also_with),
        ),
        Beside(
            StepSpec(
                "responsible",
                pgettext_lazy("step", "Name the first responsible person"),
                "person",
                lambda t, u, d: services.name_responsible(
                    t.pk, User.objects.get(pk=d["person"]), by=u, **version_of(d)
                ),
                forms.PersonForm,
            ),
            _desk,
            _open,
        ),
        Beside(
            StepSpec(
                "about-person",
                pgettext_lazy("step", "Name the person complained about"),
                "person",
                lambda t, u, d: services.name_person_complained_about(
                    t.pk, _person(d["person"]), by=u, **version_of(d)
                ),
                forms.PersonForm,
                hint=_("They neither handle it, nor decide on it, nor call back; the next role up does."),
            ),
            _desk,
            _matters,
        ),
        Beside(
            StepSpec(
                "hide-name",
                pgettext_lazy("step", "Hide the name from the department"),
                "eye",
                lambda t, u, d: services.hide_name(t.pk, by=u, **version_of(d)),
            ),
            _desk,
            lambda u, t, running: not t.is_over and not t.name_hidden,
        ),
        Beside(
            StepSpec(
                "show-name",
                pgettext_lazy("step", "Show the name to the department"),
                "eye",
                lambda t, u, d: services.hide_name(t.pk, by=u, hidden=False, **version_of(d)),
            ),
            _desk,
            lambda u, t, running: not t.is_over and t.name_hidden,
        ),
        Beside(
            StepSpec(
                "claim",
                pgettext_lazy("step", "Write down a claim"),
                "note",
                lambda t, u, d: services.make_claim(t.pk, d["text"], int(d["amount"] * CENTS), by=u, **version_of(d)),
                forms.ClaimForm,
                asks=_("What was damaged, and how"),
                hint=_("It goes up level by level: department head, operations, supervising, general manager."),
            ),
            services.has_in_hand,
            lambda u, t, running: not t.is_over and not t.claim_with and t.kind != Kind.PRAISE,
        ),
        Beside(
            StepSpec(
                "measure",
                pgettext_lazy("step", "Set a corrective measure"),
                "wrench",
                lambda t, u, d: services.set_measure(
                    t.pk, d["text"], User.objects.get(pk=d["person"]), d["on"], by=u, **version_of(d)
                ),
                forms.MeasureForm,
                hint=_("Its day is a promise of its own, also after the complaint is closed."),
            ),
            _anybody_on_it,
            lambda u, t, running: services.may_have_measures(t),
        ),
        Beside(
            StepSpec(
                "no-measure",
                pgettext_lazy("step", "No measure needed"),
                "note",
                lambda t, u, d: services.need_no_measure(t.pk, d["text"], by=u, **version_of(d)),
                forms.TextForm,
                asks=_("Why no measure is needed"),
            ),
            _anybody_on_it,
            lambda u, t, running: services.may_have_measures(t) and Target.CORRECTIVE_MEASURE not in running,
        ),
        Beside(
            StepSpec(
                "measure-taken",
                pgettext_lazy("step", "Measure taken"),
                "check",
                lambda t, u, d: services.take_measure(t.pk, d["text"], by=u, **version_of(d)),
                forms.TextForm,
                asks=_("What was done, and how that can be seen"),
            ),
            _anybody_on_it,
            lambda u, t, running: Target.CORRECTIVE_MEASURE in running,
        ),
        Beside(
            StepSpec(
                "appointment",
                pgettext_lazy("step", "Agree an appointment"),
                "clock",
                lambda t, u, d: services.agree_window(t.pk, d["begins"], d["ends"], by=u, **version_of(d)),
                forms.WindowForm,
            ),
            services.has_in_hand,
            lambda u, t, running: services.may_agree_window(t),
        ),
        Beside(
            StepSpec(
                "watch",
                pgettext_lazy("step", "Watch"),
                "eye",
                lambda t, u, d: services.watch(t.pk, by=u),
            ),
            _sees,
            lambda u, t, running: not t.is_over and u.pk not in t.watchers,
        ),
        Beside(
            StepSpec(
                "unwatch",
                pgettext_lazy("step", "Stop watching"),
                "eye",
                lambda t, u, d: services.watch(t.pk, by=u, watching=False),
            ),
            _sees,
            lambda u, t, running: u.pk in t.watchers,
        ),
    )
}


def offered_to(user: User, ticket: Ticket, running: frozenset[str]) -> list[str]:
    """What may be done beside the line, here and by this person, in the order of the table."""
    return [slug for slug, one in BESIDE.items() if one.offered(user, ticket, running) and one.whose(user, ticket)]

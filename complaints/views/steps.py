"""The steps of a ticket as buttons and forms: what each is called, what it asks, and which service takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import forms, services
from complaints.models import Ticket
from complaints.services import How
from complaints.states import HANDED_UP_TO, UNRESOLVED, Kind, Severity, Status, Step, Target
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK
from portal.pages.houses import departments
from portal.promises.models import TimerState

Take = Callable[[Ticket, User, dict[str, Any]], object]


@dataclass(frozen=True)
class StepSpec:
    """``slug`` is its address below the ticket; without a form one press takes it."""

    slug: str
    label: str | Promise
    icon: str
    take: Take
    form: type[forms.VersionForm] | None = None
    key: str = ""
    asks: str | Promise = ""
    phrase: str = ""
    hint: str | Promise = ""

    @property
    def takes_files(self) -> bool:
        return self.form is not None and issubclass(self.form, forms.TextForm)


def _version(typed: dict[str, Any]) -> dict[str, Any]:
    return {"version": typed.get("version")}


def _department(typed: dict[str, Any]) -> Any:
    return departments()[typed["department"]]


SPECS: dict[str, StepSpec] = {
    spec.slug: spec
    for spec in (
        StepSpec(
            "acknowledge",
            pgettext_lazy("step", "Acknowledge"),
            "check",
            lambda t, u, d: services.acknowledge(t.pk, by=u),
            key="s",
        ),
        StepSpec(
            "sign",
            pgettext_lazy("step", "Sign for it"),
            "check",
            lambda t, u, d: services.sign_for_ticket(t.pk, by=u, **_version(d)),
            key="s",
        ),
        StepSpec(
            "arrive",
            pgettext_lazy("step", "On site"),
            "check",
            lambda t, u, d: services.record_arrival(t.pk, by=u, **_version(d)),
        ),
        StepSpec(
            "dispatch",
            pgettext_lazy("step", "Dispatch"),
            "send",
            lambda t, u, d: services.dispatch_ticket(t.pk, _department(d), by=u, **_version(d)),
            forms.DepartmentForm,
            key="d",
            hint=_("The department is told at once and signs for it."),
        ),
        StepSpec(
            "answer",
            pgettext_lazy("step", "Answer on the spot"),
            "phone",
            lambda t, u, d: services.answer_on_the_spot(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            asks=_("What was answered"),
        ),
        StepSpec(
            "pass-on",
            pgettext_lazy("step", "Pass the praise on"),
            "send",
            lambda t, u, d: services.pass_on_praise(t.pk, _department(d), by=u, **_version(d)),
            forms.DepartmentForm,
            key="d",
        ),
        StepSpec(
            "progress",
            pgettext_lazy("step", "Note the handling"),
            "wrench",
            lambda t, u, d: services.note_handling(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            asks=_("How it is going"),
        ),
        StepSpec(
            "wait",
            pgettext_lazy("step", "Wait"),
            "hold",
            lambda t, u, d: services.wait(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            asks=_("What is being waited for"),
            phrase="apology_third",
            hint=_("The resolution clock stands until the work goes on; the wait is visible."),
        ),
        StepSpec(
            "resume",
            pgettext_lazy("step", "Take it up again"),
            "redo",
            lambda t, u, d: services.resume(t.pk, by=u, **_version(d)),
        ),
        StepSpec(
            "send-back",
            pgettext_lazy("step", "Send back"),
            "back",
            lambda t, u, d: services.send_back(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            asks=_("Why it is not this department's"),
        ),
        StepSpec(
            "resolve",
            pgettext_lazy("step", "Handling done"),
            "check",
            lambda t, u, d: services.resolve_ticket(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            key="f",
            asks=_("The result"),
            hint=_("The department head returns the form today."),
        ),
        StepSpec(
            "return",
            pgettext_lazy("step", "Return the form"),
            "check",
            lambda t, u, d: services.return_form(t.pk, d["text"], by=u, **_version(d)),
            forms.ReturnForm,
            key="f",
            asks=_("Remarks on the handling (may stay empty)"),
            hint=_("The desk tells the resident today."),
        ),
        StepSpec(
            "inform",
            pgettext_lazy("step", "Tell the resident"),
            "phone",
            lambda t, u, d: services.inform_resident(t.pk, How(d["how"]), d["text"], d["said"], by=u, **_version(d)),
            forms.InformForm,
            key="t",
            asks=_("What the resident was told"),
            phrase="inform",
            hint=_("This cannot be taken back: the callback is due from here."),
        ),
        StepSpec(
            "decline",
            pgettext_lazy("step", "Decline"),
            "info",
            lambda t, u, d: services.decline_ticket(t.pk, d["text"], d["understood"] == "yes", by=u, **_version(d)),
            forms.DeclineForm,
            asks=_("The reason, as the resident was told it"),
            phrase="decline",
            hint=_("The resident is called back all the same."),
        ),
        StepSpec(
            "reopen",
            pgettext_lazy("step", "Reopen"),
            "redo",
            lambda t, u, d: services.reopen_ticket(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            asks=_("What is not solved"),
            phrase="callback_bad",
        ),
        StepSpec(
            "severity",
            pgettext_lazy("step", "Change the severity"),
            "up",
            lambda t, u, d: services.set_severity(t.pk, Severity(d["severity"]), d["text"], by=u, **_version(d)),
            forms.SeverityForm,
        ),
        StepSpec(
            "wish",
            pgettext_lazy("step", "Confirm the wished date"),
            "check",
            lambda t, u, d: services.confirm_wish(t.pk, by=u, **_version(d)),
        ),
        StepSpec(
            "call-manager",
            pgettext_lazy("step", "Call the supervising manager"),
            "person",
            lambda t, u, d: services.call_manager_to_counter(t.pk, by=u),
        ),
        StepSpec(
            "note",
            pgettext_lazy("step", "Internal note"),
            "lock",
            lambda t, u, d: services.note_inside(t.pk, d["text"], by=u, with_files=d["with_files"]),
            forms.TextForm,
            key="m",
        ),
        StepSpec(
            "reply",
            pgettext_lazy("step", "Answer the resident"),
            "phone",
            lambda t, u, d: services.reply_to_resident(t.pk, d["text"], by=u, **_version(d)),
            forms.TextForm,
            key="t",
        ),
    )
}
COMPOSERS = frozenset({"note", "reply"})
_SLUGS = {
    Step.DISPATCH: "dispatch",
    Step.ANSWER: "answer",
    Step.SIGN: "sign",
    Step.SEND_BACK: "send-back",
    Step.NOTE: "progress",
    Step.WAIT: "wait",
    Step.RESUME: "resume",
    Step.RESOLVE: "resolve",
    Step.RETURN: "return",
    Step.INFORM: "inform",
    Step.DECLINE: "decline",
    Step.REOPEN: "reopen",
    Step.PASS_ON: "pass-on",
}
# A step that somebody may take now and then, never the one the page puts forward.
NEVER_FIRST = frozenset({"send-back", "wait", "decline", "reopen", "call-manager", "severity", "wish"})


def open_to(user: User, ticket: Ticket, running: frozenset[str]) -> list[StepSpec]:
    """The buttons of this person on this ticket, the next step first. ``running``: the targets whose timers run."""
    scope = user.scope
    slugs: list[str] = []
    if any(target in running and scope.holds({role}, ticket.site_id) for target, role in HANDED_UP_TO.items()):
        slugs.append("acknowledge")
    desk = scope.holds(DESK, ticket.site_id)
    taken = [_SLUGS[step] for step in services.steps_open_to(user, ticket)]
    reply = ["reply"] if desk and Target.REPLY in running else []
    # The form goes out first, that clock is the shortest; then the resident has a right to the clear reply.
    if Target.ARRIVE in running and scope.holds(DEPARTMENT, ticket.site_id, ticket.department_id):
        taken.insert(1 if taken[:1] == ["sign"] else 0, "arrive")  # first the signature, it is one press
    slugs += taken + reply if ticket.status == Status.REGISTERED else reply + taken
    if desk and ticket.status in UNRESOLVED and ticket.kind != Kind.PRAISE:
        slugs.append("severity")
        if ticket.wished_on and ticket.wish_confirmed_at is None:
            slugs.append("wish")
        slugs.append("call-manager")
    return [SPECS[slug] for slug in slugs]


def is_whose(slug: str, user: User, ticket: Ticket) -> bool:
    """Whether the step is this person's at all, wherever the ticket stands; asked before its form is read."""
    scope = user.scope
    step = next((step for step, address in _SLUGS.items() if address == slug), None)
    if step is not None:
        return services.may_take(user, step, ticket)
    if slug == "acknowledge":
        return scope.holds(HANDED_UP_TO.values(), ticket.site_id)
    if slug == "arrive":
        return scope.holds(DEPARTMENT, ticket.site_id, ticket.department_id)
    return slug == "note" or scope.holds(DESK, ticket.site_id)


def first_of(open_steps: list[StepSpec], ticket: Ticket) -> str:
    """The step that the page puts forward; sending elsewhere what a department has is a transfer, not the next step."""
    held = {"dispatch"} if ticket.department_id is not None else set()
    return next((spec.slug for spec in open_steps if spec.slug not in NEVER_FIRST | held), "")


def label_of(spec: StepSpec, ticket: Ticket) -> str | Promise:
    return (
        pgettext_lazy("step", "Transfer")
        if spec.slug == "dispatch" and ticket.department_id is not None
        else spec.label
    )


def may_reply(user: User, ticket: Ticket) -> bool:
    return not ticket.is_over and user.scope.holds(DESK, ticket.site_id)


RUNNING = frozenset({TimerState.RUNNING, TimerState.PAUSED})

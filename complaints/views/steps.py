"""Which steps a person may take on a ticket, and which of them comes first."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from complaints import services
from complaints.models import Ticket
from complaints.states import HANDED_UP_TO, UNRESOLVED, Kind, Status, Step, Target
from complaints.views.specs import OF_THE_LINE, StepSpec, Take
from complaints.views.specs_beside import BESIDE, offered_to
from complaints.views.specs_corrections import CORRECTIONS, corrections_open_to
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, Role

__all__ = ["COMPOSERS", "SPECS", "StepSpec", "Take"]

OFF_THE_LINE = BESIDE | CORRECTIONS
SPECS: dict[str, StepSpec] = {**OF_THE_LINE, **{slug: one.spec for slug, one in OFF_THE_LINE.items()}}
COMPOSERS = frozenset({"note", "reply"})
_SLUGS = {
    Step.DISPATCH: "dispatch",
    Step.ANSWER: "answer",
    Step.ANSWER_AT_ONCE: "answer-at-once",
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
    Step.MERGE: "merge",
}
# A step that somebody may take now and then, never the one the page puts forward.
NEVER_FIRST = frozenset({"send-back", "wait", "decline", "reopen", "call-manager", "severity", "wish"}) | (
    OFF_THE_LINE.keys() - {"decide", "claim-up", "claim-decide"}
)


def open_to(user: User, ticket: Ticket, running: frozenset[str]) -> list[StepSpec]:
    """The buttons of this person on this ticket, the next step first. ``running``: the targets whose timers run."""
    scope = user.scope
    slugs: list[str] = []
    if any(target in running and scope.holds({role}, ticket.site_id) for target, role in HANDED_UP_TO.items()):
        slugs.append("acknowledge")
    if Target.VIA_OPERATIONS in running and scope.holds({Role.OPERATIONS_MANAGER}, ticket.site_id):
        slugs.insert(0, "forward")
    desk = scope.holds(DESK, ticket.site_id)
    beside = offered_to(user, ticket, running)
    slugs += [slug for slug in beside if slug not in NEVER_FIRST]
    taken = [_SLUGS[step] for step in services.steps_open_to(user, ticket) if step != Step.MERGE]
    reply = ["reply"] if desk and Target.REPLY in running else []
    # The form goes out first, that clock is the shortest; then the resident has a right to the clear reply.
    if Target.ARRIVE in running and scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id):
        taken.insert(1 if taken[:1] == ["sign"] else 0, "arrive")  # first the signature, it is one press
    elif Target.MADE_SAFE in running and scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id):
        taken.insert(0, "made-safe")
    slugs += taken + reply if ticket.status == Status.REGISTERED else reply + taken
    if desk and ticket.status in UNRESOLVED and ticket.kind != Kind.PRAISE:
        slugs.append("severity")
        if ticket.wished_on and ticket.wish_confirmed_at is None:
            slugs.append("wish")
        slugs.append("call-manager")
    slugs += [slug for slug in beside if slug in NEVER_FIRST] + corrections_open_to(user, ticket)
    return [SPECS[slug] for slug in slugs]


def is_whose(slug: str, user: User, ticket: Ticket) -> bool:
    """Whether the step is this person's at all, wherever the ticket stands; asked before its form is read."""
    scope = user.scope
    if slug in OFF_THE_LINE:
        return OFF_THE_LINE[slug].whose(user, ticket)
    step = next((step for step, address in _SLUGS.items() if address == slug), None)
    if step is not None:
        return services.may_take(user, step, ticket)
    if slug == "forward":
        return scope.holds({Role.OPERATIONS_MANAGER}, ticket.site_id)
    if slug == "acknowledge":
        return scope.holds(HANDED_UP_TO.values(), ticket.site_id)
    if slug in {"arrive", "made-safe"}:
        return scope.holds_in(ticket.department_id, DEPARTMENT, ticket.site_id)
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

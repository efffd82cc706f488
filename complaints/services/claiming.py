"""Claims for damages 赔偿 go up level by level; each adds its word, the last decides (C23)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Claim, Ticket
from complaints.services.change import Change, changing, has_in_hand, require_text
from complaints.states import CLAIM_LEVELS, EventKind
from portal.organization.models import Membership, User
from portal.organization.roles import Role

MOST_CENTS = 10**12


def make_claim(ticket_id: int, what: str, amount_cents: int, *, by: User, version: int | None = None) -> Claim:
    """Write down what the resident wants to be paid, in cents; the department head is asked first.

    Raises NotPossible while another claim of the ticket is open.
    """
    words = require_text(what, _("Write down what was damaged."))
    with changing(ticket_id, by=by) as change:
        ticket = change.ticket
        there = ticket.claims.filter(decided_at=None).first()
        if there is not None and (there.what, there.amount_cents) == (words, amount_cents):
            return there
        change.refuse_stale(version)
        if not has_in_hand(by, ticket):
            raise NotYours(_("This is for the front desk."), ticket)
        if there is not None:
            raise NotPossible(_("A claim is open already: it is decided first."), ticket)
        if not 0 < amount_cents <= MOST_CENTS:
            raise NotPossible(_("Write down the amount."), ticket)
        level = _level_from(ticket, CLAIM_LEVELS[0 if ticket.department_id is not None else 1])
        claim = Claim.objects.create(
            ticket=ticket, what=words, amount_cents=amount_cents, level=level, made_at=change.now, made_by=by
        )
        ticket.claim_with = level
        change.note(EventKind.CLAIMED, words, amount_cents=amount_cents, level=level)
        change.tell([Role(level)], "claim")
    return claim


def pass_claim_up(ticket_id: int, words: str, *, by: User, version: int | None = None) -> Ticket:
    """This level has said what it thinks; the next above is asked. Raises NotYours for any other level."""
    opinion = require_text(words, _("Write down what you think of it."))
    with changing(ticket_id, by=by) as change:
        change.refuse_stale(version)
        claim = _open_claim(change, by)
        above = CLAIM_LEVELS[CLAIM_LEVELS.index(Role(claim.level)) + 1 :]
        if not above:
            raise NotPossible(_("Nobody stands above: decide it."), change.ticket)
        was, claim.level = claim.level, _level_from(change.ticket, above[0])
        claim.save(update_fields=["level"])
        change.ticket.claim_with = claim.level
        change.note(EventKind.CLAIM_PASSED_UP, opinion, was=was, level=claim.level)
        change.tell([Role(claim.level)], "claim")
    return change.ticket


def decide_claim(ticket_id: int, granted_cents: int, words: str, *, by: User, version: int | None = None) -> Ticket:
    """The general manager's word: so much is paid, in cents; nothing is a refusal."""
    reason = require_text(words, _("Give the reason."))
    with changing(ticket_id, by=by) as change:
        change.refuse_stale(version)
        claim = _open_claim(change, by)
        if Role(claim.level) != CLAIM_LEVELS[-1]:
            raise NotPossible(_("It goes up level by level: pass it up."), change.ticket)
        if not 0 <= granted_cents <= MOST_CENTS:
            raise NotPossible(_("Write down the amount."), change.ticket)
        claim.decided_at, claim.decided_by, claim.granted_cents = change.now, by, granted_cents
        claim.save(update_fields=["decided_at", "decided_by", "granted_cents"])
        change.ticket.claim_with = ""
        change.note(EventKind.CLAIM_DECIDED, reason, granted_cents=granted_cents)
        change.tell(
            [Role.RECEPTIONIST, *([Role.DEPARTMENT_HEAD] if change.ticket.department_id else [])], "claim_decided"
        )
    return change.ticket


def claim_with_the_right_one(change: Change) -> None:
    """Past whoever is complained about by now."""
    claim = change.ticket.claims.filter(decided_at=None).first()
    if claim is not None and claim.level != (level := _level_from(change.ticket, Role(claim.level))):
        claim.level = change.ticket.claim_with = level
        claim.save(update_fields=["level"])
        change.tell([level], "claim")


def _level_from(ticket: Ticket, level: Role) -> Role:
    """This level, or the next above that the one complained about does not hold (C23)."""
    held = set(Membership.objects.filter(user=ticket.about_person_id).values_list("role", flat=True))
    ahead = CLAIM_LEVELS[CLAIM_LEVELS.index(level) :]
    return next((one for one in ahead if one not in held), CLAIM_LEVELS[-1])


def decides_claims_at(level: str, user: User, ticket: Ticket) -> bool:
    """Whether this person decides a claim at this level: at the first the head of the ticket's department."""
    role = Role(level)
    if role == Role.DEPARTMENT_HEAD and ticket.department_id is not None:
        return user.scope.holds_in(ticket.department_id, {role}, ticket.site_id)
    return user.scope.holds({role}, ticket.site_id)


def _open_claim(change: Change, by: User) -> Claim:
    ticket = change.ticket
    claim = ticket.claims.filter(decided_at=None).first()
    if claim is None:
        raise NotPossible(_("No claim is open."), ticket)
    if by.pk == ticket.about_person_id or not decides_claims_at(claim.level, by, ticket):
        raise NotYours(_("The claim is with somebody else."), ticket)
    return claim

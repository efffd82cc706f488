"""Proposing that the root of a repeated matter be looked for, and deciding about it (C17)."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints import repeats
from complaints.errors import NotYours
from complaints.models import Repeat, Ticket
from complaints.services.change import require_text
from complaints.services.intake import Report, register_ticket
from complaints.states import Kind, ReportChannel
from portal.notifications import outbox
from portal.organization.duty import people_for
from portal.organization.models import Site, User
from portal.organization.roles import Role
from portal.promises import clock, heartbeat

LOOKS_FROM = time(2)
DECIDERS = frozenset({Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER})


def look_once_a_night() -> None:
    """Once for each local day of a site, from two o'clock on; later, where the night was missed."""
    now = clock.now()
    for site in Site.objects.order_by("pk"):
        local, pass_of_site = now.astimezone(site.zone), f"repeats:{site.pk}"
        last = heartbeat.last(pass_of_site)
        if local.time() >= LOOKS_FROM and (last is None or last.astimezone(site.zone).date() < local.date()):
            _look_at(site.pk)
            heartbeat.beat(pass_of_site)


def look_for_repeats() -> int:
    """Propose every group that is new, and tell each site's supervisor once about them; how many were new."""
    return sum(_look_at(site_id) for site_id in Site.objects.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _look_at(site_id: int) -> int:
    # Two passes at once: the second waits here, and finds the groups proposed.
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    now = clock.now()
    groups = repeats.groups_of(site.pk, now)
    if not groups:
        return 0
    made = Repeat.objects.bulk_create(
        Repeat(site=site, unit_id=one.unit_id, building_id=one.building_id, category_id=one.category_id, found_at=now)
        for one in groups
    )
    link = Repeat.tickets.through
    link.objects.bulk_create(
        link(repeat_id=repeat.pk, ticket_id=ticket)
        for repeat, group in zip(made, groups, strict=True)
        for ticket in group.ticket_ids
    )
    _tell(site, made, now)
    return len(made)


def _tell(site: Site, made: list[Repeat], now: datetime) -> None:
    found = people_for([Role.SUPERVISOR], site_id=site.pk, department_id=None, at=now)
    outbox.put(
        outbox.messages_for(
            [person.user_id for _role, people in found for person in people],
            key=f"repeats:{made[0].pk}",
            kind="complaints.repeats",
            params={"count": len(made), "site": site.name},
            link="/cases/repeats/",
            now=now,
            not_before=outbox.after_quiet_hours(now, site.zone),
        )
    )


def may_decide_repeat(user: User, repeat: Repeat) -> bool:
    return user.scope.holds(DECIDERS, repeat.site_id)


@transaction.atomic
def open_root_cause(repeat_id: int, *, by: User) -> Repeat:
    """Register the ticket that looks for the root. Decided already, it changes nothing. Raises NotYours."""
    repeat = _held(repeat_id, by)
    if repeat.decided_at is not None:
        return repeat
    tickets = list(repeat.tickets.order_by("received_at", "pk"))
    is_complaint = any(ticket.kind == Kind.COMPLAINT for ticket in tickets)
    report = Report(
        site=repeat.site,
        kind=Kind.COMPLAINT if is_complaint else Kind.SERVICE_REQUEST,
        channel=ReportChannel.INSPECTION,
        description=_root_words(repeat, tickets),
        category=repeat.category,
        unit=repeat.unit,
    )
    repeat.root = register_ticket(report, by=by)
    return _decided(repeat, by)


@transaction.atomic
def dismiss_repeat(repeat_id: int, reason: str, *, by: User) -> Repeat:
    """No root is looked for, with the reason. Decided already, it changes nothing. Raises NotYours and NotPossible."""
    why = require_text(reason, _("Say why no root-cause ticket is needed."))
    repeat = _held(repeat_id, by)
    if repeat.decided_at is not None:
        return repeat
    repeat.reason = why
    return _decided(repeat, by)


def _held(repeat_id: int, by: User) -> Repeat:
    locked = Repeat.objects.select_for_update(of=("self",), no_key=True)
    repeat = locked.select_related("site", "unit", "building", "category").get(pk=repeat_id)
    if not may_decide_repeat(by, repeat):
        raise NotYours(_("The supervisor decides about repeats."))
    return repeat


def _decided(repeat: Repeat, by: User) -> Repeat:
    repeat.decided_at, repeat.decided_by = clock.now(), by
    repeat.save(update_fields=["root", "reason", "decided_at", "decided_by"])
    return repeat


def _root_words(repeat: Repeat, tickets: list[Ticket]) -> str:
    numbers = pgettext("between facts", ", ").join(ticket.number for ticket in tickets)
    if repeat.unit:
        words = _("Look for the root: %(count)d tickets of unit %(room)s in 90 days: %(numbers)s")
        return words % {"count": len(tickets), "room": repeat.unit.room, "numbers": numbers}
    words = _(
        "Look for the root: %(count)d tickets about “%(category)s” in building %(building)s in 90 days: %(numbers)s"
    )
    building = repeat.building.code if repeat.building else ""
    return words % {
        "count": len(tickets),
        "category": repeat.category or "",
        "building": building,
        "numbers": numbers,
    }

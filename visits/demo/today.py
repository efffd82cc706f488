"""The demo's today: a route with agreed times, one to be called, one missed, one who asks; each by the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from portal.organization.models import Site, User
from portal.promises import clock
from residents.models import ApiAccount, Resident, Unit, UnitStatus
from visits import services
from visits.homes import met_there
from visits.models import HomeVisit
from visits.services import Again, Booking, Call, Press
from visits.states import CallOutcome, Kind, Status

LAST_START = time(19, 0)


def play_today(site: Site, people: Mapping[str, User], now: datetime) -> None:
    """In the buildings 8 and 3, where the demo's own homes are: the next free half hours from now on."""
    units = _free_homes(site)
    desk, others = people["reception"], [people["reception"], people["engineering-b"]]
    first = _first_start(now, site)
    plan = (
        (Kind.PLANNED, "", timedelta(), others, True),
        (Kind.PLANNED, "", timedelta(minutes=30), others, True),
        (Kind.FOLLOW_UP, "车库漏水理赔说明", timedelta(minutes=70), others, True),
        (Kind.CARE, "术后康复，带慰问品", timedelta(), others, False),
        (Kind.PLANNED, "", timedelta(), [people["leader"], people["supervisor"]], False),
    )
    for unit, (kind, purpose, later, going, agreed) in zip(units, plan, strict=False):
        call = Call(CallOutcome.AGREED, agreed_at=first + later, people=going) if agreed else None
        with clock.standing_at(now - timedelta(hours=20)):
            booking = _booking(unit, site, kind, purpose, first)
            made = services.book_visit(_with(booking, going), Press(desk))
        assert made is not None
        if call is not None:
            with clock.standing_at(now - timedelta(hours=18)):
                services.record_call(made.pk, Press(desk), call)
        elif kind == Kind.PLANNED:
            with clock.standing_at(now - timedelta(hours=1)):
                services.record_call(made.pk, Press(desk), Call(CallOutcome.NO_ANSWER))
    _yesterday(units[5:], site, people, now)
    _asked(units[7], site, now)


def _yesterday(units: list[Unit], site: Site, people: Mapping[str, User], now: datetime) -> None:
    """One that nobody went to, one where nobody was at home."""
    desk, going = people["reception"], [people["leader"], people["supervisor"]]
    at = now - timedelta(hours=26)
    for unit, later in zip(units[:2], (timedelta(), timedelta(hours=1)), strict=False):
        with clock.standing_at(at - timedelta(hours=4)):
            booking = _with(_booking(unit, site, Kind.PLANNED, "", at), going)
            made = services.book_visit(booking, Press(desk))
            assert made is not None
            call = Call(CallOutcome.AGREED, agreed_at=at + later, people=going)
            services.record_call(made.pk, Press(desk), call)
    with clock.standing_at(at + timedelta(hours=1)):
        services.start_visit(made.pk, Press(people["leader"]))
        services.knock(made.pk, Press(people["leader"]))
    with clock.standing_at(at + timedelta(hours=1, minutes=4)):
        services.nobody_home(made.pk, Press(people["leader"]), Again(), note_left=True)


def _asked(unit: Unit, site: Site, now: datetime) -> None:
    resident = Resident.objects.get(pk=met_there([unit.pk], now.date())[unit.pk])
    account, _made = ApiAccount.objects.get_or_create(phone=resident.phones.get().number)
    wished = datetime.combine(now.astimezone(site.zone).date() + timedelta(days=2), time(18, 30), tzinfo=site.zone)
    times = [{"start": wished.isoformat(), "end": (wished + timedelta(hours=1)).isoformat()}]
    with clock.standing_at(now - timedelta(hours=2)):
        services.ask_for_visit(unit, resident, "想当面谈谈楼上漏水的事", times, account=account)


def _free_homes(site: Site) -> list[Unit]:
    """Occupied, not seen this year, nothing ahead; of few buildings."""
    taken = HomeVisit.objects.filter(site=site, status=Status.DONE).order_by("-ended_at").values("unit")[:400]
    found = Unit.objects.filter(site=site, status=UnitStatus.OCCUPIED, entrance__building__code__in=("3", "8"))
    return list(found.exclude(pk__in=list(taken.values_list("unit", flat=True))).order_by("-room")[:12])


def _first_start(now: datetime, site: Site) -> datetime:
    """The next full ten minutes in an hour, or tomorrow at two where the day is over."""
    local = (now + timedelta(hours=1)).astimezone(site.zone)
    at = local.replace(minute=local.minute // 10 * 10, second=0, microsecond=0)
    if time(9) <= at.time() <= LAST_START and at.date() == now.astimezone(site.zone).date():
        return at
    day = now.astimezone(site.zone).date()
    day += timedelta(days=1) if now.astimezone(site.zone).time() > time(12) else timedelta()
    return datetime.combine(day, time(14), tzinfo=site.zone)


def _booking(unit: Unit, site: Site, kind: Kind, purpose: str, at: datetime) -> Booking:
    unit.site = site
    resident = met_there([unit.pk], at.date()).get(unit.pk)
    return Booking(
        unit=unit,
        kind=kind,
        purpose=purpose,
        resident=Resident.objects.filter(pk=resident).first(),
        planned_on=at.astimezone(site.zone).date(),
    )


def _with(booking: Booking, people: list[User]) -> Booking:
    return Booking(**{**booking.__dict__, "people": people})

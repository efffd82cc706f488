"""The demo's today: a route with agreed times, one to be called, one missed, one who asks; each by the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone

from portal.organization.models import Site, User
from portal.promises import clock
from residents.models import ApiAccount, Resident, Unit, UnitStatus
from visits import services
from visits.homes import met_there
from visits.models import HomeVisit
from visits.services import Again, Booking, Call, Press
from visits.states import CallOutcome, Kind, Status

# When one goes today; what lies behind us by an hour is done.
STOPS = (
    (time(10, 0), Kind.PLANNED, ""),
    (time(10, 40), Kind.PLANNED, ""),
    (time(14, 20), Kind.FOLLOW_UP, "车库漏水理赔说明"),
    (time(15, 10), Kind.PLANNED, ""),
    (time(16, 30), Kind.CARE, "术后康复，带慰问品"),
    (time(19, 10), Kind.FOLLOW_UP, "阳台渗水复查"),
)
WAITING = ((Kind.PLANNED, ""), (Kind.CARE, "独居老人，看看近况"))
CALLED_AT = time(16, 40)  # the day before
AN_HOUR = timedelta(hours=1)


def play_today(site: Site, people: Mapping[str, User], now: datetime) -> None:
    """In the buildings where the demo's own homes are, through the whole day, wherever now is in it."""
    units = _free_homes(site)
    desk, going = people["reception"], [people["reception"], people["engineering-b"]]
    today = now.astimezone(site.zone).date()
    for (clock_time, kind, purpose), unit in zip(STOPS, units, strict=False):
        at = datetime.combine(today, clock_time, tzinfo=site.zone)
        called_at = datetime.combine(today - timedelta(days=1), CALLED_AT, tzinfo=site.zone)
        made = _booked(_with(_booking(unit, site, kind, purpose, at), going), desk, called_at - AN_HOUR)
        call = Call(CallOutcome.AGREED, agreed_at=at, people=going)
        with clock.standing_at(called_at):
            services.record_call(made.pk, Press(desk), call)
        if at + AN_HOUR < now:
            with clock.standing_at(at):
                services.start_visit(made.pk, Press(desk))
                services.knock(made.pk, Press(desk))
                services.enter_home(made.pk, Press(desk), going)
            with clock.standing_at(at + timedelta(minutes=22)):
                services.finish_visit(made.pk, Press(desk), "对服务满意。", 4)
    others = [people["leader"], people["supervisor"]]
    for (kind, purpose), unit in zip(WAITING, units[len(STOPS) :], strict=False):
        made = _booked(_with(_booking(unit, site, kind, purpose, now), others), desk, now - 20 * AN_HOUR)
        if kind == Kind.PLANNED:
            with clock.standing_at(now - AN_HOUR):
                services.record_call(made.pk, Press(desk), Call(CallOutcome.NO_ANSWER))
    left = units[len(STOPS) + len(WAITING) :]
    _yesterday(left, site, people, now)
    _asked(left[2], site, now)


def _booked(booking: Booking, by: User, at: datetime) -> HomeVisit:
    with clock.standing_at(at):
        made = services.book_visit(booking, Press(by))
    assert made is not None
    return made


def _yesterday(units: list[Unit], site: Site, people: Mapping[str, User], now: datetime) -> None:
    """One that nobody went to, one where nobody was at home."""
    desk, going = people["reception"], [people["leader"], people["supervisor"]]
    at = now - timedelta(hours=26)
    for unit, later in zip(units[:2], (timedelta(), timedelta(hours=1)), strict=False):
        made = _booked(_with(_booking(unit, site, Kind.PLANNED, "", at), going), desk, at - 4 * AN_HOUR)
        with clock.standing_at(at - 3 * AN_HOUR):
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
    january = timezone.now().replace(month=1, day=2)
    taken = HomeVisit.objects.filter(site=site, status=Status.DONE, ended_at__gte=january).values("unit")
    found = Unit.objects.filter(site=site, status=UnitStatus.OCCUPIED, entrance__building__code__in=("8", "7", "3"))
    return list(found.exclude(pk__in=taken).order_by("-entrance__building__code", "room")[:12])


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

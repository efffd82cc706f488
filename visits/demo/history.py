"""Last year as somebody wrote it down, this year's rounds as the planner draws them; then today, by the services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from complaints.remembered import categories
from portal import memo
from portal.organization.models import Site, User
from portal.promises import sweeping
from residents.models import Unit
from visits import planner
from visits.demo.today import play_today
from visits.goals import rule_of
from visits.homes import met_there, occupied
from visits.models import Assignment, CallRecord, HomeVisit, Opinion, VisitEvent, VisitGoal, VisitRound
from visits.planner import Home, Pick
from visits.states import CallOutcome, EventKind, Kind, Status

# By the site's code: who goes, two by two, and the most homes of one round.
TEAMS = {
    "YJW": (("reception", "leader"), ("supervisor", "engineering-b")),
    "RQG": (("reception2", "supervisor-rqg"), ("cleaning-head-rqg", "engineering-rqg")),
}
MOST_A_ROUND = {"YJW": 26, "RQG": 14}
PREMIUM = "RQG"
ROUND_DAYS = (5, 19)  # of each month
NOT_MET, REFUSE, SPEAK, NEVER_SEEN = 0.07, 0.015, 0.22, 0.08
FIRST_STOP = time(14, 0)
STEP = timedelta(minutes=30)
SAID = (
    ("lift", "早高峰电梯等得太久，希望错峰保养。"),
    ("clean", "楼道转角的烟头没人扫，请多巡几次。"),
    ("park", "地库 B1 出口的灯太暗，夜里看不清。"),
    ("green", "楼下灌木挡住路灯，希望修剪。"),
    ("order", "外卖车在小区里骑得太快，请提醒。"),
    ("noise", "周末装修声音大，请管一管时间。"),
    ("advice", "快递柜旁边装一盏灯就好了。"),
    ("staff", "保安小吴很热心，谢谢他帮老人提东西。"),
    ("power", "单元门口感应灯晚上不亮。"),
    ("fee", "希望每季度贴一次收支公示。"),
)
REMARKS = ("", "", "", "老人在家，身体好。", "夫妻在家，对服务满意。", "家里有小孩，聊了电梯的事。")


@dataclass(frozen=True)
class Scene:
    """A site, who goes there, and the dice."""

    site: Site
    teams: tuple[tuple[User, User], ...]
    random: Random
    now: datetime


def fill_demo(random: Random, now: datetime) -> None:
    people = {user.username: user for user in User.objects.all()}
    gm = people["gm"]
    for site in Site.objects.filter(code__in=TEAMS).order_by("pk"):  # a benchmark has further ones, without staff
        if site.code == PREMIUM:
            VisitGoal.objects.create(site=site, code=VisitGoal.Code.COVERAGE, amount=100)
            memo.forget()
        teams = tuple((people[one], people[other]) for one, other in TEAMS[site.code])
        scene = Scene(site, teams, random, now)
        _write_last_year(scene)
        _play_rounds(scene, gm)
    play_today(Site.objects.get(code="YJW"), people, now)
    sweeping.sweep()  # what is due already is seeded as fired


def _write_last_year(scene: Scene) -> None:
    """Before the portal: when each home was visited last, here and there; one in twelve never was."""
    rows = occupied(scene.site)
    residents = met_there((unit.pk for unit, _home in rows), scene.now.date())
    january = datetime(scene.now.astimezone(scene.site.zone).year - 1, 1, 1, tzinfo=scene.site.zone)
    visits = []
    for unit, _home in rows:
        if scene.random.random() < NEVER_SEEN:
            continue
        day = january + timedelta(days=scene.random.randrange(365))
        at = datetime.combine(day, FIRST_STOP, tzinfo=scene.site.zone) + STEP * scene.random.randrange(8)
        team = scene.teams[unit.pk % len(scene.teams)]
        visit = HomeVisit(
            site=scene.site,
            unit=unit,
            resident_id=residents.get(unit.pk),
            status=Status.DONE,
            uncalled_reason="补录",
            started_at=at,
            ended_at=at + timedelta(minutes=20),
            made_at=at,
            made_by=team[0],
        )
        visits.append(visit)
    HomeVisit.objects.bulk_create(visits)
    VisitEvent.objects.bulk_create(
        VisitEvent(visit=visit, kind=kind, at=at, noted_at=at, by=visit.made_by)
        for visit in visits
        for kind, at in ((EventKind.BOOKED, visit.made_at), (EventKind.DONE, visit.ended_at))
    )


def _play_rounds(scene: Scene, gm: User) -> None:
    rows = occupied(scene.site)
    units = {home.key: unit for unit, home in rows}
    homes = {home.key: home for _unit, home in rows}
    residents = met_there(units, scene.now.date())
    for n, begins in enumerate(_round_days(scene)):
        if not any(home.last_visit is None or home.last_visit.year < begins.year for home in homes.values()):
            continue
        seen = sum(1 for home in homes.values() if home.last_visit and home.last_visit.year == begins.year)
        count = planner.wanted(len(homes), seen, begins, ROUND_DAYS.index(begins.day), rule_of(scene.site.pk))
        picks = planner.draw(homes.values(), min(count, MOST_A_ROUND[scene.site.code]), begins, rule_of(scene.site.pk))
        made_at = datetime.combine(begins - timedelta(days=2), time(10), tzinfo=scene.site.zone)
        leader = gm if n % 2 else scene.teams[0][0]
        made = VisitRound.objects.create(
            site=scene.site, begins_on=begins, days=1, led_by=leader, made_at=made_at, made_by=scene.teams[0][0]
        )
        _write_round(scene, made, picks, units, residents, homes)


def _round_days(scene: Scene) -> Iterator[date]:
    today = scene.now.astimezone(scene.site.zone).date()
    for month in range(1, 13):
        days = (date(today.year, month, day) for day in ROUND_DAYS)
        yield from (on for on in days if on < today - timedelta(days=1))


def _write_round(
    scene: Scene,
    made: VisitRound,
    picks: list[Pick],
    units: dict[int, Unit],
    residents: dict[int, int],
    homes: dict[int, Home],
) -> None:
    visits, events, calls, assigned, heard = [], [], [], [], []
    for place, pick in enumerate(picks):
        team = scene.teams[place % len(scene.teams)]
        at = datetime.combine(made.begins_on, FIRST_STOP, tzinfo=scene.site.zone) + STEP * (place // len(scene.teams))
        at -= timedelta(hours=5) * (place // len(scene.teams) > 7)
        visit = _visit(scene, made, pick, at, team[0])
        visit.unit, visit.resident_id = units[pick.home.key], residents.get(pick.home.key)
        visits.append(visit)
        began, ended = at - timedelta(days=1), visit.ended_at or at
        calls.append(
            CallRecord(visit=visit, at=began, by=team[0], outcome=CallOutcome.AGREED, agreed_at=at, how="phone")
        )
        events += [
            VisitEvent(visit=visit, kind=kind, at=moment, noted_at=moment, by=team[0])
            for kind, moment in (
                (EventKind.BOOKED, made.made_at),
                (EventKind.APPOINTED, began),
                (EventKind.STARTED, at),
                (EventKind(visit.status), ended),
            )
        ]
        assigned += [Assignment(visit=visit, user=person, released_at=ended, went=True) for person in team]
        if visit.status == Status.DONE and scene.random.random() < SPEAK:
            topic, text = scene.random.choice(SAID)
            heard.append(Opinion(visit=visit, topic=categories().get(topic), text=text, at=ended, by=team[0]))
        homes[pick.home.key] = _after(pick, visit, made.begins_on)
    for rows in (visits, events, calls, assigned, heard):
        if rows:
            type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[attr-defined,arg-type]


def _visit(scene: Scene, made: VisitRound, pick: Pick, at: datetime, by: User) -> HomeVisit:
    dice = scene.random.random()
    status = Status.NOBODY_HOME if dice < NOT_MET else Status.REFUSED if dice < NOT_MET + REFUSE else Status.DONE
    done = status == Status.DONE
    return HomeVisit(
        site=scene.site,
        kind=Kind.PLANNED,
        status=status,
        round=made,
        attempt=len(pick.home.vain) % rule_of(scene.site.pk).tries + 1,
        planned_on=made.begins_on,
        band=pick.band,
        starts_at=at,
        started_at=at,
        entered_at=at + timedelta(minutes=1) if done else None,
        ended_at=at + timedelta(minutes=scene.random.randint(12, 25) if done else 3),
        knocks=1 if done else 2,
        note_left=status == Status.NOBODY_HOME,
        remarks=scene.random.choice(REMARKS) if done else "",
        satisfaction=scene.random.choice((4, 4, 5, 5, 3)) if done else None,
        made_at=made.made_at,
        made_by=by,
    )


def _after(pick: Pick, visit: HomeVisit, on: date) -> Home:
    if visit.status == Status.DONE:
        return replace(pick.home, last_visit=on, vain=())
    if visit.status == Status.REFUSED:
        return replace(pick.home, refused_on=on)
    return replace(pick.home, vain=(*pick.home.vain, (on, pick.band)))

"""The plots: every state and every kind of lateness as a list of steps, and how a finished ticket usually went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from complaints.demo import stories
from complaints.states import Kind, ReportChannel, Severity

HOUR, DAY = 60, 24 * 60  # minutes
MERGED_AGO = 34  # the second caller about one matter
STAFF, HEAD = {"by": "department_staff"}, {"by": "department_head"}
OPS, MANAGER, GM = {"by": "operations_manager"}, {"by": "supervising_manager"}, {"by": "general_manager"}


@dataclass(frozen=True)
class Action:
    minutes_ago: float
    verb: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    kind: Kind
    category: str
    severity: Severity | None
    actions: tuple[Action, ...]


def _script(kind: Kind, category: str, severity: Severity | None, *actions: tuple[Any, ...]) -> Script:
    return Script(kind, category, severity, tuple(Action(*action) for action in actions))


C, SR, ENQ, SUG, HLP, PRAISE = (
    Kind.COMPLAINT,
    Kind.SERVICE_REQUEST,
    Kind.ENQUIRY,
    Kind.SUGGESTION,
    Kind.HELP,
    Kind.PRAISE,
)
MINOR, IMPORTANT, MAJOR = Severity.MINOR, Severity.IMPORTANT, Severity.MAJOR
ONLINE, COUNTER = {"channel": ReportChannel.API}, {"channel": ReportChannel.COUNTER}


def _until_signed(ago: float) -> tuple[tuple[Any, ...], ...]:
    return ((ago - 5, "dispatch"), (ago - 18, "sign", STAFF))


def _until_resolved(ago: float, *, resolved: float) -> tuple[tuple[Any, ...], ...]:
    return (*_until_signed(ago), (ago - 60, "note", STAFF), (resolved, "resolve", STAFF))


def _acknowledged(ago: float, *who: dict[str, str]) -> tuple[tuple[Any, ...], ...]:
    return tuple((ago - 25 - n, "acknowledge", by) for n, by in enumerate(who))


def open_scripts(site: int, random: Random) -> list[Script]:
    """At most 40 a site; the second site shows fewer."""
    late_major = 10 * DAY + 12
    scripts = [
        # waiting for the desk
        _script(C, "water5", None, (3, "register", ONLINE)),
        _script(SR, "power3", MINOR, (6, "register")),
        _script(ENQ, "fee1", None, (8, "register", ONLINE)),
        _script(C, "noise1", MINOR, (26, "register", ONLINE)),
        _script(C, "park1", MINOR, (5 * HOUR, "register", ONLINE)),
        _script(PRAISE, "advice4", None, (40, "register", ONLINE)),
        _script(
            SR,
            "build1",
            MINOR,
            (90, "register"),
            (84, "dispatch", {"department": "engineering"}),
            (7, "send_back", STAFF),
        ),
        # waiting for a signature
        _script(SR, "water1", MINOR, (16, "register", COUNTER), (11, "dispatch")),
        _script(C, "clean1", MINOR, (58, "register"), (52, "dispatch")),
        _script(
            C,
            "order5",
            IMPORTANT,
            (6 * HOUR, "register"),
            (6 * HOUR - 6, "dispatch"),
            *_acknowledged(6 * HOUR, MANAGER, OPS),
        ),
        _script(SUG, "advice2", None, (22, "register", ONLINE), (15, "dispatch")),
        # urgent repairs: somebody on the way, somebody late
        _script(SR, "water2", MAJOR, (21, "register"), (18, "dispatch"), (12, "sign", STAFF)),
        _script(SR, "power1", IMPORTANT, (55, "register"), (52, "dispatch"), (47, "sign", STAFF)),
        # handed up: unseen, seen late, seen
        _script(C, "staff1", IMPORTANT, (47, "register", COUNTER), (46, "hide_name"), *_until_signed(47)),
        _script(C, "order1", IMPORTANT, (3 * HOUR, "register"), *_until_signed(3 * HOUR), (2 * HOUR, "note", STAFF)),
        _script(C, "order4", MAJOR, (2 * HOUR, "register"), *_until_signed(2 * HOUR)),
        # being handled: in time, and late on every step of the ladder
        _script(
            C,
            "water5",
            IMPORTANT,
            (DAY, "register"),
            *_until_signed(DAY),
            *_acknowledged(DAY, MANAGER, OPS),
            (20 * HOUR, "note", STAFF),
            (2 * HOUR, "promise", {"in": 90}),
        ),
        _script(
            SR,
            "build6",
            MINOR,
            (30 * HOUR, "register"),
            *_until_signed(30 * HOUR),
            (3 * HOUR, "more_time", {**HEAD, "until": 3 * DAY}),
        ),
        _script(
            C,
            "clean3",
            MINOR,
            (45 * HOUR, "register"),
            *_until_signed(45 * HOUR),
            (41 * HOUR, "second_department", {"department": "greening"}),
            (40 * HOUR, "note", STAFF),
        ),
        _script(C, "clean3", MINOR, (MERGED_AGO + 12, "register", {"channel": ReportChannel.HOTLINE})),
        _script(
            HLP,
            "advice3",
            MINOR,
            (4 * HOUR, "register"),
            *_until_signed(4 * HOUR),
            (3 * HOUR, "arrive", STAFF),
            (3 * HOUR, "note", STAFF),
        ),
        _script(SR, "build2", MINOR, (2 * DAY + 60, "register"), *_until_signed(2 * DAY + 60)),
        _script(
            C,
            "green1",
            MINOR,
            (2 * DAY + 5 * HOUR, "register"),
            *_until_signed(2 * DAY + 5 * HOUR),
            (4 * HOUR, "more_time", {**HEAD, "until": DAY}),
            (2 * HOUR, "grant", MANAGER),
        ),
        _script(C, "noise3", MINOR, (2 * DAY + 14 * HOUR, "register"), *_until_signed(2 * DAY + 14 * HOUR)),
        _script(SR, "gas2", MINOR, (3 * DAY + 6 * HOUR, "register"), *_until_signed(3 * DAY + 6 * HOUR)),
        _script(
            C,
            "lift2",
            MAJOR,
            (2 * DAY + 90, "register"),
            *_until_signed(2 * DAY + 90),
            *_acknowledged(2 * DAY + 90, GM, OPS),
        ),
        _script(
            C,
            "water6",
            MAJOR,
            (late_major, "register", COUNTER),
            *_until_signed(late_major),
            *_acknowledged(late_major, GM, OPS),
            (9 * DAY, "reply"),
            (8 * DAY, "note", STAFF),
            (3 * DAY, "note", STAFF),
        ),
        # paused
        _script(
            SR,
            "build5",
            MINOR,
            (4 * DAY, "register"),
            *_until_signed(4 * DAY),
            (3 * DAY, "note", STAFF),
            (2 * DAY - 90, "wait", STAFF),
        ),
        _script(
            C,
            "fire2",
            IMPORTANT,
            (DAY, "register"),
            *_until_signed(DAY),
            *_acknowledged(DAY, MANAGER, OPS),
            (6 * HOUR, "wait", {**STAFF, "until": DAY}),
        ),
        # handled: the form, the telling
        _script(SR, "power3", MINOR, (10 * HOUR, "register"), *_until_resolved(10 * HOUR, resolved=50)),
        _script(C, "clean2", MINOR, (40 * HOUR, "register"), *_until_resolved(40 * HOUR, resolved=26 * HOUR)),
        _script(
            C,
            "order2",
            IMPORTANT,
            (30 * HOUR, "register"),
            *_acknowledged(30 * HOUR, MANAGER, OPS),
            *_until_resolved(30 * HOUR, resolved=3 * HOUR),
            (30, "return", HEAD),
        ),
        _script(
            SR,
            "lift2",
            MINOR,
            (50 * HOUR, "register"),
            *_until_resolved(50 * HOUR, resolved=34 * HOUR),
            (33 * HOUR, "return", HEAD),
        ),
        # told: to be called back, late, tried once, declined
        _script(
            C,
            "desk1",
            IMPORTANT,
            (2 * DAY, "register"),
            *_acknowledged(2 * DAY, MANAGER, OPS),
            *_until_resolved(2 * DAY, resolved=9 * HOUR),
            (8 * HOUR, "return", HEAD),
            (7 * HOUR, "inform"),
        ),
        _script(
            C,
            "build3",
            IMPORTANT,
            (5 * DAY, "register"),
            *_acknowledged(5 * DAY, MANAGER, OPS),
            *_until_resolved(5 * DAY, resolved=75 * HOUR),
            (74 * HOUR, "return", HEAD),
            (73 * HOUR, "inform"),
        ),
        _script(
            C,
            "park4",
            MINOR,
            (3 * DAY, "register"),
            *_until_resolved(3 * DAY, resolved=32 * HOUR),
            (31 * HOUR, "return", HEAD),
            (30 * HOUR, "inform"),
            (3 * HOUR, "call_back", {"outcome": "no_answer"}),
        ),
        _declined(random, 5 * HOUR),
        # the second round
        _script(
            C,
            "water3",
            MINOR,
            (4 * DAY, "register"),
            *_until_resolved(4 * DAY, resolved=3 * DAY),
            (71 * HOUR, "return", HEAD),
            (70 * HOUR, "inform"),
            (10 * HOUR, "call_back", {"outcome": "reached", "score": 2, "solved": False}),
            (9 * HOUR, "sign", STAFF),
        ),
    ]
    return scripts if site == 0 else scripts[1::2]


def earlier(script: Script, random: Random) -> Script:
    """The same plot, begun some hours before, or some weeks: so a backlog lies over a month."""
    by = random.uniform(0, 10 * HOUR) if random.random() < 0.6 else random.uniform(0, 35 * DAY)
    return replace(script, actions=tuple(replace(one, minutes_ago=one.minutes_ago + by) for one in script.actions))


def _declined(random: Random, ago: float) -> Script:
    said, reason = random.choice(stories.DECLINED)
    return _script(
        C,
        "noise2",
        MINOR,
        (ago, "register", {"said": said}),
        (ago - 6, "dispatch"),
        (ago - 20, "sign", STAFF),
        (ago / 2, "decline", {"reason": reason}),
    )


def finished_script(random: Random, n: int, urgent: Collection[str] = ()) -> Script:
    """A ticket of the last three months that is over: mostly in time, mostly satisfied.

    ``urgent``: the codes of categories for which somebody is on site at once.
    """
    began = random.uniform(6 * DAY, 90 * DAY)
    category = random.choice(stories.STORIES)[0]
    if n % 29 == 0:
        return _script(PRAISE, "advice4", None, (began, "register", ONLINE), (began - 30, "pass_on"))
    if n % 61 == 7:
        return _script(SR, category, None, (began, "register"), (began - 14, "void"))
    if n % 23 == 0:
        return _script(SR, category, None, (began, "register", ONLINE), (began - 90, "withdraw"))
    if n % 19 == 0:
        said, reason = random.choice(stories.DECLINED)
        return _script(
            C,
            "noise2",
            MINOR,
            (began, "register", {"said": said}),
            (began - 9, "dispatch"),
            (began - 25, "sign", STAFF),
            (began - 8 * HOUR, "decline", {"reason": reason}),
            _reached(random, began - 26 * HOUR),
        )
    if n % 5 == 0:
        return _script(
            ENQ,
            random.choice(["fee1", "reno1", "advice1", "desk3"]),
            None,
            (began, "register", random.choice([ONLINE, COUNTER])),
            (began - random.randint(2, 9), "answer"),
            (began - 20, "inform"),
        )
    return _handled(random, began, category, at_once=category in urgent)


def _handled(random: Random, began: float, category: str, *, at_once: bool) -> Script:
    """The grade is what the category suggests."""
    kind = random.choice([C, C, SR, SR, SR])
    limit = DAY if at_once and kind == SR else 2 * DAY
    took = limit * (random.uniform(1.02, 1.3) if random.random() < 0.06 else random.uniform(0.1, 0.9))
    dispatched = random.uniform(12, 30) if random.random() < 0.05 else random.uniform(1, 9)
    signed = dispatched + (random.uniform(32, 70) if random.random() < 0.07 else random.uniform(3, 28))
    if at_once:
        signed = dispatched + random.uniform(1, 9)
    arrived = signed + random.uniform(4, 14)
    actions: list[tuple[Any, ...]] = [
        (began, "register", random.choice([ONLINE, COUNTER, {"channel": ReportChannel.HOTLINE}])),
        (began - dispatched, "dispatch"),
        (began - signed, "sign", STAFF),
    ]
    if kind == C:  # of these only what was handed up is there to be acknowledged
        actions += [(began - signed - 5 - 2 * n, "acknowledge", by) for n, by in enumerate((MANAGER, GM, OPS))]
        actions.append((began - signed - 60, "reply", {"major": True}))
    actions += [
        (began - arrived, "arrive", STAFF),
        (began - arrived - random.uniform(10, 70), "safe", STAFF),
        (began - signed - 90, "note", STAFF),
    ]
    done = max(took, signed + 120)
    told = done + random.uniform(20, 90)
    drawn = {"drawn": True} if random.random() < 0.82 else {}
    actions += [
        (began - done, "resolve", STAFF),
        (began - done - 15, "return", HEAD),
        (began - told - 15, "inform", drawn),
    ]
    if kind == C or drawn:
        called = told + random.uniform(60, 600)
        if random.random() < 0.12:
            actions.append((began - called, "call_back", {"outcome": "no_answer"}))
            called += DAY
        actions.append(_reached(random, began - called))
    return _script(kind, category, None, *sorted(actions, key=lambda action: -action[0]))


DAY_BEGINS, DAY_ENDS = timedelta(hours=8, minutes=40), timedelta(hours=19, minutes=30)


def by_day(script: Script, now: datetime, zone: ZoneInfo, random: Random) -> Script:
    """The same plot with nobody at work in the night: what would fall there is put off to the morning, and the rest."""
    later, actions = timedelta(), []
    for action in script.actions:
        at = (now - timedelta(minutes=action.minutes_ago) + later).astimezone(zone)
        since_midnight = timedelta(hours=at.hour, minutes=at.minute)
        if not DAY_BEGINS <= since_midnight <= DAY_ENDS:
            day = at.date() + timedelta(days=since_midnight > DAY_ENDS)
            morning = datetime.combine(day, time(), tzinfo=zone) + DAY_BEGINS + timedelta(minutes=random.uniform(0, 90))
            later += morning - at
            at = morning
        actions.append(replace(action, minutes_ago=(now - at).total_seconds() / 60))
    return replace(script, actions=tuple(actions)) if actions[-1].minutes_ago > 0 else script


def _reached(random: Random, minutes_ago: float) -> tuple[Any, ...]:
    if random.random() < 0.04:
        return (minutes_ago, "call_back", {"outcome": "refused"})
    score = random.choices([5, 4, 3, 2], [62, 32, 4, 2])[0]
    return (minutes_ago, "call_back", {"outcome": "reached", "score": score, "solved": True})

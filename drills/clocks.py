"""B8 and B9: the clocks of web, worker and beat are wrong, or change to summer time; PostgreSQL keeps true time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

from django.db import connection
from django.utils import timezone

from drills import counting
from drills.beats import ALIVE, DEAD, due_steadily
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Resident, Staff, lost_of
from portal.calendars.tests.test_daylight_saving import MACHINES, VECTORS, kept_by_the_machine, wrong
from portal.embedded.places import CHECKOUT
from portal.promises import clock
from residents.models import ApiToken

LIBRARIES = "*/faketime/libfaketimeMT.so.1"
MISSING = "not run: needs libfaketime (Debian: faketime)"
WATCHED = 25.0  # seconds: two bells of beat, one of the fallback; a change of the clocks in the middle
# The last seconds before each change, in the zone that the machine keeps.
CHANGES = {
    "America/New_York": ("2026-03-08T07:00:00", "2026-11-01T06:00:00"),
    "Europe/Berlin": ("2026-03-29T01:00:00", "2026-10-25T01:00:00"),
}
PREMATURE = """
    SELECT count(*) FROM complaints_timerstep
     WHERE kind = 'level_fired' AND pg_xact_commit_timestamp(xmin) < due_at
"""


def wrong_clocks(machine: Machine, options: Options) -> Iterator[Outcome]:
    """Everything two days or an hour off, and beat alone: its bells then look as if they had long expired."""
    for shift in ("+2d", "-2d", "+1h", "-1h"):
        outcome = Outcome("B8", f"web, worker and beat {shift}", times=1, bar=DEAD)
        if off := _shifted(shift):
            _run(machine, outcome, web=off, worker=off, beat=off)
            _doors_are_closed(machine, outcome)
        yield _done(outcome, off)
    outcome = Outcome("B8", "beat alone -2d", times=1, bar=DEAD)
    if off := _shifted("-2d"):
        _run(machine, outcome, web={}, worker={}, beat=off)
    yield _done(outcome, off)


def summer_time(machine: Machine, options: Options) -> Iterator[Outcome]:
    """The vectors worked out by hand, and sweeps while the machine's own clock changes."""
    vectors = Outcome("B9", f"{len(VECTORS)} deadlines worked out by hand, on machines of {len(MACHINES)} zones")
    for zone in MACHINES:
        with kept_by_the_machine(zone):
            vectors.faults += wrong()
        vectors.times += len(VECTORS)
    yield vectors.done()
    for zone, moments in CHANGES.items():
        for moment in moments:
            outcome = Outcome("B9", f"the clocks of {zone} change ({moment[:7]}) during sweeps", times=1, bar=ALIVE)
            began = datetime.fromisoformat(moment).replace(tzinfo=UTC) - timedelta(seconds=25)
            off = _shifted(f"{(began - clock.now()).total_seconds():+.0f}")
            if off:
                off["TZ"] = zone
                _run(machine, outcome, web=off, worker=off, beat=off)
            yield _done(outcome, off)


def _run(
    machine: Machine, outcome: Outcome, *, web: dict[str, str], worker: dict[str, str], beat: dict[str, str]
) -> None:
    house = machine.fresh("clocks")
    machine.start_worker(env=worker)
    machine.start_beat(env=beat)
    machine.start_web(env=web)
    sleep(5)
    began, ends = due_steadily(house, WATCHED)
    resident = Resident(machine.port)
    made = [resident.report() for _ in range(10)]
    until(lambda: clock.now() > ends and not counting.anything_waiting(), "the last levels", seconds=200)
    outcome.late = counting.lateness(began, ends)
    outcome.add(counting.count())
    outcome.expect({answer.status for answer in made} == {201}, "a report was refused")
    outcome.lost += lost_of(answer.json["number"] for answer in made if answer.status == 201)
    with connection.cursor() as cursor:
        cursor.execute(PREMATURE)
        (premature,) = cursor.fetchone()
    outcome.expect(premature == 0, f"{premature} levels fired before their time")
    outcome.notes.append(f"{len(outcome.late)} levels, {premature} premature")
    say(f"  {outcome.what}: {len(outcome.late)} levels, {premature} premature")


def _doors_are_closed(machine: Machine, outcome: Outcome) -> None:
    """A session of true time is not believed where the time is wrong. What a resident's token gets is noted."""
    from drills.databases import company

    status = Staff(machine.port, company().reception).ask("GET", "/queue/").status
    outcome.expect(status == 302, f"a session of another time is let in ({status})")
    phone = Resident(machine.port)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(minutes=5))
    answer = phone.ask("GET", "/api/v1/me/").status
    outcome.notes.append(f"a session is refused, a resident's token that ended five minutes ago answers {answer}")


def _shifted(by: str) -> dict[str, str]:
    """The variables under which a program takes the time for that much later; empty without the library."""
    library = _library()
    if not library:
        return {}
    faked = str(CHECKOUT / "drills" / "faked")
    return {"LD_PRELOAD": library, "FAKETIME": by, "DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": faked}


def _library() -> str:
    return next((str(path) for path in Path("/usr/lib").glob(LIBRARIES)), "")


def _done(outcome: Outcome, off: dict[str, str]) -> Outcome:
    if not off:
        outcome.times, outcome.not_run = 0, MISSING
    return outcome.done()

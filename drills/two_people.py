"""C3 and C4: two of the staff send the same ticket's forms at the same instant to the live web server; one is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import sleep

from complaints import services
from complaints.models import Callback, Ticket
from complaints.services import change
from complaints.states import EventKind, Severity
from complaints.tests.house import House
from drills import counting, wounds
from drills.at_once import at_once
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Resident, Staff
from portal.promises import clock

CONTROL_RACES = 10


@dataclass(frozen=True)
class Race:
    """What two people send at once, and the entry of the history that only one of them may leave."""

    id: str
    what: str
    made: Callable[[House], Ticket]
    sent: Callable[[Ticket], list[tuple[str, str, dict[str, object]]]]
    entry: EventKind


def _dispatched(house: House, severity: Severity = Severity.IMPORTANT) -> Ticket:
    ticket = house.report(clock.now(), severity=severity)
    return services.dispatch_ticket(ticket.pk, house.departments["engineering"], by=house.reception)


def _dispatched_minor(house: House) -> Ticket:
    """Its signature begins no promise, which the database alone would refuse a second time."""
    return _dispatched(house, Severity.MINOR)


def _informed(house: House) -> Ticket:
    return house.informed(clock.now() - timedelta(hours=3))


def _graded(ticket: Ticket) -> list[tuple[str, str, dict[str, object]]]:
    path, form = f"{ticket.url}severity/", {"version": ticket.version, "text": "看法不同"}
    return [("reception", path, {**form, "severity": "minor"}), ("leader", path, {**form, "severity": "major"})]


def _signed(ticket: Ticket) -> list[tuple[str, str, dict[str, object]]]:
    return [(name, f"{ticket.url}sign/", {"version": ticket.version}) for name in ("engineer", "engineer_b")]


def _called_back(ticket: Ticket) -> list[tuple[str, str, dict[str, object]]]:
    path = f"/callbacks/{Callback.objects.get(ticket=ticket).pk}/"
    said = {"outcome": "s4", "tried": "0", "they_called": "on"}  # whatever the hour of the drill
    return [(name, path, {**said, "remarks": name}) for name in ("reception", "reception_b")]


RACES = (
    Race("C3", "two save one ticket's severity", _dispatched, _graded, EventKind.REGRADED),
    Race("C4", "two sign for one ticket", _dispatched_minor, _signed, EventKind.SIGNED),
    Race("C4", "two complete one callback", _informed, _called_back, EventKind.CALLBACK),
)


def run(machine: Machine, options: Options) -> Iterator[Outcome]:
    for race in RACES:
        outcome = Outcome(race.id, race.what)
        house = machine.fresh("two_people")
        web = machine.start_web()
        for _ in range(options.times or 200):
            outcome.times += 1
            _judge(outcome, *run_once(machine, house, race))
        outcome.add(counting.count_after_a_sweep())
        web.stop()
        machine.start_web(bend=unprotected)
        outcome.control = any(run_once(machine, house, race)[1] > 1 for _ in range(CONTROL_RACES))
        say(f"  {race.what}: {outcome.times} races")
        yield outcome.done()
    yield _stale_over_the_api(machine, options)


def run_once(machine: Machine, house: House, race: Race) -> tuple[list[int], int]:
    """The two answers, and how many entries they left."""
    ticket = race.made(house)
    ticket.refresh_from_db()
    seen = ticket.events.latest("pk").pk
    browsers = [
        (Staff(machine.port, house.people[name]), path, {**form, "seen": seen})
        for name, path, form in race.sent(ticket)
    ]
    answers = at_once(*(lambda b=browser, p=path, f=form: b.send(p, f).status for browser, path, form in browsers))
    for browser, _path, _form in browsers:
        browser.close()
    return answers, ticket.events.filter(kind=race.entry).count()


def _judge(outcome: Outcome, answers: list[int], entries: int) -> None:
    """Exactly one is taken; the other is told so: 409 with both shown, or led to what a colleague has just done."""
    outcome.lost += entries == 0
    outcome.double += max(0, entries - 1)
    outcome.expect(set(answers) <= {302, 409, 200}, f"answers {answers}")


def unprotected() -> None:
    wounds.without_locks()
    change.Change.refuse_stale = lambda *_seen: None  # type: ignore[method-assign]
    wounds.before(change.Change, "write", lambda: sleep(0.2))


def _stale_over_the_api(machine: Machine, options: Options) -> Outcome:
    outcome = Outcome("C3", "a resident's change with a stale If-Match")
    machine.fresh("two_people")
    machine.start_web()
    phone = Resident(machine.port)
    for _ in range(options.times or 20):
        outcome.times += 1
        path = f"/api/v1/tickets/{phone.report().json['id']}/"
        old = phone.ask("GET", path).headers["etag"]
        phone.post(f"{path.removeprefix('/api/v1/')}comments/", {"text": "在家"})
        stale = phone.ask("POST", f"{path}withdraw/", b"{}", If_Match=old)
        outcome.expect(stale.status == 412, f"answered {stale.status}")
    outcome.double = Ticket.objects.filter(status="withdrawn").count()
    outcome.add(counting.count_after_a_sweep())
    return outcome.done()

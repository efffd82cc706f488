"""B5: Redis killed, emptied, absent and hung while residents report: nothing is lost and nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import sleep

import redis
from django.conf import settings

from complaints.tests.house import PASSWORD, House
from drills import counting
from drills.beats import DEAD, due_steadily, load
from drills.counting import share
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Client, lost_of
from drills.ringing import flush, ring
from portal.promises import clock

POST_P99, CONSUMED_WITHIN = 2.0, 60.0


def run(machine: Machine, options: Options) -> Iterator[Outcome]:
    often = options.times or 20

    def kill() -> None:
        machine.redis.kill()
        sleep(1)
        machine.start_redis()

    def absent() -> None:
        machine.redis.kill()
        sleep(options.seconds(5, brief=0.7))
        machine.start_redis()

    def hang() -> None:
        machine.redis.hang()
        sleep(options.seconds(1, brief=0.5))
        machine.redis.go_on()

    yield _fault(machine, "killed and started again", kill, often, signs_in=False)
    yield _fault(machine, "emptied", flush, often, signs_in=False)
    yield _fault(machine, "absent for minutes", absent, 1, signs_in=True)
    yield _fault(machine, "hung", hang, 1, signs_in=True)


def _fault(machine: Machine, name: str, make: Callable[[], None], times: int, *, signs_in: bool) -> Outcome:
    outcome = Outcome("B5", f"Redis {name}, under load", bar=DEAD)
    house = machine.fresh("broker")
    machine.start_web()
    machine.start_worker()
    machine.start_beat()
    began, _ends = due_steadily(house, 600)
    slowest, revived = 0.0, 0
    with load(machine, house) as posted:
        sleep(3)
        for _ in range(times):
            if signs_in:
                _sign_in_meanwhile(machine, house, outcome, make)
            else:
                make()
            seconds, again = _consumed_again(machine)
            slowest, revived = max(slowest, seconds), revived + again
            outcome.times += 1
            say(f"  {name}: {outcome.times}, consumed again after at most {slowest:.1f} s")
    ended = clock.now()
    until(lambda: not counting.anything_waiting(ended), "the last levels", seconds=120)
    outcome.late = counting.lateness(began, ended)
    outcome.add(counting.count(ended))
    outcome.lost += lost_of(posted.numbers)
    p99 = share(sorted(posted.seconds), 99)
    outcome.expect(set(posted.statuses) == {201} and not posted.broken, "an answer was no 201")
    outcome.expect(p99 <= POST_P99, f"POST p99 {p99:.2f} s")
    outcome.expect(slowest <= CONSUMED_WITHIN, f"consumed again after {slowest:.0f} s")
    outcome.notes += [
        f"{posted.statuses.count(201)} of {len(posted.statuses)} POSTs 201",
        f"p99 {p99:.2f} s, max {max(posted.seconds):.2f} s",
        f"consumed again after {slowest:.0f} s",
        f"{revived} programs ended by themselves and were started again",
    ]
    return outcome.done()


def _consumed_again(machine: Machine) -> tuple[float, int]:
    """From its return until the worker has taken a bell that was rung since, and how often one had to be started."""
    revived = 0
    ring("portal.notifications.tasks.send_waiting_messages")

    def taken() -> bool:
        nonlocal revived
        revived += machine.revive()
        return bool(server.llen("celery") == 0)

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        return until(taken, "the worker to take a bell", seconds=120), revived


def _sign_in_meanwhile(machine: Machine, house: House, outcome: Outcome, make: Callable[[], None]) -> None:
    from threading import Timer

    answers: list[int] = []

    def sign_in() -> None:
        token = "d" * 32
        browser = Client(machine.port, {"Cookie": f"csrftoken={token}", "X-CSRFToken": token})
        form = f"username=reception&password={PASSWORD}".encode()
        sent = browser.ask("POST", "/login/", form, Content_Type="application/x-www-form-urlencoded")
        answers.append(sent.status)

    signing = Timer(10, sign_in)
    signing.start()
    make()
    signing.join()
    outcome.expect(answers == [302], f"signing in meanwhile: {answers}")

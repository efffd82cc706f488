"""B11: SIGTERM in the middle of a sweep and in the middle of an upload: both end in time and nothing half is left."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from time import sleep

from complaints.models import Attachment
from drills import counting, wounds
from drills.machine import Machine, say, until
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Resident
from drills.ringing import ring
from drills.tickets import LEVELS_OF_A_LATE_ONE, late_tickets
from portal.files.models import StoredFile
from portal.files.tests.photos import picture

ENDS_WITHIN = 30.0
TICKETS = 5


def run(machine: Machine, options: Options) -> Iterator[Outcome]:
    yield _sweeping(machine, options.times or 20)
    yield _uploading(machine, options.times or 20)


def _sweeping(machine: Machine, times: int) -> Outcome:
    outcome = Outcome("B11", "SIGTERM to the worker during a sweep")
    house = machine.fresh("terminated")
    slowest = 0.0
    for _ in range(times):
        late_tickets(house, TICKETS)
        worker = machine.start_worker(bend=wounds.slowly(1))
        ring()
        until(_is_in_a_sweep, "a sweep to have claimed")
        slowest = max(slowest, worker.stop())
        outcome.times += 1
    machine.start_worker()
    machine.start_beat()
    until(lambda: not counting.anything_waiting(), "what was left")
    outcome.add(counting.count())
    fired = counting.levels_fired()
    outcome.expect(fired == times * TICKETS * LEVELS_OF_A_LATE_ONE, f"{fired} levels")
    _ended_in_time(outcome, slowest)
    return outcome.done()


def _is_in_a_sweep() -> bool:
    """Whether somebody holds a transaction with rows of timers."""
    return counting.rows_are_held("complaints_tickettimer")


def _uploading(machine: Machine, times: int) -> Outcome:
    outcome = Outcome("B11", "SIGTERM to the web server during an upload")
    machine.fresh("terminated")
    slowest, statuses = 0.0, []
    for _ in range(times):
        web = machine.start_web()
        resident = Resident(machine.port)
        ticket = resident.report().json["id"]
        resident.close()  # a browser that keeps its connection would be waited for too
        upload = SlowUpload(machine.port, f"/api/v1/tickets/{ticket}/attachments/", resident)
        upload.begun.wait(20)
        slowest = max(slowest, web.stop())
        upload.join()
        statuses.append(upload.status)
        outcome.times += 1
        say(f"  upload {outcome.times}: {upload.status or 'broken off'}, ended after at most {slowest:.1f} s")
    taken = statuses.count(201)
    outcome.lost += abs(taken - Attachment.objects.count()) + abs(taken - StoredFile.objects.count())
    outcome.add(counting.count_after_a_sweep())
    outcome.expect(set(statuses) <= {201, 0, 503}, f"answers {sorted(set(statuses))}")
    outcome.notes.append(f"{taken} of {times} uploads taken whole, the others refused whole")
    _ended_in_time(outcome, slowest)
    return outcome.done()


def _ended_in_time(outcome: Outcome, slowest: float) -> None:
    outcome.notes.append(f"ended after at most {slowest:.0f} s")
    outcome.expect(slowest <= ENDS_WITHIN, f"ended after {slowest:.0f} s")


class SlowUpload(threading.Thread):
    """A photo over a bad line: half of it, a pause, the rest."""

    def __init__(self, port: int, path: str, resident: Resident) -> None:
        super().__init__()
        self._port, self._path, self._token = port, path, resident.token
        self.begun = threading.Event()
        self.status = 0
        self.start()

    def run(self) -> None:
        head = b'--part\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        body = head + b"Content-Type: image/jpeg\r\n\r\n" + picture() + b"\r\n--part--\r\n"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.putrequest("POST", self._path)
            connection.putheader("Authorization", f"Bearer {self._token}")
            connection.putheader("Content-Type", "multipart/form-data; boundary=part")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[: len(body) // 2])
            sleep(0.3)
            self.begun.set()
            sleep(1)
            connection.send(body[len(body) // 2 :])
            self.status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            self.status = 0
        finally:
            connection.close()

"""Residents and staff over HTTP, as apps and browsers talk to the web server; and a load of both."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from portal.organization.models import User
from residents.access import issue_token

PATIENCE = 30.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One app or browser with its own connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port, self._headers = port, headers
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Raises OSError or HTTPException when there is no whole answer."""
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            self._connection.request(method, path, body or None, sent)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, content, time.monotonic() - began)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Resident(Client):
    """The app of one phone number."""

    def __init__(self, port: int, phone: str = "13800000001") -> None:
        _stored, self.token = issue_token(phone)
        super().__init__(port, {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("POST", f"/api/v1/{path}", json.dumps(body).encode(), **headers)

    def report(self, words: str = "楼道灯不亮", **headers: str) -> Answer:
        return self.post("tickets/", {"kind": "complaint", "description": words}, **headers)


class Staff(Client):
    """A browser in which somebody has signed in."""

    def __init__(self, port: int, user: User) -> None:
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session["active_at"] = session["began_at"] = int(time.time())
        session.create()
        self.session_key = session.session_key
        token = "d" * 32
        cookies = f"sessionid={session.session_key}; csrftoken={token}"
        super().__init__(port, {"Cookie": cookies, "X-CSRFToken": token, "Accept-Language": "zh-CN"})

    def send(self, path: str, form: dict[str, Any]) -> Answer:
        return self.ask("POST", path, urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded")


@dataclass
class Load:
    """Residents who report and staff who look, at a steady rate, until stopped. What they were promised is kept."""

    reporters: list[Resident]
    readers: list[tuple[Client, str]] = field(default_factory=list)
    each_waits: float = 0.2
    numbers: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    broken: int = 0

    def __enter__(self) -> Load:
        self._over = threading.Event()
        turns = [lambda who=who: self._report(who) for who in self.reporters]
        turns += [lambda who=who, path=path: self._read(who, path) for who, path in self.readers]
        self._threads = [threading.Thread(target=self._repeat, args=(turn,)) for turn in turns]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, turn: Any) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                turn()
            except (OSError, http.client.HTTPException):
                self.broken += 1
            self._over.wait(max(0.0, began + self.each_waits - time.monotonic()))

    def _report(self, who: Resident) -> None:
        answer = who.report()
        self.statuses.append(answer.status)
        self.seconds.append(answer.seconds)
        if answer.status == 201:
            self.numbers.append(answer.json["number"])

    def _read(self, who: Client, path: str) -> None:
        answer = who.ask("GET", path)
        if answer.status >= 500:
            self.broken += 1


def lost_of(numbers: Iterable[str]) -> int:
    """How many tickets that somebody was given a number of are not there with their timers."""
    from complaints.models import TicketTimer

    promised = set(numbers)
    there = TicketTimer.objects.filter(target="resolve", ticket__number__in=promised)
    return len(promised) - there.values("ticket").distinct().count()

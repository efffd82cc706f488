"""A small HTTP/1.1 client that keeps its connections: its requests are bytes made beforehand, so it costs little.

Its own CPU is never counted in the server's.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """One request and the status that it has to be answered with."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    then: Request | None = None  # what the page asks for next by itself: both together are one operation

    def whole(self) -> list[Request]:
        """The request and those that follow it."""
        return [self, *(self.then.whole() if self.then else ())]

    def as_bytes(self, port: int) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for found, value in self.headers if found == name.lower()), "")

    def cookies(self) -> dict[str, str]:
        set_ones = [value.split(";", 1)[0] for name, value in self.headers if name == "set-cookie"]
        return dict(one.split("=", 1) for one in set_ones)


class Connection:
    """One connection that is kept; made anew when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, raw: bytes) -> Answer:
        for last_try in (False, True):
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=120)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(raw)
                return self._answer()
            except (ConnectionError, EOFError):
                self.close()  # an idle connection that the server gave up
                if last_try:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _answer(self) -> Answer:
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._more()
        head, _, body = held.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
        headers = tuple((n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines))
        named = dict(headers)
        if "content-length" in named:
            while len(body) < int(named["content-length"]):
                body += self._more()
        elif named.get("transfer-encoding") == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        elif status not in (204, 304):
            raise RuntimeError("an answer of unknown length")
        if named.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(262_144)
        if not part:
            raise EOFError
        return part


@dataclass
class Load:
    """What a stretch of requests took."""

    seconds: list[float] = field(default_factory=list)  # of each request
    elapsed: float = 0.0
    wrong: list[str] = field(default_factory=list)


def ask_for(port: int, requests: Sequence[Request], *, clients: int, seconds: float, at_most: int = 0) -> Load:
    """Ask in turn, by so many clients at once, for so long or so often."""
    load = Load()
    raws = [[(one, one.as_bytes(port)) for one in request.whole()] for request in requests]
    turns = iter(range(at_most)) if at_most else itertools.count()
    until = time.perf_counter() + seconds
    lock = threading.Lock()

    def client(first: int) -> None:
        connection = Connection(port)
        mine: list[float] = []
        wrong: list[str] = []
        for turn in _turns(turns, lock):
            began = time.perf_counter()
            for request, raw in raws[(first + turn) % len(raws)]:
                answer = connection.ask(raw)
                if answer.status != request.status:
                    wrong.append(f"{request.method} {request.path}: {answer.status} {answer.body[:200]!r}")
            ended = time.perf_counter()
            mine.append(ended - began)
            if ended > until:
                break
        connection.close()
        with lock:
            load.seconds += mine
            load.wrong += wrong

    began = time.perf_counter()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.elapsed = time.perf_counter() - began
    if load.wrong:
        raise RuntimeError(f"{len(load.wrong)} of {len(load.seconds)} answers were not as expected: {load.wrong[0]}")
    return load


def _turns(turns: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    while True:
        with lock:
            turn = next(turns, None)
        if turn is None:
            return
        yield turn


def sign_in(port: int, path: str, fields: Mapping[str, str]) -> str:
    """Sign in by a form as a browser does; return the Cookie header of the session."""
    connection = Connection(port)
    page = connection.ask(Request(path).as_bytes(port))
    token = page.body.decode().split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    cookies = page.cookies()
    body = "&".join(f"{name}={value}" for name, value in {**fields, "csrfmiddlewaretoken": token}.items()).encode()
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = connection.ask(Request(path, "POST", headers, body).as_bytes(port))
    connection.close()
    if answer.status != 302:
        raise RuntimeError(f"signing in at {path} was answered with {answer.status}")
    return "; ".join(f"{name}={value}" for name, value in (cookies | answer.cookies()).items())

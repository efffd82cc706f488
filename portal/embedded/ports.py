"""Ports: which to listen on, and listening there before anything else can."""

from __future__ import annotations

import errno
import ipaddress
import socket

from portal.embedded.problems import Problem

USUAL_PORT = 8000
_PORTS_TRIED = 200


def listen(address: str, port: int | None) -> socket.socket:
    """Listen on ``port``, or without one on 8000 or the next free port. Raises Problem.

    The web server inherits this very socket: so nobody can slip in between, and whoever answers there is ours.
    """
    if port is not None:
        return _listen(address, port)
    for candidate in range(USUAL_PORT, USUAL_PORT + _PORTS_TRIED):
        try:
            return _listen(address, candidate)
        except PortTaken:
            continue
    raise Problem(f"Ports {USUAL_PORT} to {candidate} are all taken: name a free one with --port.")


class PortTaken(Problem):
    """Another program listens there."""


def _listen(address: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Problem(f"--bind {address} is not an address of this machine.") from None
    family, kind, protocol, _, where = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # Lets a restart use the port while old connections fade; it does not share it with a live listener.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(2048)
    except OSError as refusal:
        listener.close()
        if refusal.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken: stop what listens there, or name another with --port.") from None
        if refusal.errno == errno.EACCES:
            raise Problem(f"Port {port} needs the rights of root: name one above 1023 with --port.") from None
        raise Problem(f"Cannot listen on {address}:{port}: {refusal.strerror}.") from None
    return listener


def free_loopback_port() -> int:
    """A port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether ``port`` on 127.0.0.1 can be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach ``address``."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def as_host(address: str) -> str:
    """``address`` as it is written in a URL a browser on this machine can open."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(address, address)  # noqa: S104 only shown
    return f"[{shown}]" if ":" in shown else shown

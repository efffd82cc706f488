"""Where a request comes from. X-Forwarded-For counts only as far as our own proxies wrote it."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

LONGEST_HEADER = 4096


def client_address(request: HttpRequest) -> str | None:
    """The peer's address; behind ``TRUSTED_PROXIES`` proxies the one that the outermost of them saw."""
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return peer
    written = request.headers.get("X-Forwarded-For", "")[-LONGEST_HEADER:].split(",")
    return (_address(written[-settings.TRUSTED_PROXIES]) if len(written) >= settings.TRUSTED_PROXIES else None) or peer


def network_of(request: HttpRequest) -> str | None:
    """Its /24 or /64, by its first address: who has one of them has them all. A lockout counts with these."""
    return _first_of(client_address(request), 24, 64)


def rated_address(request: HttpRequest) -> str:
    """What the rates count with: an IPv4 address, or the /64 that one customer gets of IPv6."""
    return _first_of(client_address(request), 32, 64) or "unknown"


def _first_of(address: str | None, bits_of_4: int, bits_of_6: int) -> str | None:
    if address is None:
        return None
    bits = bits_of_6 if ":" in address else bits_of_4
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


def _address(text: str) -> str | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found)))  # int: without a zone such as %eth0
    return str(found)

"""(a) A resident reports something by the API."""

from __future__ import annotations

import subprocess

from bench.clients import Request
from bench.operations import peering
from bench.operations.stage import RESIDENTS, Bench, as_json
from portal.embedded.places import CHECKOUT
from portal.embedded.python_environment import PYTHON

WORDS = "客厅顶灯不亮，请师傅来看一下"
_tokens: dict[str, list[str]] = {}

ISSUE = """
from residents.models import ApiAccount, ApiToken, Residence
from django.utils import timezone
homes = Residence.objects.current(timezone.localdate()).filter(unit__site__code="YJW")
seen = {}
for home in homes.select_related("unit", "resident").prefetch_related("resident__phones").order_by("pk")[:400]:
    for phone in home.resident.phones.all()[:1]:
        seen.setdefault(phone.number, str(home.unit.uuid))
for phone, unit in list(seen.items())[:%d]:
    account, _ = ApiAccount.objects.get_or_create(phone=phone)
    print(ApiToken.objects.create(user=account)[1], unit)
"""
ISSUE %= RESIDENTS


def measure(bench: Bench) -> None:
    for size in bench.sizes:
        ours, floor = bench.ours(size), bench.floor(size)
        bare = as_json(kind="service_request", description=WORDS, place="8-1-1203")
        bench.measure(
            "create by API",
            size,
            {
                "floor": (floor, [_floor("/by-orm/", n, bare) for n in range(1, RESIDENTS)]),
                **peering.create(bench, size),
                "one SQL": (floor, [_floor("/by-sql/", n, bare) for n in range(1, RESIDENTS)]),
                "ours": (ours, [_ours(*one) for one in tokens(bench.databases.ours(size), ours.env)]),
            },
            profile=True,
        )


def tokens(name: str, env: dict[str, str]) -> list[list[str]]:
    """Tokens of residents, with the home of each."""
    if name not in _tokens:
        done = subprocess.run(
            [str(PYTHON), "manage.py", "shell", "--no-imports", "-v", "0", "-c", ISSUE],
            env=env,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not done.stdout:
            raise RuntimeError(f"no tokens for residents: {done.stderr[-1000:]}")
        _tokens[name] = [line.split() for line in done.stdout.splitlines()]
    return _tokens[name]


def _ours(token: str, unit: str) -> Request:
    body = as_json(kind="service_request", description=WORDS, place="8-1-1203", unit=unit)
    return Request("/api/v1/tickets/", "POST", _headers(token), body, status=201)


def _floor(path: str, n: int, body: bytes) -> Request:
    return Request(path, "POST", _headers(f"token-{n}"), body, status=201)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

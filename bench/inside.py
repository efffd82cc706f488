"""Looks inside one request: its statements, their plans and buffers, and where its time goes.

Run in a process of its own, with the environment of the server that is looked into: ``python -m bench.inside`` reads
JSON from standard input and prints JSON. It asks the application in process, as Django's test client does.
"""

from __future__ import annotations

import cProfile
import importlib
import io
import json
import pstats
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
READS = ("SELECT", "WITH", "(SELECT")


@dataclass
class Statement:
    """One statement of a request and its plan, run once more with everything in memory."""

    sql: str
    ms: float = 0.0
    hit: int = 0
    read: int = 0
    indexes: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)  # tables that were read whole
    plan: str = ""


@dataclass
class Look:
    """What one request does. ``slowest`` is the statement that takes the longest."""

    statements: int
    sql_ms: float
    hit: int
    read: int
    slowest: Statement | None
    profile: str
    plans: list[Statement]


def main() -> None:
    asked = json.load(sys.stdin)
    importlib.import_module(asked["application"])
    import django

    django.setup()
    looks = {name: asdict(_look(one, asked["profiled"])) for name, one in asked["requests"].items()}
    json.dump(looks, sys.stdout)


def _look(request: dict[str, Any], profiled: int) -> Look:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):  # what a process remembers is warm
        _ask(request)
    with CaptureQueriesContext(connection) as seen:
        _ask(request)
    sql = [one["sql"] for one in seen.captured_queries if not one["sql"].upper().startswith(NOT_COUNTED)]
    plans = [explained(one) for one in sql]
    read = [one for one in plans if one.plan]
    return Look(
        statements=len(sql),
        sql_ms=sum(one.ms for one in read),
        hit=sum(one.hit for one in read),
        read=sum(one.read for one in read),
        slowest=max(read, key=lambda one: one.ms, default=None),
        profile=_profile(request, profiled) if profiled else "",
        plans=plans,
    )


def _ask(request: dict[str, Any]) -> None:
    from django.test import Client

    headers = {name: value for name, value in request["headers"].items() if name != "Content-Type"}
    answer = Client().generic(
        request["method"],
        request["path"],
        request["body"].encode(),
        content_type=request["headers"].get("Content-Type", "application/octet-stream"),
        headers={**headers, "Host": "127.0.0.1"},
    )
    if answer.status_code != request["status"]:
        raise SystemExit(f"{request['path']} in process: {answer.status_code} {answer.content[:300]!r}")


def explained(sql: str) -> Statement:
    """The statement with its plan, where it only reads; it is run again for that."""
    from django.db import connection

    found = Statement(sql)
    if not sql.upper().startswith(READS) or " INTO " in sql.upper() or "ADVISORY" in sql.upper():
        return found
    with connection.cursor() as cursor:
        for _ in range(2):  # the second time from memory
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
            (whole,) = cursor.fetchone()
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        found.plan = "\n".join(row[0] for row in cursor.fetchall())
    whole = json.loads(whole)[0] if isinstance(whole, str) else whole[0]
    top = whole["Plan"]
    found.ms = whole["Execution Time"] + whole["Planning Time"]
    found.hit, found.read = top.get("Shared Hit Blocks", 0), top.get("Shared Read Blocks", 0)
    nodes = list(_nodes(top))
    found.indexes = sorted({node["Index Name"] for node in nodes if "Index Name" in node})
    found.scans = sorted({node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")})
    return found


def _nodes(node: dict[str, Any]) -> Any:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _profile(request: dict[str, Any], times: int) -> str:
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(times):
        _ask(request)
    profiler.disable()
    return in_words(profiler)


def in_words(profiler: cProfile.Profile) -> str:
    words = io.StringIO()
    for order in ("cumulative", "tottime"):
        pstats.Stats(profiler, stream=words).strip_dirs().sort_stats(order).print_stats(45)
    return words.getvalue()


if __name__ == "__main__":
    main()

"""What the whole suite stands on: a Chromium for the browser tests, and an ORM that works beside it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from portal import memo

# Playwright's sync API runs an event loop in the tests' own thread, where the ORM would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the test database one that Django can empty after a ``transaction=True`` test.

    knox makes its own token table although ours replaces it, and that orphan's foreign key makes TRUNCATE refuse.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS knox_authtoken")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium (or the one named by PORTAL_CHROMIUM) quietly; without one, skip."""
    chromium = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        pytest.skip("No Chromium found: install the package chromium, or name one in PORTAL_CHROMIUM.")
    quiet = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-dev-shm-usage",  # containers often give it 64 MB
    ]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*quiet, *as_root]}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What a process remembers for some seconds belongs to one test."""
    memo.forget()
    yield
    memo.forget()


@pytest.fixture(autouse=True)
def own_rates(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Each test counts its own requests."""
    monkeypatch.setattr("portal.api.rates.PREFIX", f"rate-{os.getpid()}-{request.node.nodeid}")


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sweep runs beside the suite, so the health page must not miss it after its grace of 90 seconds."""
    monkeypatch.setattr("portal.health.STARTED", time.monotonic())


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What a test stores goes with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def house(db: None) -> Any:
    """The small company of complaints/tests/house.py."""
    from complaints.tests.house import House

    return House.build()

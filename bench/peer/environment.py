"""The peer's virtual environment, made under the data folder of bin/bench from its own list of packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.saying import say
from portal.embedded.places import CHECKOUT, State

PACKAGES = CHECKOUT / "bench" / "requirements-peer.txt"


def python_of(state: State) -> Path:
    """The peer's Python; makes its environment where there is none or its list has changed."""
    folder = state.folder / "peer-venv"
    python, note = folder / "bin" / "python", folder / ".made-for"
    wanted = PACKAGES.read_text(encoding="utf-8")
    if not note.exists() or note.read_text(encoding="utf-8") != wanted:
        say("making the environment of django-helpdesk …")
        with state.log("peer").open("ab") as log:
            for argv in (
                [sys.executable, "-m", "venv", "--clear", folder],
                [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", PACKAGES],
            ):
                if subprocess.run(argv, stdout=log, stderr=log, check=False).returncode != 0:
                    raise RuntimeError(f"the environment of django-helpdesk could not be made; see {state.log('peer')}")
        note.write_text(wanted, encoding="utf-8")
    return python


def variables(env: dict[str, str]) -> dict[str, str]:
    """The peer's environment variables: nothing of the portal's but the database and the key."""
    kept = {name: env[name] for name in ("DATABASE_URL", "SECRET_KEY", "PATH")}
    return kept | {"DJANGO_SETTINGS_MODULE": "bench.peer.settings", "PYTHONUTF8": "1", "PYTHONPATH": str(CHECKOUT)}


def run(state: State, env: dict[str, str], module: str, *arguments: str) -> str:
    """Run one of our modules under the peer's Python; return what it printed."""
    done = subprocess.run(
        [python_of(state), "-m", module, *arguments],
        env=variables(env),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed: {done.stderr[-1500:]}")
    return done.stdout

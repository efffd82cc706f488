"""The peer's own Python environment, in the state folder: never the portal's, made anew when its list changes."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bench.saying import say
from portal.embedded.places import CHECKOUT, State
from portal.embedded.python_environment import variables
from portal.embedded.steps import run_step

PACKAGES = CHECKOUT / "bench" / "requirements-peer.txt"


def python_of_peer(state: State) -> Path:
    """The interpreter of an environment that has every package of the list."""
    venv = state.folder / "peer-environment"
    python, made_for = venv / "bin" / "python", venv / ".made-for"
    wanted = hashlib.sha256(PACKAGES.read_bytes() + sys.version.encode()).hexdigest()
    if made_for.exists() and made_for.read_text(encoding="utf-8") == wanted:
        return python
    say("making an environment for django-helpdesk …")
    log = state.log("peer-setup")
    pip = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    for argv in ([sys.executable, "-m", "venv", "--clear", str(venv)], [*pip, "-r", str(PACKAGES)]):
        if run_step(argv, env=variables() | {"PIP_USER": "0"}, log=log) != 0:
            raise RuntimeError(f"no environment for django-helpdesk; see {log}, or leave it out with --without-peer")
    made_for.write_text(wanted, encoding="utf-8")
    return python

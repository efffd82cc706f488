"""The virtual environment ``.venv``: made when missing, filled when the lists of packages have changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from portal.embedded.locks import locked
from portal.embedded.places import CHECKOUT, State
from portal.embedded.problems import Problem
from portal.embedded.steps import run_step

VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
_MADE = VENV / ".made-for"


def ensure_environment(lists: list[str], state: State, tell: Callable[[str], None]) -> None:
    """Have every package of ``lists`` (requirements files) in ``.venv``. Raises Problem with what to do."""
    if _is_filled(lists):
        return
    try:
        with locked(CHECKOUT / ".venv.lock"):  # bin/run and bin/test may both be at their very first start
            if not _is_made():
                tell("Making the Python environment …")
                _make(state)
            for name in lists:
                if not _is_filled([name]):
                    tell(f"Installing the packages of {name} (the first time this takes a minute) …")
                    _fill(name, state)
    except PermissionError as refusal:
        raise Problem(f"Cannot write to {refusal.filename}: run this as the owner of {CHECKOUT}.") from None


def variables() -> dict[str, str]:
    """The caller's variables without those that would bend the environment's Python or the embedded PostgreSQL."""
    bent = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in bent and not name.startswith("PG")}
    return kept | {
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUTF8": "1",  # whatever the locale: our texts and paths hold Chinese
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }


def _is_made() -> bool:
    return PYTHON.exists() and _read(_MADE) == _this_python()


def _this_python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]} {sys.base_prefix}"


def _is_filled(lists: list[str]) -> bool:
    return _is_made() and all(_read(_note(name)) == _fingerprint(name) for name in lists)


def _note(name: str) -> Path:
    return VENV / f".{name}.installed"


def _fingerprint(name: str) -> str:
    text = (CHECKOUT / name).read_bytes() + (CHECKOUT / "constraints.txt").read_bytes()
    return hashlib.sha256(text).hexdigest()


def _make(state: State) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Problem(f"This Python cannot make virtual environments: install python3-venv (or {package}).")
    log = state.log("setup")
    if run_step([sys.executable, "-m", "venv", "--clear", str(VENV)], env=variables(), log=log) != 0:
        raise Problem(f"Making the Python environment in {VENV} failed; see {log}.")
    _MADE.write_text(_this_python(), encoding="utf-8")


def _fill(name: str, state: State) -> None:
    log = state.log("setup")
    argv = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    if run_step([*argv, "-r", name], env=variables() | {"PIP_USER": "0"}, log=log) != 0:
        raise Problem(
            f"Installing the packages of {name} failed: check that this machine reaches a Python package index, "
            f"then try again; the reasons are in {log}."
        )
    _note(name).write_text(_fingerprint(name), encoding="utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def run_python(argv: list[str], *, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the environment's Python to its end and return what it printed."""
    return subprocess.run(
        [PYTHON, *argv],
        env=env,
        cwd=CHECKOUT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )

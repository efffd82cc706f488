"""Where things are: the checkout, the state folders, and whom PostgreSQL may run as there."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import time
from pathlib import Path

from portal.embedded.problems import Problem
from portal.embedded.processes import Account

CHECKOUT = Path(__file__).resolve().parents[2]
SYSTEM_STATE = Path("/var/lib/front-desk-portal")


def unprivileged_account() -> Account | None:
    """The account PostgreSQL has to run as, which refuses root; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Problem(
            "PostgreSQL does not run as root and this system has no account named 'nobody': "
            "run this as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from None
    return Account("nobody", nobody.pw_uid, nobody.pw_gid)


def can_reach(account: Account, path: Path) -> bool:
    """Whether ``account`` may read ``path``, asked of the kernel by a short-lived child that becomes that account."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            os._exit(0 if os.access(path, os.R_OK | os.X_OK) else 1)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class State:
    """One state folder: ``run`` for the portal itself, ``test`` for its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_for_tests(self) -> bool:
        """Whether what is in it may be thrown away."""
        return self.folder.name == "test"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def static_root(self) -> Path:
        return self.folder / "static"

    @property
    def files_root(self) -> Path:
        return self.folder / "files"

    def log(self, program: str) -> Path:
        return self.logs / f"{program}.log"


def open_state(purpose: str) -> State:
    """Find or make the state folder for ``run`` or ``test``.

    It stands in ``var/`` of the checkout (of PORTAL_DATA when set). Where root works in a folder that other accounts
    cannot enter, PostgreSQL's account could not either: then it stands under /var/lib, and ``var/location`` says where.
    """
    named = os.environ.get("PORTAL_DATA")
    base = Path.cwd() / named if named else CHECKOUT
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder = _place(base) / purpose
        folder.mkdir(parents=True, exist_ok=True)
        # PostgreSQL's account has to pass through; what is secret inside has its own permissions.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        state = State(folder)
        state.logs.mkdir(mode=0o700, exist_ok=True)
        if not os.access(state.logs, os.W_OK):
            raise PermissionError(13, "Permission denied", str(state.logs))
    except PermissionError as refusal:
        raise Problem(
            f"Cannot write to {refusal.filename}: it belongs to another user. "
            "Run this as that user, or set PORTAL_DATA to a folder of your own."
        ) from None
    except OSError as refusal:
        raise Problem(f"Cannot use {base} for the portal's data: {refusal.strerror}.") from None
    return state


def _place(base: Path) -> Path:
    ordinary = base / "var"
    ordinary.mkdir(exist_ok=True)
    note = ordinary / "location"
    if note.exists():
        return Path(note.read_text(encoding="utf-8").strip())
    account = unprivileged_account()
    if account is None or can_reach(account, ordinary):
        return ordinary
    elsewhere = SYSTEM_STATE / hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
    if elsewhere.exists():
        _start_afresh(elsewhere)
    elsewhere.mkdir(parents=True, mode=0o755)
    elsewhere.chmod(0o755)
    SYSTEM_STATE.chmod(0o755)
    note.write_text(f"{elsewhere}\n", encoding="utf-8")
    return elsewhere


def _start_afresh(old: Path) -> None:
    """Put aside what a former checkout at the same path left, unless it is only its tests' or nothing at all."""
    shutil.rmtree(old / "test", ignore_errors=True)
    if (old / "run").exists():
        old.rename(f"{old}.before-{time.strftime('%Y%m%d-%H%M%S')}")
    else:
        shutil.rmtree(old)

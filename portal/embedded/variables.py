"""The portal's environment variables: the caller's, those of ``.env``, and what is kept with the data."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from portal.embedded.places import CHECKOUT, State
from portal.embedded.problems import Problem
from portal.embedded.python_environment import variables

# What bends the portal itself; tests set these for themselves.
PORTAL_VARIABLES = (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "EMAIL_URL",
    "FIELD_KEYS",
    "HTTPS",
    "LOG_LEVEL",
    "PORTAL_DEMO",
    "SECRET_KEY",
    "SMS_BACKEND",
    "TIME_ZONE",
    "WEB_WORKERS",
)


def read_env_file(path: Path = CHECKOUT / ".env") -> None:
    """Take over what ``.env`` sets and the environment does not. Raises Problem for a line that is no setting."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as refusal:
        raise Problem(f"{path} cannot be read: {refusal}.") from None
    for number, line in enumerate(lines, start=1):
        line = line.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, is_set, value = line.partition("=")
        if not is_set or not name.strip().isidentifier():
            raise Problem(f"{path}, line {number}: write settings as NAME=value.")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        os.environ.setdefault(name.strip(), value)


def embedded_servers() -> list[str]:
    """Which servers this start has to bring along."""
    outside = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    return [name for name, variable in outside.items() if not os.environ.get(variable)]


class Memory:
    """What is remembered with the data: whether it is demo data, how far the first start came, the random keys."""

    def __init__(self, state: State) -> None:
        self._path = state.folder / "portal.json"
        try:
            self._facts: dict[str, object] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._facts = {}
        except (OSError, ValueError):
            raise Problem(
                f"{self._path} cannot be read: put it back from a backup; it holds this portal's keys."
            ) from None

    def __contains__(self, name: str) -> bool:
        return name in self._facts

    def get(self, name: str) -> str:
        """The remembered value, empty when there is none."""
        return str(self._facts.get(name, ""))

    def remember(self, **facts: str) -> None:
        """Keep facts for all later starts, whole or not at all."""
        self._facts |= facts
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as note:
            json.dump(self._facts, note, indent=1)
            note.flush()
            os.fsync(note.fileno())  # losing FIELD_KEYS to a power cut would lose what they encrypt
        unfinished.replace(self._path)


def portal_variables(state: State, connection: dict[str, str], memory: Memory, *, demo: str = "") -> dict[str, str]:
    """The variables for any process of the portal that works on ``state``.

    ``demo`` (1 or 0) is the mode of a first start, which is not remembered yet; the environment's wish goes before.
    """
    env = variables() | connection
    if "PORTAL_POSTGRES_BIN" in env:
        env["PATH"] += os.pathsep + env.pop("PORTAL_POSTGRES_BIN")  # psql for dbshell, behind the system's own
    env["PORTAL_STATIC_ROOT"] = str(state.static_root)
    env.setdefault("PORTAL_FILES_ROOT", str(state.files_root))
    if not env.get("PORTAL_DEMO"):
        env["PORTAL_DEMO"] = demo or memory.get("demo") or "0"
    # With outside servers in production, a key made here would differ from host to host: there it is given.
    if "DATABASE_URL" in connection or env["PORTAL_DEMO"] == "1":
        for name, make in (("SECRET_KEY", random_secret_key), ("FIELD_KEYS", random_field_key)):
            if not env.get(name):
                if name not in memory:
                    memory.remember(**{name: make()})
                env[name] = memory.get(name)
    return env


def variables_for_tests(state: State, connection: dict[str, str]) -> dict[str, str]:
    """The variables for the test suite: the same wherever it runs, whatever the developer has set."""
    env = {name: value for name, value in variables().items() if name not in PORTAL_VARIABLES} | connection
    env.pop("PORTAL_POSTGRES_BIN", None)
    state.static_root.mkdir(exist_ok=True)  # stays empty, but WhiteNoise warns where it is missing
    return env | {
        "PORTAL_TESTING": "1",
        "PORTAL_STATIC_ROOT": str(state.static_root),
        "PORTAL_FILES_ROOT": str(state.files_root),
        "SECRET_KEY": random_secret_key(),
        "FIELD_KEYS": random_field_key(),
        "HTTPS": "0",
    }


def random_secret_key() -> str:
    """A key for Django's SECRET_KEY, over the 50 characters that ``check --deploy`` asks for."""
    return secrets.token_urlsafe(64)


def random_field_key() -> str:
    """A Fernet key: 32 random bytes in url-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

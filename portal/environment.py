"""Reads the environment; a value that cannot be right stops the start with one plain sentence."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()

KNOWN_SECRETS = ("django-insecure", "changeme", "change-me", "secret", "your-secret", "insecure")
SECRET_KEY_LENGTH = 50


def text(name: str, default: str = "") -> str:
    return str(_env.str(name, default=default)).strip()


def switch(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no, on/off in any case."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def whole_number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def words(name: str) -> list[str]:
    """Comma-separated, blanks dropped."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def origins(name: str) -> list[str]:
    found = words(name)
    for origin in found:
        if not re.fullmatch(r"https?://[^/\s]+", origin):
            raise ImproperlyConfigured(f"{name} lists origins like https://desk.example.com, not {origin!r}.")
    return found


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ImproperlyConfigured(f"{name} must name a time zone such as Asia/Shanghai, not {value!r}.") from None
    return value


def log_level(name: str) -> str:
    value = text(name, "INFO").upper()
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured(f"{name} must be DEBUG, INFO, WARNING or ERROR, not {value!r}.")
    return value


def database(name: str) -> dict[str, object]:
    url = text(name)
    if not url:
        raise ImproperlyConfigured(f"{name} is not set: start with bin/run or bin/manage, or name your PostgreSQL.")
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgres://, as the portal keeps everything in PostgreSQL.")
    try:
        return dict(_env.db_url_config(url))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is no address of the form postgres://user:password@host:port/name."
        ) from None


def mail(name: str) -> dict[str, object]:
    """Django's EMAIL_* settings from one address; without it mail is printed to the log."""
    url = text(name) or "consolemail://"
    if urlsplit(url).scheme not in environ.Env.EMAIL_SCHEMES:
        raise ImproperlyConfigured(f"{name} must be an address of the form smtp+tls://user:password@host:587.")
    return dict(_env.email_url_config(url))


def redis_address(name: str) -> str:
    url = text(name)
    if urlsplit(url).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(f"{name} must be an address of the form redis://:password@host:port/0.")
    return url


def secret_key(name: str, *, production: bool) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: give it {SECRET_KEY_LENGTH} or more random characters.")
    if production and (
        len(value) < SECRET_KEY_LENGTH or len(set(value)) < 5 or value.lower().startswith(KNOWN_SECRETS)
    ):
        raise ImproperlyConfigured(
            f"{name} is too short or known: production needs {SECRET_KEY_LENGTH} or more random characters."
        )
    return value


def field_keys(name: str) -> list[str]:
    """Fernet keys, the first is current. Raises where one is not 32 url-safe base64 bytes."""
    found = words(name)
    for key in found:
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} lists keys of 32 url-safe base64-encoded bytes; one of them is not."
            ) from None
    return found

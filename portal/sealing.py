"""Sealing what must not lie open in the database (identity numbers), with keys that can be changed (FIELD_KEYS)."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(Exception):
    """Sealed with a key that FIELD_KEYS does not name any more."""


def seal(value: bytes) -> bytes:
    """With the current key, the first of FIELD_KEYS. Raises ImproperlyConfigured without any."""
    return _ring().encrypt(value)


def unseal(token: bytes) -> bytes:
    """What was sealed with any of the keys. Raises Unreadable."""
    try:
        return _ring().decrypt(token)
    except InvalidToken:
        raise Unreadable from None


def sealed_again(token: bytes) -> bytes:
    """The same under the current key. Raises Unreadable."""
    try:
        return _ring().rotate(token)
    except InvalidToken:
        raise Unreadable from None


def fingerprint(value: str) -> str:
    """Equal for equal values under the current key, and no way back: what a sealed number is compared by."""
    return _fingerprint(settings.FIELD_KEYS[0], value)


def is_fingerprint_of(held: str, value: str) -> bool:
    """Whether a fingerprint is of this value, under any of the keys."""
    return any(hmac.compare_digest(held, _fingerprint(key, value)) for key in settings.FIELD_KEYS)


def _fingerprint(key: str, value: str) -> str:
    return hmac.new(b"fingerprint" + key.encode(), value.encode(), hashlib.sha256).hexdigest()


def _ring() -> MultiFernet:
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is not set: identity numbers are kept under keys of your own.")
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])

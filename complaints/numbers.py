"""Ticket numbers as people type them: with any dash or none, in full width, in small letters. Pure."""

from __future__ import annotations

import re
from unicodedata import normalize

# Everything that looks like a dash on some keyboard, the long ones of Chinese and the minus among them.
_DASHES = re.compile(r"\s*[\-\u00ad\u2010-\u2015\u2043\u2212\u2500\u30fc\ufe58\ufe63\uff0d_]\s*")
_WHOLE = re.compile(r"([A-Z0-9]{0,6}?)-?(20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))-?(\d{1,9})")


def as_written(text: str) -> str:
    """``yjw20261121 00`` and ``YJW—20261121—00`` as ``YJW-20261121-00``; anything else only without its odd dashes."""
    return "-".join(_parts(text))


def whole(text: str) -> str:
    """As above, with the count in four digits at least: the number of one ticket."""
    *first, last = _parts(text)
    return "-".join([*first, last.zfill(4)]) if len(first) == 2 else "-".join([*first, last])


def _parts(text: str) -> list[str]:
    plain = _DASHES.sub("-", normalize("NFKC", text.replace("\0", "")).strip().upper())
    found = _WHOLE.fullmatch(re.sub(r"\s+", "", plain))
    return [part for part in found.groups() if part] if found else [plain]

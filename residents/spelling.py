"""How what people type is made comparable: rooms without separators, names by their initials. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import Any
from unicodedata import normalize

MOST_READINGS = 48
_SEPARATORS = re.compile(r"[\s\-－—_/.#栋幢座号楼单元室房户铺]+")


def room_digits(text: str) -> str:
    """``8-1-1203``, ``8栋1单元1203室`` and ``8 1 1203`` all as ``811203``; letters of a shop (S01) stay."""
    return _SEPARATORS.sub("", normalize("NFKC", text)).upper()


def initials(name: str) -> list[str]:
    """Every way to abbreviate a Chinese name: ``单雄`` is sx, dx and cx. Latin words give their first letters."""
    from residents.pinyin import Style, pinyin

    letters = [
        sorted({reading[0].lower() for reading in readings if reading[:1].isalnum()})
        for readings in pinyin(_words(name), style=Style.FIRST_LETTER, heteronym=True, errors=_one_by_one)
    ]
    found: list[str] = []
    for reading in product(*(choices for choices in letters if choices)):
        found.append("".join(reading))
        if len(found) == MOST_READINGS:
            break
    return found


def _one_by_one(text: str) -> Any:
    """pypinyin takes a list from here, whatever its annotation says."""
    return list(text)


def _words(name: str) -> str:
    """Of each Latin word its first letter, as of each character."""
    return re.sub(r"[A-Za-z0-9]+", lambda word: word[0][0], normalize("NFKC", name))


def search_text(name: str, numbers: Iterable[str]) -> str:
    """What trigrams look through; each word follows a space, so that `` wj`` is the beginning of initials."""
    return "".join(f" {word}" for word in [normalize("NFKC", name).lower(), *initials(name), *numbers])


def search_pairs(name: str) -> list[str]:
    """Every two neighbours in the name and in its initials."""
    words = [normalize("NFKC", name).lower(), *initials(name)]
    return sorted({word[at : at + 2] for word in words for at in range(len(word) - 1)})

"""How what people type is made comparable: rooms without separators, names by their letters and initials. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_lowercase
from typing import Any
from unicodedata import category, normalize

from residents import phones

# Zero-width and turning characters, controls, halves of characters.
UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})
_SEPARATORS = re.compile(r"[\s\-－—_/.#栋幢座号楼单元室房户铺]+")
HAN = r"\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_PLACES = 100  # letters of a name that its initials are known of


def plain(text: str) -> str:
    """As a person reads it: full-width letters plain, no characters that nobody sees, no blanks around."""
    return "".join(sign for sign in normalize("NFKC", text) if sign == "\n" or category(sign) not in UNSEEN).strip()


def room_digits(text: str) -> str:
    """``8-1-1203``, ``8栋1单元1203室`` and ``8 1 1203`` all as ``811203``; letters of a shop (S01) stay.

    For looking up alone: 11-1-101 and 1-1-1101 have the same. What a room is, ``rooms`` says.
    """
    return _SEPARATORS.sub("", normalize("NFKC", text)).upper()


def squeezed(name: str) -> str:
    """The letters and digits of a name: ``O’Brien`` and ``o'brien``, ``买买提•艾力`` and ``买买提·艾力`` alike."""
    return "".join(sign for sign in plain(name).lower() if sign.isalnum() or re.match(f"[{HAN}]", sign))


def letters(name: str) -> list[frozenset[str]]:
    """What each place of a name may be abbreviated by: ``单雄`` is s, d or c, then x; of Latin words the first letter.

    A character whose reading nobody knows is any letter.
    """
    from residents.pinyin import Style, pinyin

    readings = pinyin(_words(name), style=Style.FIRST_LETTER, heteronym=True, errors=_one_by_one)
    found = [
        frozenset(reading[0].lower() for reading in of_one if reading[:1].isalnum() or re.match(f"[{HAN}]", reading))
        for of_one in readings
    ]
    anything = frozenset(ascii_lowercase)
    return [known if all(letter.isascii() for letter in known) else anything for known in found if known][:_PLACES]


def is_abbreviated(name: str, typed: str) -> bool:
    """Whether a name's initials begin with what was typed."""
    known = letters(name)
    return len(typed) <= len(known) and all(letter in choices for letter, choices in zip(typed, known, strict=False))


def initials_wanted(typed: str) -> list[str]:
    """The marks that a name has to carry whose initials begin with these letters."""
    return [_mark(at, letter) for at, letter in enumerate(typed)]


def _mark(at: int, letter: str) -> str:
    """A letter at its place, in two characters that stand in no name: ``①s``, ``②x``."""
    return chr(0x2460 + at) + letter


def _one_by_one(text: str) -> Any:
    """pypinyin takes a list from here, whatever its annotation says."""
    return list(text)


def _words(name: str) -> str:
    """Of each Latin word its first letter, as of each character."""
    return re.sub(r"[A-Za-z0-9]+", lambda word: word[0][0], plain(name))


def search_text(name: str, numbers: Iterable[str]) -> str:
    """What trigrams look through, each word after a space: the name, its Latin words, the last four of each number."""
    latin = [word for word in _LATIN_WORD.findall(plain(name).lower()) if word.isascii()]
    words = [squeezed(name), *(latin if len(latin) > 1 else []), *map(phones.last_four, numbers)]
    return "".join(f" {word}" for word in dict.fromkeys(words) if word)


def search_pairs(name: str) -> list[str]:
    """Every two neighbours in the name, and each letter that may stand at a place of its initials."""
    word = squeezed(name)
    pairs = {word[at : at + 2] for at in range(len(word) - 1)}
    return sorted(pairs | {_mark(at, letter) for at, choices in enumerate(letters(name)) for letter in choices})

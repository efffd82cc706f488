"""Text that shows nothing: white space, zero-width characters, and the blanks that Unicode counts among letters."""

from __future__ import annotations

import re
from unicodedata import category

_SHOWS_NOTHING = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Fillers, the blank of Braille, joiners and variation selectors: letters, symbols and marks by category, blank to eyes.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def is_blank(text: str) -> bool:
    """Whether a reader of ``text`` would see nothing at all."""
    return all(category(one) in _SHOWS_NOTHING or _BLANK.match(one) for one in text)

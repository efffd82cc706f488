"""Texts compared by their pairs of neighbouring characters: most Chinese words have two, too few for a trigram."""

from __future__ import annotations

import re
from unicodedata import normalize

MOST_PAIRS = 24
ALIKE_FROM = 0.3  # of the pairs of what is typed


def pairs_of(text: str) -> list[str]:
    """Every two neighbouring characters of its first words, each once."""
    return _pairs(text[: MOST_PAIRS * 10])[:MOST_PAIRS]


def all_pairs(text: str) -> list[str]:
    """Every two neighbours in the whole text, in one spelling: what an index holds."""
    return _pairs(normalize("NFKC", text).lower())


def alike_from(pairs: list[str]) -> int:
    """How many pairs a text has to share with those of what is typed."""
    return max(2, round(len(pairs) * ALIKE_FROM))


def _pairs(text: str) -> list[str]:
    words = re.findall(r"\w+", text)
    return list(dict.fromkeys(word[at : at + 2] for word in words for at in range(len(word) - 1)))

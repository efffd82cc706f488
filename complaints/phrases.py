"""The phrases to say, with their tokens filled; a token that nobody knows stays as it is."""

from __future__ import annotations

from complaints.models import Phrase
from portal.memo import for_a_moment


@for_a_moment
def phrase_texts(language: str) -> dict[str, str]:
    """Every phrase by its code, in that language; one statement, remembered for some seconds."""
    column = "text_en" if language.startswith("en") else "text"
    return dict(Phrase.objects.values_list("code", column))


class _Tokens(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def say(code: str, language: str, **tokens: str) -> str:
    """The phrase ready to read out. What is not known yet is left as an ellipsis; an unknown code gives nothing."""
    return phrase_texts(language).get(code, "").format_map(_Tokens(tokens))

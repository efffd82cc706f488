"""The words of each kind of message. Apps register theirs in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

Wording = Callable[[Mapping[str, Any]], str]
_wordings: dict[str, Wording] = {}


def register(kind: str, wording: Wording) -> None:
    _wordings[kind] = wording


def text_of(kind: str, params: Mapping[str, Any]) -> str:
    """One sentence in the active language; of a kind that no app knows any more, its code."""
    wording = _wordings.get(kind)
    return wording(params) if wording else kind


def digest_of(texts: list[str], language: str, count: int) -> str:
    """What is sent in one piece to one person: the sentence itself, or a heading and the sentences in order.

    Where there are more than anybody reads, ``texts`` are the first of ``count`` and dots stand for the others.
    """
    if count == 1:
        return texts[0]
    with translation.override(language or settings.LANGUAGE_CODE):
        heading = ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}
    return "\n".join([heading, *texts, *(["…"] if count > len(texts) else [])])

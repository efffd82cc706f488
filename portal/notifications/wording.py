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


def digest_of(texts: list[str], language: str) -> str:
    """What is sent in one piece to one person: the sentence itself, or a heading and every sentence in order."""
    if len(texts) == 1:
        return texts[0]
    with translation.override(language or settings.LANGUAGE_CODE):
        heading = ngettext("%(count)d message", "%(count)d messages", len(texts)) % {"count": len(texts)}
    return "\n".join([heading, *texts])

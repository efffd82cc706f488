"""Fields of what residents send: text as it was sent, or a clear refusal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.invisible import is_blank


class Moment(serializers.DateTimeField):
    """A moment; one at the very ends of the calendar, which no other zone can hold, is refused and not our fault."""

    def enforce_timezone(self, value: Any) -> Any:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


class TextAsSent(serializers.CharField):
    """Kept code point by code point; NUL, lone surrogates (DRF's own checks) and what shows nothing are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool | int | float):
            self.fail("invalid")
        value: str = super().to_internal_value(data)
        if value and is_blank(value):
            raise serializers.ValidationError(_("This is white space alone."))
        return value

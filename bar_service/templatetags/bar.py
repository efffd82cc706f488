"""What every press of the bar carries, and how a running promise is drawn."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import template
from django.middleware.csrf import get_token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.pages.countdown import TimeLeft
from portal.pages.templatetags.icons import clock_icons

register = template.Library()


@register.simple_tag(takes_context=True)
def carried(context: Any, **fields: Any) -> SafeString:
    """The hidden fields of a press: whose bar, which page, what it is about, and a key that counts it once."""
    inputs = {"bar": context["bar"].pk, "back": context.get("place", ""), "key": uuid4(), **fields}
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(context["request"]))
    return token + format_html_join("", '<input type="hidden" name="{}" value="{}">', inputs.items())


@register.simple_tag
def ticking(left: TimeLeft) -> SafeString:
    """A countdown that the page's script moves on."""
    if left.due_at is None or left.started_at is None or left.soon_at is None:
        return format_html("<span>{}</span>", left.words)
    return format_html(
        '<time datetime="{}" data-from="{}" data-soon="{}">{}<span>{}</span></time>',
        left.due_at.isoformat(timespec="seconds"),
        int(left.started_at.timestamp()),
        int(left.soon_at.timestamp()),
        clock_icons(),
        left.words,
    )

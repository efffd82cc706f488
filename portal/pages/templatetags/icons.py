"""Icons: the wheel's Bootstrap drawings, read once a process; what repeats in every row is a symbol, drawn once."""

import re
from functools import cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Drawn by `{% use %}`: short names for what rows and steps repeat.
ROW_ICONS = {
    "ok": "clock",
    "soon": "pie-chart",
    "late": "exclamation-triangle",
    "hold": "pause-circle",
    "up": "arrow-up",
    "check": "check-lg",
    "lock": "lock",
    "phone": "telephone",
    "eye": "eye",
    "note": "chat-left-text",
    "wrench": "wrench",
    "send": "send",
    "person": "person",
    "back": "arrow-return-left",
    "info": "info-circle",
    "redo": "arrow-repeat",
    "undo": "arrow-counterclockwise",
    "clip": "paperclip",
    "camera": "camera",
    "printer": "printer",
}
# Severity is read by the number of filled bars, so these three are ours.
BARS = {
    f"bars-{filled}": "".join(
        f'<rect x="{1 + 5 * n}" y="{10 - 4 * n}" width="4" height="{5 + 4 * n}" rx="1"'
        + ("" if n < filled else ' opacity=".35"')
        + "/>"
        for n in range(3)
    )
    for filled in (1, 2, 3)
}


@cache
def _drawing(name: str) -> str:
    """The inside of one of the wheel's SVG files."""
    svg = get_template(f"bs_icon/{name}.svg").render({})
    inside = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    assert inside, name
    return re.sub(r"\s+", " ", inside[1]).replace("> <", "><").replace(" />", "/>").strip()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One drawing, in place."""
    svg = f'<svg class="i" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{_drawing(name)}</svg>'
    return mark_safe(svg)  # noqa: S308 - the wheel's drawing


@register.simple_tag
@cache
def use(name: str, css: str = "") -> SafeString:
    """One of the page's symbols: a few bytes a row."""
    shape = f"i {css}" if css else "i"
    svg = f'<svg class="{shape}" width="16" height="16" aria-hidden="true"><use href="#i-{name}"/></svg>'
    return mark_safe(svg)  # noqa: S308 - names stand in our templates


@register.simple_tag
@cache
def row_icons() -> SafeString:
    """The symbols that `use` points at; stands once in every page."""
    drawings = {name: _drawing(file) for name, file in ROW_ICONS.items()} | BARS
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 16 16">{inside}</symbol>' for name, inside in drawings.items()
    )
    svg = f'<svg width="0" height="0" class="visually-hidden" aria-hidden="true">{symbols}</svg>'
    return mark_safe(svg)  # noqa: S308 - the wheel's drawings and our bars


@register.simple_tag
@cache
def clock_icons() -> SafeString:
    """All four shapes of a time state; the style sheet shows the one that holds, so a tick only changes a class."""
    shapes = "".join(use(name, f"i-{name}") for name in ("ok", "soon", "late", "hold"))
    return mark_safe(shapes)  # noqa: S308 - made by `use`

"""The tokens of the style sheet: contrast computed from the colours themselves, both dark blocks the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static/css/portal.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6});")
TEXT, BAR = 4.5, 3.0
# (foreground, background, at least): the table of docs/screens.md §6, and where else text stands.
PAIRS = [
    ("text", "page", 7.0),
    ("text", "surface", 7.0),
    ("text", "chosen", 7.0),
    ("text", "late-bg", 7.0),
    ("text", "ok-bg", 7.0),
    ("text-2", "surface", TEXT),
    ("text-2", "chosen", TEXT),
    ("text-2", "late-bg", TEXT),
    ("text-2", "soon-bg", TEXT),
    ("text-3", "page", TEXT),
    ("text-3", "surface", TEXT),
    ("text-3", "sunken", TEXT),
    ("text-3", "chosen", TEXT),
    ("primary-fg", "primary-bg", TEXT),
    ("primary-fg", "primary-hover", TEXT),
    ("link", "page", TEXT),
    ("link", "surface", TEXT),
    ("link", "chosen", TEXT),
    ("link", "sunken", TEXT),
    ("minor-fg", "minor-bg", 7.0),
    ("important-fg", "important-bg", 7.0),
    ("major-fg", "major-bg", 6.0),
    ("ok-fg", "ok-bg", 6.0),
    ("ok-fg", "surface", TEXT),
    ("soon-fg", "soon-bg", 7.0),
    ("soon-fg", "surface", TEXT),
    ("late-fg", "late-bg", 6.5),
    ("late-fg", "surface", TEXT),
    ("hold-fg", "hold-bg", 7.0),
    ("hold-fg", "surface", TEXT),
    ("control", "surface", BAR),
    ("focus", "surface", BAR),
    ("focus", "page", BAR),
    ("ok-bar", "surface", BAR),
    ("soon-bar", "surface", BAR),
    ("late-bar", "surface", BAR),
    ("hold-bar", "surface", BAR),
]


def _blocks() -> dict[str, dict[str, str]]:
    light = CSS.split('[data-bs-theme="light"] {')[1].split("}")[0]
    system = CSS.split(":root:not([data-bs-theme]) {")[1].split("}")[0]
    chosen = CSS.split('[data-bs-theme="dark"] {')[1].split("}")[0]
    return {
        name: dict(TOKEN.findall(block)) for name, block in (("light", light), ("system", system), ("dark", chosen))
    }


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("foreground", "background", "least"), PAIRS)
def test_what_stands_on_what_can_be_read(theme: str, foreground: str, background: str, least: float) -> None:
    tokens = _blocks()[theme]
    assert contrast(tokens[foreground], tokens[background]) >= least


def test_dark_by_the_system_is_dark_by_choice() -> None:
    blocks = _blocks()
    assert blocks["system"] == blocks["dark"]
    assert blocks["light"].keys() == blocks["dark"].keys()


def test_the_style_sheet_asks_nobody_else() -> None:
    assert "@import" not in CSS
    assert "url(" not in CSS
    assert "http" not in CSS

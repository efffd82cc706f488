"""A sheet as PDF, drawn by a program that is started for it: a machine that cannot draw one does all the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unicodedata import name

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.pages.context import Bare
from reports.papers import printing
from reports.papers.sheet import Sheet

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
CHINESE_FONT = "fonts-noto-cjk"
PATIENCE_SECONDS = 120


class NoPdf(Exception):
    """This machine cannot draw it; ``user_message`` says what is missing and what works meanwhile."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


class NoGlyphs(NoPdf):
    """No font of this machine has these characters."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(_without_glyphs(missing))
        self.missing = missing


def pdf_of(sheet: Sheet, language: str) -> bytes:
    """The same bytes for the same sheet on the same machine.

    A character of somebody's text that no font has is drawn as its name in its place, and the paper says which. Raises
    NoPdf where the machine has no font for Chinese at all, or cannot draw.
    """
    with override(language):
        page = render_to_string("reports/papers/pdf.html", {"sheet": sheet, "style": _style(), "page": Bare()})
        try:
            return drawn(page)
        except NoGlyphs as rare:
            if any(_is_common(one) for one in rare.missing):
                raise
            return drawn(_with_names(page, rare.missing))


def _with_names(page: str, missing: list[str]) -> str:
    names = {one: f"[{name(one, f'U+{ord(one):04X}').lower()}]" for one in missing}
    said = _("Characters that no font here has are written as their names: %(names)s.")
    note = escape(said % {"names": " ".join(names.values())})
    body, end, rest = page.translate(str.maketrans(names)).rpartition("</body>")
    return f"{body}<p>{note}</p>{end}{rest}" if end else f"{rest}<p>{note}</p>"


def drawn(page: str) -> bytes:
    # -I: neither this folder nor what PYTHONPATH names stands before the packages.
    done = subprocess.run(  # noqa: S603 - our own program; the page goes in as text
        [sys.executable, "-I", printing.__file__],
        input=page.encode(),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode == printing.GLYPHS_MISSING:
        raise NoGlyphs([chr(int(code)) for code in done.stderr.split()])
    if done.returncode == printing.LIBRARIES_MISSING or done.returncode < 0:  # a signal: not a single font is there
        raise NoPdf(
            _(
                "This server cannot make PDFs: the system's libraries for drawing text, or all fonts, are missing. "
                "Whoever looks after it installs them with: apt-get install %(packages)s. Until then, print the page "
                "from your browser and choose “Save as PDF”."
            )
            % {"packages": PACKAGES}
        )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def _style() -> SafeString:
    found = finders.find("css/sheet.css")
    assert isinstance(found, str)
    return mark_safe(Path(found).read_text("utf-8"))  # noqa: S308 - our own file


def _without_glyphs(missing: list[str]) -> str:
    if any(_is_common(one) for one in missing):
        return _(
            "This server cannot make PDFs: none of its fonts has Chinese characters. Whoever looks after it installs "
            "one with: apt-get install %(package)s. Until then, print the page from your browser and choose “Save as "
            "PDF”."
        ) % {"package": CHINESE_FONT}
    named = " ".join(f"{one} (U+{ord(one):04X})" for one in missing)
    return _(
        "This server cannot make this PDF: none of its fonts has %(characters)s. Print the page from your browser and "
        "choose “Save as PDF”, or write the text without them."
    ) % {"characters": named}


def _is_common(one: str) -> bool:
    """Whether every font for Chinese has it."""
    try:
        return len(one.encode("gb2312")) > 1
    except UnicodeEncodeError:
        return False

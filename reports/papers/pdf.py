"""A sheet as PDF. WeasyPrint, and the pango it needs, are looked for when a PDF is made: all else works without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.pages.context import Bare
from reports.papers.sheet import Sheet

if TYPE_CHECKING:
    from weasyprint import Document

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
MOST_NAMED = 12


class NoPdf(Exception):
    """This machine cannot draw it; ``user_message`` says what is missing and what works meanwhile."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


def pdf_of(sheet: Sheet, language: str) -> bytes:
    """The same bytes for the same sheet on the same machine. Raises NoPdf rather than draw boxes for characters."""
    with override(language):
        page = render_to_string("reports/papers/pdf.html", {"sheet": sheet, "style": _style(), "page": Bare()})
        document = laid_out(page)
        content: bytes = document.write_pdf(pdf_tags=True)
        if missing := sorted({code for font in document.fonts.values() for code in font.missing}):
            raise NoPdf(_without_glyphs(missing))
    return content


def laid_out(page: str) -> Document:
    """Nothing outside ``page`` is read, whatever address or file it names."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: a system library is not there
        raise NoPdf(
            _(
                "This server cannot make PDFs: the system libraries for drawing text are missing. Whoever looks after "
                "it installs them with: apt-get install %(packages)s. Until then, print the page from your browser "
                "and choose “Save as PDF”."
            )
            % {"packages": PACKAGES}
        ) from None
    return HTML(string=page, media_type="pdf", url_fetcher=URLFetcher(allowed_protocols=())).render()


def _style() -> SafeString:
    found = finders.find("css/sheet.css")
    assert isinstance(found, str)
    return mark_safe(Path(found).read_text("utf-8"))  # noqa: S308 - our own file


def _without_glyphs(missing: list[int]) -> str:
    named = " ".join(f"{chr(one)} (U+{one:04X})" for one in missing[:MOST_NAMED])
    return _(
        "This server cannot make this PDF: none of its fonts has the characters %(characters)s. For Chinese, whoever "
        "looks after it installs a font with: apt-get install fonts-noto-cjk. Until then, print the page from your "
        "browser and choose “Save as PDF”."
    ) % {"characters": named + (" …" if len(missing) > MOST_NAMED else "")}

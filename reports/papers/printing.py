"""A page of HTML on standard input, its PDF on standard output: a program of its own, which pdf.py starts.

WeasyPrint takes 150 MB and keeps them, and pango ends the process where a machine has no font at all: neither may
happen to a web server. Imports nothing of ours. Exit status: 0, LIBRARIES_MISSING, or GLYPHS_MISSING with their codes
on standard error.
"""

from __future__ import annotations

import logging
import sys
import warnings

LIBRARIES_MISSING, GLYPHS_MISSING = 3, 4


def main() -> int:
    warnings.simplefilter("ignore")
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: a library of the system is not there
        return LIBRARIES_MISSING
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it tells of every rule that is for browsers only
    # No protocol is allowed: nothing outside the page is read, whatever file or address it names.
    page = HTML(
        string=sys.stdin.buffer.read(), encoding="utf-8", media_type="pdf", url_fetcher=URLFetcher(allowed_protocols=())
    )
    document = page.render()
    content = document.write_pdf(pdf_tags=True)
    if missing := sorted({code for font in document.fonts.values() for code in font.missing}):
        sys.stderr.write(" ".join(map(str, missing)))
        return GLYPHS_MISSING
    sys.stdout.buffer.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())

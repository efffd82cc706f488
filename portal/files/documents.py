"""PDF by its content. It is kept as it came, so what acts when it is opened is refused."""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext as _

from portal.files.refusals import FileRefused

ACTING = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE)\b")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # names may spell their letters as #4A
OBJECTS = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)
MOST_PACKED, MOST_BYTES_PACKED = 1000, 256 * 1024  # packed objects of one document, and the bytes of each
MOST_UNPACKED = 20_000_000  # bytes, of all packed objects together


def check_pdf(content: bytes) -> bool:
    """Whether this is a PDF at all. Raises FileRefused for one that acts, is locked or is cut short."""
    if not content.startswith(b"%PDF-"):
        return False
    if b"%%EOF" not in content[-2048:]:
        raise _damaged()
    if b"/Encrypt" in content:
        raise FileRefused(_("This document is protected by a password. Save it without one and send it again."))
    for part in (content, *_packed_objects(content)):
        if ACTING.search(ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)):
            raise FileRefused(
                _("This document contains programs or other files. Save it as a plain PDF, or send photos.")
            )
    return True


def _packed_objects(content: bytes) -> list[bytes]:
    if content.count(b"/ObjStm") > MOST_PACKED:
        raise _too_large()
    left, found = MOST_UNPACKED, []
    for start in OBJECTS.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            found.append(unpacking.decompress(content[start.end() : start.end() + MOST_BYTES_PACKED], left))
        except zlib.error:
            raise _damaged() from None  # or packed in a way that only hides it
        left -= len(found[-1])
        if left <= 0 or not unpacking.eof:
            raise _too_large()
    return found


def _damaged() -> FileRefused:
    return FileRefused(_("This document is damaged. Save it again, or send photos of it."))


def _too_large() -> FileRefused:
    return FileRefused(_("This document is too large inside. Send photos of it."), 413)

"""PDF by its content. It is kept as it came, so what acts when it is opened is refused.

What a document holds is asked of its objects, never of its bytes: in the pixels of a scan any word may stand.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from django.utils.translation import gettext as _

from portal.files.refusals import FileRefused

ACTING = frozenset({
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/GoToE", "/ImportData",
    "/SubmitForm", "/Movie", "/Rendition",
})  # fmt: skip
# Packed objects are objects too, also those that no table of the document names.
PACKED = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)
WRITTEN = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE)\b")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # names may spell their letters as #4A
MOST_PACKED, MOST_BYTES_PACKED = 1000, 256 * 1024  # packed objects of one document, and the bytes of each
MOST_UNPACKED = 20_000_000  # bytes, of all packed objects together
MOST_OBJECTS = 200_000
MOST_INSIDE = 5_000  # entries of one object, with what is written inside it


def check_pdf(content: bytes) -> bool:
    """Whether this is a PDF at all. Raises FileRefused for one that acts, is locked or is cut short."""
    if not content.startswith(b"%PDF-"):
        return False
    if b"%%EOF" not in content[-2048:]:
        raise _damaged()
    _refuse_written(_packed_objects(content))
    try:
        with pikepdf.open(BytesIO(content)) as document:
            if document.is_encrypted or "/Encrypt" in document.trailer:
                raise _locked()
            _refuse_acting(document)
    except FileRefused:
        raise
    except pikepdf.PasswordError:
        raise _locked() from None
    except Exception:  # noqa: BLE001 - whatever an odd document makes its reader do
        if b"/Encrypt" in content:
            raise _locked() from None
        _refuse_written([content])  # of what has no objects that can be asked, every byte counts
    return True


def _refuse_written(parts: list[bytes]) -> None:
    for part in parts:
        if WRITTEN.search(ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)):
            raise _acting()


def _refuse_acting(document: pikepdf.Pdf) -> None:
    if len(document.objects) > MOST_OBJECTS:
        raise _too_large()
    for found in document.objects:
        if not ACTING.isdisjoint(_entries(found)):
            raise _acting()


def _packed_objects(content: bytes) -> list[bytes]:
    if content.count(b"/ObjStm") > MOST_PACKED:
        raise _too_large()
    left, found = MOST_UNPACKED, []
    for start in PACKED.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            found.append(unpacking.decompress(content[start.end() : start.end() + MOST_BYTES_PACKED], left))
        except zlib.error:
            raise _damaged() from None  # or packed in a way that only hides it
        left -= len(found[-1])
        if left <= 0 or not unpacking.eof:
            raise _too_large()
    return found


def _entries(found: Any) -> Iterator[str]:
    """The names that one object says, as keys and as values; what it refers to stands for itself."""
    waiting, seen = [found], 0
    while waiting and seen < MOST_INSIDE:
        one = waiting.pop()
        seen += 1
        if isinstance(one, pikepdf.Name):
            yield str(one)
        elif isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
            for key, value in (one.stream_dict if isinstance(one, pikepdf.Stream) else one).items():
                yield key
                if _is_direct(value):
                    waiting.append(value)
        elif isinstance(one, pikepdf.Array):
            waiting += [value for value in one if _is_direct(value)]


def _is_direct(value: Any) -> bool:
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _acting() -> FileRefused:
    return FileRefused(_("This document contains programs or other files. Save it as a plain PDF, or send photos."))


def _too_large() -> FileRefused:
    return FileRefused(_("This document is too large inside. Send photos of it."), 413)


def _locked() -> FileRefused:
    return FileRefused(_("This document is protected by a password. Save it without one and send it again."))


def _damaged() -> FileRefused:
    return FileRefused(_("This document is damaged. Save it again, or send photos of it."))

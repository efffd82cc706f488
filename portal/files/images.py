"""Photos are never kept as they came: they are decoded, turned upright, and written anew without anything beside."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from portal.files.refusals import FileRefused

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
LONGEST_SIDE = 3000  # pixels: enough to read a meter, small enough for four at once in memory
PREVIEW_SIDE = 960
# A JPEG is decoded at half or a quarter of its size where it is large; the others only whole.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error, zlib.error, MemoryError)


def remade(source: IO[bytes]) -> tuple[str, bytes, bytes] | None:
    """(format, the picture made anew, its preview), or None for what is no picture. Raises FileRefused."""
    try:
        with Image.open(source, formats=list(ENDINGS)) as found:
            kind = str(found.format)
            _refuse_floods(found, kind)
            found.verify()
        source.seek(0)
        with Image.open(source, formats=[kind]) as found:
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            # First upright, then stripped: the orientation stands in what is thrown away.
            picture = _plain(ImageOps.exif_transpose(found), kind)
        return kind, _written(picture, kind), _preview(picture)
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except BROKEN:
        raise FileRefused(_("This picture is damaged. Take it again, or send another one.")) from None


def _refuse_floods(found: Image.Image, kind: str) -> None:
    width, height = found.size
    if width * height > MOST_PIXELS[kind]:
        raise _too_many_pixels()


def _too_many_pixels() -> FileRefused:
    return FileRefused(_("This picture has too many pixels. Send it smaller."))


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that the format can write."""
    clear = kind != "JPEG" and ("A" in picture.getbands() or "transparency" in picture.info)
    plain = picture.convert("RGBA" if clear else "RGB")
    plain.info = {}
    return plain


def _written(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
    return out.getvalue()


def _preview(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    out = BytesIO()
    small.save(out, "WEBP", quality=70, method=2)
    return out.getvalue()

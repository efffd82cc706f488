"""Photos are never kept as they came: they are decoded, turned upright, and written anew without anything beside."""

from __future__ import annotations

from io import BytesIO
from typing import IO

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

from portal.files.refusals import FileRefused

pillow_heif.register_heif_opener()

ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
# What a phone calls its photos, and as what they are kept: MPO is a JPEG with a second picture behind the first.
KEPT_AS = {"JPEG": "JPEG", "MPO": "JPEG", "HEIF": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
OPENED = ["JPEG", "HEIF", "PNG", "WEBP"]  # by their readers: that of JPEG reads MPO
LONGEST_SIDE = 3000  # pixels: enough to read a meter, small enough for four at once in memory
PREVIEW_SIDE = 960
# A screenshot of a long page: its lines stay legible as long as its short side does.
LONG_FROM = 3  # times as long as wide
LONG_WIDTH, LONGEST_OF_LONG = 1440, 20_000
LONGEST_WEBP = 16_000
# A large JPEG is decoded at half or a quarter of its size, unless it comes in passes; the others only whole.
MOST_PIXELS = {"JPEG": 110_000_000, "MPO": 110_000_000, "HEIF": 51_000_000, "PNG": 30_000_000, "WEBP": 30_000_000}
MOST_IN_PASSES = 64_000_000
ORIENTATION = 0x0112
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())


def remade(source: IO[bytes]) -> tuple[str, bytes, bytes] | None:
    """(format, the picture made anew, its preview), or None for what is no picture. Raises FileRefused."""
    try:
        with Image.open(source, formats=OPENED) as found:
            came_as = str(found.format)
            _refuse_floods(found, came_as)
            if came_as != "HEIF":  # it has no check of its own; decoding it is one
                found.verify()
        source.seek(0)
        kind = KEPT_AS[came_as]
        with Image.open(source, formats=OPENED) as found:
            turned = UPRIGHT.get(_orientation(found))
            size = _fitting(found.size, kind)
            found.draft("RGB", size)
            found.thumbnail(size)
            # First upright, then stripped: the orientation stands in what is thrown away.
            picture = _plain(found.transpose(turned) if turned is not None else found, kind)
        return kind, _written(picture, kind), _preview(picture)
    except UnidentifiedImageError:
        return None
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # noqa: BLE001 - whatever a broken picture makes its reader do
        raise FileRefused(_("This picture is damaged. Take it again, or send another one.")) from None


def _refuse_floods(found: Image.Image, came_as: str) -> None:
    width, height = found.size
    in_passes = bool(found.info.get("progressive") or found.info.get("progression"))
    most = min(MOST_PIXELS[came_as], MOST_IN_PASSES) if in_passes else MOST_PIXELS[came_as]
    if width * height > most:
        raise _too_many_pixels()


def _too_many_pixels() -> FileRefused:
    return FileRefused(_("This picture has too many pixels. Send it smaller."))


def _orientation(found: Image.Image) -> int:
    """How the camera was held. Only this is read of what stands beside a picture: the rest may be any nonsense."""
    try:
        return int(found.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - see above
        return 1


def _fitting(size: tuple[int, int], kind: str) -> tuple[int, int]:
    """The size to keep a picture at: legible, and no more."""
    short, long = sorted(size)
    most = LONGEST_SIDE
    if long > LONG_FROM * short:
        most = min(long * LONG_WIDTH // short, LONGEST_OF_LONG, LONGEST_WEBP if kind == "WEBP" else LONGEST_OF_LONG)
    shrunk = min(1.0, max(most, LONGEST_SIDE) / long)
    return max(round(size[0] * shrunk), 1), max(round(size[1] * shrunk), 1)


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
    """A small one; of a long picture its beginning, or nothing could be told from it."""
    width, height = picture.size
    small = picture.crop((0, 0, min(width, LONG_FROM * height), min(height, LONG_FROM * width)))
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    out = BytesIO()
    small.save(out, "WEBP", quality=70, method=2)
    return out.getvalue()

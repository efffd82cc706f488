"""Pictures and documents for tests, small and made on the spot."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

ORIENTATION, GPS, CAMERA = 0x0112, 0x8825, 0x010F
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, turned: bool = False) -> bytes:
    """A left half in red, with the camera's name and a place in it."""
    image = Image.new("RGB", size, "white")
    image.paste((200, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = image.getexif()
    exif[CAMERA] = "SecretCam 3000"
    if turned:
        exif[ORIENTATION] = 6  # was held upright: to be turned by 90 degrees clockwise
    exif.get_ifd(GPS)[2] = (22.0, 32.0, 1.0)
    out = BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def photo(name: str = "photo.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)

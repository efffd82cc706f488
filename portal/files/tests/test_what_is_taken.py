"""What is taken in, in which shape it is kept, and what is refused; what nobody refers to goes."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from portal.files import integrity, serving
from portal.files.limits import MOST_BYTES
from portal.files.models import StoredFile
from portal.files.refusals import FileRefused
from portal.files.services import sweep_orphans, take_in
from portal.files.tests.photos import PDF, photo, picture
from portal.promises import clock

pytestmark = pytest.mark.django_db


def _png_of(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def _zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def _packed(words: bytes) -> bytes:
    """A PDF whose objects stand compressed inside."""
    return PDF.replace(b"trailer", b"2 0 obj<</Type/ObjStm>>stream\n" + zlib.compress(words) + b"\nendstream\ntrailer")


REFUSED = {
    "nothing": ("a.jpg", b""),
    "over 10 MB": ("a.jpg", b"\xff\xd8\xff" + b"\0" * MOST_BYTES),
    "a program": ("photo.jpg", b"MZ\x90\0" + b"\0" * 200),
    "a page": ("photo.png", b"<!doctype html><script>alert(1)</script>"),
    "a drawing that can act": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "XML that reaches out": ("a.svg", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'),
    "an archive": ("a.docx", _zip()),
    "another kind of picture": ("a.png", b"GIF89a" + b"\0" * 50),
    "a flood of pixels": ("a.png", _png_of(60_000, 60_000)),
    "many pixels": ("a.png", _png_of(6_000, 6_000)),
    "a picture cut short": ("a.jpg", picture(size=(400, 300))[:900]),
    "a head alone": ("a.png", b"\x89PNG\r\n\x1a\n"),
    "words before a PDF": ("a.pdf", b"<script>1</script>" + PDF),
    "a PDF cut short": ("a.pdf", PDF[:-8]),
    "a PDF with a program": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>")),
    "a PDF that spells it oddly": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/#4aavaScript>>")),
    "a PDF that hides it": ("a.pdf", _packed(b"<</S/JavaScript/JS(x)>>")),
    "a PDF packed to hide it": (
        "a.pdf",
        PDF.replace(b"trailer", b"2 0 obj<</Type/ObjStm>>stream\n2f4a53 endstream\ntrailer"),
    ),
    "a PDF of a million parts": ("a.pdf", PDF.replace(b"trailer", b"/ObjStm " * 1_000_000 + b"trailer")),
    "a PDF that unpacks to much": ("a.pdf", _packed(b"\0" * 40_000_000)),
    "a PDF that starts something": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/AA<</S/Launch/F(x.exe)>>")),
    "a PDF with a file in it": ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>")),
    "a locked PDF": ("a.pdf", PDF.replace(b"trailer<<", b"trailer<</Encrypt 4 0 R")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_honest_photo_or_document_is_refused_in_a_sentence(case: str, tmp_path: Path) -> None:
    name, content = REFUSED[case]
    with pytest.raises(FileRefused) as refused:
        take_in(photo(name, content), by=None)
    assert refused.value.user_message
    assert not StoredFile.objects.exists()
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_upright_and_without_place_or_camera(kind: str) -> None:
    sent = picture(kind, (60, 40), turned=True) + b"<script>alert(1)</script>"  # behind the picture: a polyglot
    file = take_in(photo("IMG_0001.dat", sent), by=None)
    with default_storage.open(file.path) as bytes_of_it:
        kept = bytes_of_it.read()
    with Image.open(BytesIO(kept)) as found:
        assert (found.format, found.size) == (kind, (40, 60))
        top, bottom = found.convert("RGB").getpixel((20, 5)), found.convert("RGB").getpixel((20, 55))
        assert top[1] < 60 < 200 < bottom[1]  # type: ignore[index]  # the red half is on top
        assert not dict(found.getexif())
    assert not any(canary in kept for canary in (b"SecretCam", b"<script", b"Exif"))
    assert (file.content_type, file.size) == (f"image/{kind.lower()}", len(kept))
    assert file.name == f"IMG_0001.{'jpg' if kind == 'JPEG' else kind.lower()}"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\work\\meter.jpeg", "meter.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.jpg"),
        ("楼道 灯.JPG", "楼道 灯.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie x.jpg"),
        ("..", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 100 + ".jpg"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(sent: str, kept: str) -> None:
    upload = photo()
    upload._name = sent  # type: ignore[attr-defined]  # as a parser less careful than Django's would leave it
    file = take_in(upload, by=None)
    assert file.name == kept
    assert "passwd" not in file.path


def test_a_document_is_sent_to_be_saved_and_can_do_nothing_in_a_page() -> None:
    file = take_in(photo("acceptance.pdf", PDF), by=None)
    response = serving.download(file)
    assert response["Content-Disposition"] == 'attachment; filename="acceptance.pdf"'
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content) == PDF  # type: ignore[arg-type]
    response.close()


def test_what_nobody_refers_to_goes_after_a_day_and_what_lost_its_bytes_is_named(tmp_path: Path) -> None:
    file = take_in(photo(), by=None)
    assert sweep_orphans() == 0
    with clock.standing_at(clock.now() + timedelta(days=1, minutes=1)):
        assert sweep_orphans() == 1
    assert not StoredFile.objects.exists()
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == []

    file = take_in(photo(), by=None)
    assert list(integrity.findings()) == []
    default_storage.delete(file.path)
    assert [str(file.uuid) in line for line in integrity.findings()] == [True]


def test_bytes_without_a_row_go_after_a_day(tmp_path: Path) -> None:
    file = take_in(photo(), by=None)
    StoredFile.objects.all().delete()
    with clock.standing_at(clock.now() + timedelta(days=1, minutes=1)):
        assert sweep_orphans() == 2
    assert not default_storage.exists(file.path)

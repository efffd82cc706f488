"""Photos and scans as phones and copiers make them: taken, upright, legible; whatever is broken is a sentence."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import default_storage
from PIL import Image

from portal.files.documents import check_pdf
from portal.files.images import remade
from portal.files.models import StoredFile
from portal.files.refusals import FileRefused
from portal.files.services import take_in
from portal.files.tests.photos import ORIENTATION, PDF, photo, picture

CASES = Path(__file__).parent / "cases"


def jpeg(size: tuple[int, int], **how: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, "JPEG", quality=60, **how)
    return out.getvalue()


def kept(content: bytes) -> Image.Image:
    found = remade(BytesIO(content))
    assert found is not None
    return Image.open(BytesIO(found[1]))


def encoded(kind: str, *, orientation: int = 1) -> bytes:
    """A left half in red, wider than high, as this kind of file."""
    image = Image.new("RGB", (64, 40), "white")
    image.paste((200, 0, 0), (0, 0, 32, 40))
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    out = BytesIO()
    more = {"append_images": [image], "save_all": True} if kind == "MPO" else {}
    image.save(out, kind, exif=exif, **more)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["two-pictures-mpo.jpg", "Make-as-RATIONAL.jpg"])
def test_an_odd_photo_is_taken_as_an_ordinary_one(name: str) -> None:
    file = take_in(photo(name, (CASES / name).read_bytes()), by=None)
    assert (file.content_type, file.name) == ("image/jpeg", name)
    with default_storage.open(file.path) as bytes_of_it, Image.open(bytes_of_it) as found:
        assert found.format == "JPEG"
        assert not dict(found.getexif())


def test_a_photo_in_heic_is_kept_as_a_jpeg() -> None:
    found = kept(encoded("HEIF"))
    assert (found.format, found.size) == ("JPEG", (64, 40))
    left, right = found.getpixel((6, 20)), found.getpixel((58, 20))
    assert left[1] < 80 < 180 < right[1]  # type: ignore[index]


@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_whatever_a_phone_writes_is_kept_as_an_upright_jpeg(kind: str) -> None:
    found = kept(encoded(kind, orientation=6))
    assert (found.format, found.size) == ("JPEG", (40, 64))
    top, bottom = found.getpixel((20, 6)), found.getpixel((20, 58))
    assert top[1] < 80 < 180 < bottom[1]  # type: ignore[index]  # the red half is on top


@pytest.mark.parametrize("size", [(8192, 6144), (9280, 6944), (12_032, 9024)])
def test_photos_of_fifty_megapixels_and_more_are_taken(size: tuple[int, int]) -> None:
    assert max(kept(jpeg(size)).size) == 3000


@pytest.mark.parametrize(("size", "stays"), [((1440, 20_000), (1440, 20_000)), ((1080, 6000), (1080, 6000))])
def test_a_long_screenshot_stays_legible(size: tuple[int, int], stays: tuple[int, int]) -> None:
    found = remade(BytesIO(jpeg(size)))
    assert found is not None
    assert Image.open(BytesIO(found[1])).size == stays
    assert min(Image.open(BytesIO(found[2])).size) >= 300  # its preview shows the beginning


def test_a_flood_in_passes_is_refused() -> None:
    with pytest.raises(FileRefused):
        remade(BytesIO(jpeg((10_000, 8000), progressive=True)))


def scan(pixels: bytes, **more: object) -> bytes:
    """A page that is one picture, as copiers make it; its bytes lie there as they are."""
    document = pikepdf.new()
    image = pikepdf.Stream(document, pixels)
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = len(pixels), 1, 8, pikepdf.Name.DeviceGray
    document.add_blank_page()
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    for name, value in more.items():
        document.Root[f"/{name}"] = value
    out = BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()


@pytest.mark.django_db
def test_a_scan_whose_pixels_read_like_a_program_is_taken() -> None:
    name = "scan-with-pixels-2F4A53.pdf"
    assert take_in(photo(name, (CASES / name).read_bytes()), by=None).content_type == "application/pdf"
    for words in (b"/JS ", b"/JavaScript ", b"/Launch ", b"/Encrypt ", b"/#4aS ", b"/XFA\n"):
        assert check_pdf(scan(b"\x01" * 50 + words + b"\x02" * 50)), words
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    "action",
    [
        {"S": pikepdf.Name.JavaScript, "JS": "app.alert(1)"},
        {"S": pikepdf.Name.Launch, "F": "x.exe"},
        {"S": pikepdf.Name.SubmitForm, "F": "https://example.com"},
    ],
)
def test_a_document_that_acts_is_refused_however_it_is_packed(action: dict[str, object]) -> None:
    for how in (pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable):
        document = pikepdf.new()
        document.add_blank_page()
        document.Root.OpenAction = document.make_indirect(pikepdf.Dictionary(**action))
        out = BytesIO()
        document.save(out, object_stream_mode=how)
        with pytest.raises(FileRefused):
            check_pdf(out.getvalue())


def test_a_document_under_a_password_says_so() -> None:
    document = pikepdf.new()
    document.add_blank_page()
    out = BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(FileRefused, match=r"password|密码"):
        check_pdf(out.getvalue())


def test_whatever_is_broken_in_a_file_is_a_sentence() -> None:
    chance = random.Random(13)
    originals = [picture("JPEG", turned=True), picture("PNG"), picture("WEBP"), encoded("HEIF"), encoded("MPO"), PDF]
    originals += [path.read_bytes() for path in CASES.iterdir()]
    outcomes = {"taken": 0, "refused": 0}
    for _round in range(600):
        content = bytearray(chance.choice(originals))
        for _change in range(chance.randrange(1, 6)):
            content[chance.randrange(min(len(content), 400))] = chance.randrange(256)
        try:
            taken = remade(BytesIO(bytes(content))) is not None or check_pdf(bytes(content))
        except FileRefused:
            taken = False
        outcomes["taken" if taken else "refused"] += 1
    assert min(outcomes.values()) > 20, outcomes

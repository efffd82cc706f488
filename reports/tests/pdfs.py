"""What a PDF of WeasyPrint says, read as a viewer does: the glyphs of its pages through its fonts' own tables."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field


@dataclass
class Pdf:
    pages: list[str] = field(default_factory=list)
    fonts: set[str] = field(default_factory=set)  # embedded ones


def opened(content: bytes) -> Pdf:
    objects = _objects(content)
    tables = {number: _table(text) for number, text in objects.items() if "begincmap" in text}
    by_name: dict[str, dict[str, str]] = {}
    for text in objects.values():
        for name, reference in re.findall(r"/(\w+) (\d+) 0 R", text):
            if found := re.search(r"/ToUnicode (\d+) 0 R", objects.get(int(reference), "")):
                by_name[name] = tables[int(found[1])]
    pages = [_said(text, by_name) for text in objects.values() if " Tf" in text]
    fonts = {found[1] for text in objects.values() if (found := re.search(r"/FontName /([\w+#-]+).*/FontFile", text))}
    return Pdf(pages, fonts)


def _objects(content: bytes) -> dict[int, str]:
    objects: dict[int, str] = {}
    for found in re.finditer(rb"(\d+) 0 obj\n(<<.*?>>)\s*stream\n(.*?)\nendstream", content, re.S):
        number, about = int(found[1]), found[2].decode("latin-1")
        text = (zlib.decompress(found[3]) if "/FlateDecode" in about else found[3]).decode("latin-1")
        objects[number] = text if "FontFile" not in about else ""
        if "/ObjStm" in about:
            first = int(re.search(r"/First (\d+)", about)[1])  # type: ignore[index]
            numbers = [int(one) for one in text[:first].split()]
            ends = [*numbers[3::2], len(text)]
            for at, begins, ends_at in zip(numbers[::2], numbers[1::2], ends, strict=True):
                objects[at] = text[first + begins : first + ends_at]
    return objects


def _table(text: str) -> dict[str, str]:
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>", text)
    return {glyph: bytes.fromhex(code).decode("utf-16-be") for glyph, code in pairs}


def _said(page: str, by_name: dict[str, dict[str, str]]) -> str:
    said, table = [], {}
    for name, shown in re.findall(r"/(\w+) [\d.]+ Tf|(\[.*?\] TJ|<[0-9a-f]*> Tj)", page):
        if name:
            table = by_name[name]
            continue
        glyphs = "".join(re.findall(r"<([0-9a-f]*)>", shown))
        said.append("".join(table[glyphs[at : at + 4]] for at in range(0, len(glyphs), 4)))
    return "".join(said)

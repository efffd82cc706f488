"""Both languages are whole: nothing empty, nothing fuzzy, every placeholder kept, and every marked string is there."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
CATALOG = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture(scope="module")
def catalog() -> polib.POFile:
    return polib.pofile(str(CATALOG))


def _said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_no_entry_is_empty_fuzzy_or_left_over(catalog: polib.POFile) -> None:
    assert len(catalog) > 500
    assert [entry.msgid for entry in catalog if not all(_said(entry))] == []
    assert [entry.msgid for entry in catalog if entry.fuzzy] == []
    assert [entry.msgid for entry in catalog.obsolete_entries()] == []


def test_every_placeholder_stands_in_the_translation_too(catalog: polib.POFile) -> None:
    for entry in catalog:
        for said in _said(entry):
            assert set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid


def test_every_marked_string_of_the_templates_is_in_the_catalog(catalog: polib.POFile) -> None:
    known = {(entry.msgctxt, entry.msgid) for entry in catalog}
    marked = re.compile(r"""{% translate (["'])(.*?)\1(?: context (["'])(.*?)\3)? ?%}""")
    missing = [
        found[1]
        for template in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
        for found in marked.findall(template.read_text(encoding="utf-8"))
        if ((found[3] or None), found[1]) not in known
    ]
    assert missing == []

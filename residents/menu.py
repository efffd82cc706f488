"""The archive's places in the menu."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from portal.pages import menu
from residents.finding import ARCHIVE
from residents.models.imports import IMPORTERS

PLACES = [
    menu.Place(
        "/residents/",
        pgettext_lazy("menu", "Residents & units"),
        pgettext_lazy("bottom bar", "Residents"),
        pgettext_lazy("menu", "Service"),
        "people",
        ARCHIVE,
        rank=30,
    ),
    menu.Place(
        "/residents/import/",
        pgettext_lazy("menu", "Import residents"),
        pgettext_lazy("bottom bar", "Import"),
        pgettext_lazy("menu", "Management"),
        "file-earmark-spreadsheet",
        IMPORTERS,
        rank=85,
        on_phone=False,
    ),
]


def register() -> None:
    menu.register(PLACES)

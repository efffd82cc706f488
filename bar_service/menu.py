"""The bar's places in the menu."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bar_service.roles import ASK, KEEP, READ_FIGURES, SERVE
from portal.organization.models import User
from portal.pages import menu

ON_SITE = pgettext_lazy("menu", "On site")
PLACES = [
    menu.Place("/bar/", pgettext_lazy("menu", "Bar"), pgettext_lazy("menu", "Bar"), ON_SITE, "cup-hot", SERVE, rank=60),
    menu.Place(
        "/bar/gear/",
        pgettext_lazy("menu", "Lend"),
        pgettext_lazy("bottom bar", "Lend"),
        ON_SITE,
        "box-seam",
        SERVE,
        rank=61,
    ),
    menu.Place(
        "/bar/checklists/", _("Checklists"), pgettext_lazy("bottom bar", "Lists"), ON_SITE, "list-check", SERVE, rank=62
    ),
    menu.Place(
        "/bar/stock/", pgettext_lazy("menu", "Stock"), pgettext_lazy("menu", "Stock"), ON_SITE, "basket", SERVE, rank=63
    ),
    menu.Place("/bar/sales/", _("Ask the bar"), pgettext_lazy("bottom bar", "Bar"), ON_SITE, "cup-hot", ASK, rank=60),
    menu.Place(
        "/bar/figures/",
        _("Bar figures"),
        pgettext_lazy("bottom bar", "Figures"),
        pgettext_lazy("menu", "Management"),
        "cup",
        READ_FIGURES,
        rank=84,
        on_phone=False,
    ),
    menu.Place(
        "/bar/settings/",
        _("Bar settings"),
        pgettext_lazy("bottom bar", "Bar settings"),
        pgettext_lazy("menu", "Management"),
        "sliders",
        KEEP,
        rank=101,
        on_phone=False,
    ),
]


def counts(_user: User) -> Mapping[str, int]:
    return {}


def register() -> None:
    menu.register(PLACES, counts)

"""The bar's places in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bar_service.roles import ASK, KEEP, READ_FIGURES, SERVE
from portal.organization.roles import Role
from portal.pages import menu

ON_SITE = pgettext_lazy("menu", "On site")
ATTENDANTS, SUPERVISORS = frozenset({Role.BAR_ATTENDANT}), frozenset({Role.SUPERVISOR})


def _beside_the_hall(roles: frozenset[Role], *, on_phone: bool) -> list[menu.Place]:
    """On the phone they are the attendant's; a supervisor's bottom bar is full without them."""
    lend, lists = pgettext_lazy("menu", "Lend"), _("Checklists")
    stock = pgettext_lazy("menu", "Stock")
    return [
        menu.Place("/bar/gear/", lend, lend, ON_SITE, "box-seam", roles, rank=61, on_phone=on_phone),
        menu.Place("/bar/checklists/", lists, lists, ON_SITE, "list-check", roles, rank=62, on_phone=on_phone),
        menu.Place("/bar/stock/", stock, stock, ON_SITE, "basket", roles, rank=63, on_phone=on_phone),
    ]


HALL, FIGURES, SETTINGS = pgettext_lazy("menu", "Bar"), _("Bar figures"), _("Bar settings")
MANAGEMENT = pgettext_lazy("menu", "Management")
PLACES = [
    menu.Place("/bar/", HALL, HALL, ON_SITE, "cup-hot", SERVE, rank=60),
    *_beside_the_hall(ATTENDANTS, on_phone=True),
    *_beside_the_hall(SUPERVISORS, on_phone=False),
    menu.Place("/bar/sales/", _("Ask the bar"), HALL, ON_SITE, "cup-hot", ASK, rank=60),
    menu.Place("/bar/figures/", FIGURES, FIGURES, MANAGEMENT, "cup", READ_FIGURES, rank=84, on_phone=False),
    menu.Place("/bar/settings/", SETTINGS, SETTINGS, MANAGEMENT, "sliders", KEEP, rank=101, on_phone=False),
]


def register() -> None:
    menu.register(PLACES)

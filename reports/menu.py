"""The places of this app in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.organization.roles import LEADERSHIP
from portal.pages import menu
from reports.kept import READERS

PLACES = [
    menu.Place(
        "/dashboard/",
        _("SLA dashboard"),
        pgettext_lazy("menu", "Dashboard"),
        pgettext_lazy("menu", "Management"),
        "bar-chart",
        LEADERSHIP,
        rank=80,
    ),
    menu.Place(
        "/reports/sla/",
        pgettext_lazy("menu", "Limits kept"),
        pgettext_lazy("menu", "Limits kept"),
        pgettext_lazy("menu", "Management"),
        "clock-history",
        READERS,
        rank=82,
        on_phone=False,
    ),
    menu.Place(
        "/reports/",
        pgettext_lazy("menu", "Reports"),
        pgettext_lazy("menu", "Reports"),
        pgettext_lazy("menu", "Management"),
        "file-earmark-text",
        LEADERSHIP,
        rank=84,
        on_phone=False,
    ),
]


def register() -> None:
    menu.register(PLACES)

"""The administrator's place in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.organization.roles import Role


def register() -> None:
    from portal.pages import menu  # it knows our models, which do not stand yet when this module is read

    place = menu.Place(
        "/settings/",
        _("Settings"),
        pgettext_lazy("menu", "Settings"),
        pgettext_lazy("menu", "Management"),
        "gear",
        frozenset({Role.ADMINISTRATOR}),
        rank=100,
    )
    menu.register([place])

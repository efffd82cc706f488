"""What is wrong in a file, a row or a cell, and how it is mended, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from residents.register.columns import Field


@dataclass(frozen=True)
class Said:
    why: str | Promise
    mend: str | Promise = ""


PROBLEMS: dict[str, Said] = {
    "owner_missing": Said(_("owner missing"), _("fill in the name, or set the status to unsold")),
    "area_unclear": Said(_("area is not a number"), _("write it as a number, such as 90")),
    "phone_unclear": Said(_("phone is not a number"), _("fill in the mobile number, or leave it empty")),
    "phone_ten_digits": Said(_("phone has ten digits"), _("add the missing digit")),
    "other_area": Said(_("another area than an earlier row of the same unit"), _("keep one of the two rows")),
    "home_refused": Said(_("the row of the unit itself was refused"), _("mend that row first")),
    "room_missing": Said(_("room missing"), _("fill in the room")),
    "room_unclear": Said(_("room not understood"), _("write it like 3-2-1801")),
    "identity_lost_digits": Said(
        _("identity number lost its last digits"), _("make the column text and type it again")
    ),
    "identity_check_digit": Said(_("identity number fails its check digit"), _("compare it with the card")),
    "identity_unclear": Said(_("identity number not understood"), _("compare it with the card")),
    "date_unclear": Said(_("date not understood"), _("fill in the date, or leave it empty")),
    "plate_unclear": Said(_("plate not understood"), _("write it like 粤B12345")),
    "status_unknown": Said(_("status not known"), _("use one of the template's")),
}
FILES: dict[str, str | Promise] = {
    "not_xlsx": _("is no Excel workbook (.xlsx)"),
    "too_big": _("is too big to be a register"),
    "no_homes": _("has no column that says which home a row is about"),
    "gave_up": _("could not be read in three tries"),
    "gone": _("is no longer there, or its key is not"),
}
FIELDS: dict[Field, str | Promise] = {
    Field.BUILDING: _("building"),
    Field.ENTRANCE: _("entrance"),
    Field.ROOM: _("room"),
    Field.AREA: _("area, m²"),
    Field.LAYOUT: _("layout"),
    Field.STATUS: _("status"),
    Field.USE: pgettext_lazy("of a unit", "use"),
    Field.OWNER: pgettext_lazy("column", "name (of the owner)"),
    Field.RELATION: _("relation"),
    Field.PHONE: _("phone"),
    Field.IDENTITY: _("identity number"),
    Field.SINCE: _("date of moving in"),
    Field.PLATE: _("plate"),
    Field.REMARKS: _("remarks"),
    Field.TENANT: _("tenant's name"),
    Field.TENANT_PHONE: _("tenant's phone"),
    Field.TENANT_IDENTITY: _("tenant's identity number"),
    Field.TENANT_SINCE: _("first day of the lease"),
}


def english(code: str) -> str:
    """For a command line, whose output is English whatever the server's language."""
    with override("en"):
        return str(PROBLEMS[code].why if code in PROBLEMS else FILES[code])

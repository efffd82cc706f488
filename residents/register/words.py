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
    "room_joined": Said(_("several homes in one cell"), _("give each home a row of its own")),
    "room_is_a_date": Said(_("Excel has made a date of the room"), _("make the column text and type it again")),
    "room_contradicts": Said(
        _("the columns name different homes"), _("let building, entrance and room say the same, or leave one empty")
    ),
    "lead_unclear": Said(
        _("building or entrance? both could be meant"), _("write the whole room, such as 3-2-1801 or 3栋1801")
    ),
    "building_missing": Said(
        _("no building is named"), _("name it in a column, in the sheet's name, or beside the sheet on this page")
    ),
    "building_unclear": Said(_("building not understood"), _("write it like 3 or 3栋2单元")),
    "entrance_unclear": Said(_("entrance not understood"), _("write it like 2 or 2单元")),
    "floor_unclear": Said(_("floor not understood"), _("write it like 18 or -1")),
    "floor_other": Said(_("another floor than the room's number says; the number counts"), _("correct one of the two")),
    "other_estate": Said(_("of another estate than the first row"), _("bring it into that estate's own site")),
    "owner_of_another_sheet": Said(
        _("an earlier sheet names another owner of this home"), _("say in both sheets which building or phase it is")
    ),
    "other_owner": Said(
        _("another owner than an earlier row of the same home: both go in"), _("look whether it is the same home")
    ),
    "other_status": Said(
        _("another status than an earlier row of the same home: the first one counts"), _("keep one of the two")
    ),
    "other_value": Said(
        _("otherwise than an earlier row of the same home: the first one counts"), _("keep one of the two")
    ),
    "second_column": Said(_("another column says otherwise: the first one counts"), _("keep one of the two columns")),
    "cell_error": Said(_("a formula has failed here"), _("fill in the value")),
    "cut_off": Said(_("too long: its end is left out"), _("make it shorter")),
    "note_kept": Said(_("a note beside the value: kept as a remark"), _("nothing to do")),
    "nobody_to_dial": Said(_("a number without anybody whose it is: left out"), _("fill in the name")),
    "identities_left": Said(_("more identity numbers than people: the last ones are left out"), _("name each person")),
    "phone_masked": Said(_("a masked number: left out"), _("bring the whole register, or fill in the number")),
    "plate_masked": Said(_("a masked plate: left out"), _("bring the whole register, or fill in the plate")),
    "plate_note": Said(_("a note beside the plate: left out"), _("move it to the remarks")),
    "relation_unknown": Said(_("relation not known: taken for family"), _("write owner, tenant or family")),
    "relation_former": Said(_("no longer belongs there: left out"), _("nothing to do")),
    "column_unknown": Said(_("column not understood: not read"), _("say on this page what it means")),
    "sheet_no_rows": Said(_("no rows under the header"), _("look whether the file is the right one")),
    "kept_by_hand": Said(_("changed by hand here: that stays"), _("change it by hand where the file is right")),
    "moved_out": Said(_("moved out here: stays so"), _("give a later first day, or move them in by hand")),
    "renamed_by_hand": Said(_("has another name here by now: that stays"), _("nothing to do")),
    "number_dropped": Said(_("this number was taken away by hand: stays away"), _("add it by hand where it is right")),
    "vehicle_ended": Said(_("this vehicle has left here: stays so"), _("add it by hand where it is back")),
    "other_identity": Said(_("another identity number is kept here: that stays"), _("compare it with the card")),
    "owner_in_archive": Said(
        _("another owner stands in the archive: both go in"), _("move the one out who has sold it")
    ),
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
    "damaged": _("is damaged: save it in Excel again"),
    "empty": _("is empty: no sheet holds anything"),
    "no_homes": _("has no column that says which home a row is about"),
    "gave_up": _("could not be read in three tries"),
    "gone": _("is no longer there, or its key is not"),
}
SHEETS: dict[str, str | Promise] = {
    "hidden": _("hidden"),
    "sheet_empty": _("empty"),
    "no_header": _("no header"),
    "no_room": _("no column says which home"),
}
FIELDS: dict[Field, str | Promise] = {
    Field.ESTATE: _("estate"),
    Field.PHASE: pgettext_lazy("of an estate", "phase"),
    Field.BUILDING: _("building"),
    Field.ENTRANCE: _("entrance"),
    Field.FLOOR: _("floor"),
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
        return str(PROBLEMS[code].why if code in PROBLEMS else SHEETS.get(code) or FILES[code])

"""Every change of the archive: one transaction each, and a line in the audit that names fields, never values."""

from residents.services.living import (
    Newcomer,
    add_number,
    add_vehicle,
    change_resident,
    change_unit,
    drop_number,
    end_note,
    end_vehicle,
    move_in,
    move_out,
    set_identity,
    sign_out_of_app,
    write_note,
)
from residents.services.revealing import Shown, reveal

__all__ = [
    "Newcomer",
    "Shown",
    "add_number",
    "add_vehicle",
    "change_resident",
    "change_unit",
    "drop_number",
    "end_note",
    "end_vehicle",
    "move_in",
    "move_out",
    "reveal",
    "set_identity",
    "sign_out_of_app",
    "write_note",
]

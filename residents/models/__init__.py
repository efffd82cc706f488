"""The residents' archive 业主档案: units and people, how they prove themselves, and how a register came in."""

from residents.models.access import ApiAccount, ApiToken, IdempotentAnswer, OneTimeCode
from residents.models.imports import ChangedByImport, ColumnMeaning, ImportProblem, ImportRun, ImportState
from residents.models.people import (
    Contact,
    IdentityNumber,
    Phone,
    Relation,
    Residence,
    ResidenceQuerySet,
    Resident,
    Vehicle,
)
from residents.models.places import Building, Entrance, Unit, UnitNote, UnitStatus

__all__ = [
    "ApiAccount",
    "ApiToken",
    "Building",
    "ChangedByImport",
    "ColumnMeaning",
    "Contact",
    "Entrance",
    "IdempotentAnswer",
    "IdentityNumber",
    "ImportProblem",
    "ImportRun",
    "ImportState",
    "OneTimeCode",
    "Phone",
    "Relation",
    "Residence",
    "ResidenceQuerySet",
    "Resident",
    "Unit",
    "UnitNote",
    "UnitStatus",
    "Vehicle",
]

"""Which promises a ticket carries, as pure rules: values in, values out (docs/sla.md, "Our targets")."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from complaints.states import REPAIRS, Kind, Severity, Target, graded

# What begins with the reception, by severity; a policy that has no such target promises nothing there.
FROM_RECEPTION: dict[Severity, tuple[Target, ...]] = {
    Severity.MINOR: (Target.RESOLVE,),
    Severity.IMPORTANT: (Target.HAND_UP_SUPERVISING_MANAGER, Target.VIA_OPERATIONS, Target.RESOLVE),
    Severity.MAJOR: (Target.HAND_UP_GENERAL_MANAGER, Target.VIA_OPERATIONS, Target.REPLY, Target.RESOLVE),
}
MOST_ATTEMPTS = 3


# Somebody is there, and the danger is over: urgent repairs, and whatever is dangerous (C21).
ON_SITE = (Target.ARRIVE, Target.MADE_SAFE)


def targets_from_reception(kind: Kind, severity: Severity, *, dangerous: bool = False) -> tuple[Target, ...]:
    """The targets that run from the reception (or from the reopening), whatever the department does."""
    if kind == Kind.PRAISE:
        return ()
    if kind in REPAIRS:
        return (*ON_SITE, Target.RESOLVE) if severity != Severity.MINOR or dangerous else (Target.RESOLVE,)
    return (*FROM_RECEPTION[severity], *ON_SITE) if dangerous else FROM_RECEPTION[severity]


def first_grade(kind: Kind, chosen: Severity | None, suggested: Severity, *, urgent: bool, dangerous: bool) -> Severity:
    """The grade at the reception: what was chosen, else what the category suggests; danger is at least important."""
    grade = chosen or (suggested if kind not in REPAIRS else Severity.IMPORTANT if urgent else Severity.MINOR)
    if dangerous and kind != Kind.PRAISE and grade == Severity.MINOR:
        return Severity.IMPORTANT
    return graded(kind, grade)


def wished_deadline(wished_on: date, zone: ZoneInfo) -> datetime:
    """The end of the local day that the resident wished (C5), in UTC."""
    return datetime.combine(wished_on + timedelta(days=1), time(0), tzinfo=zone)


def wish_moves(kind: Kind, severity: Severity, wished_on: date | None, confirmed: bool) -> bool:
    """Whether a wished date is the deadline: the desk has confirmed it, and the ticket is minor."""
    return wished_on is not None and confirmed and severity == Severity.MINOR and kind != Kind.PRAISE

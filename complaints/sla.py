"""Which promises a ticket carries, as pure rules: values in, values out (docs/sla.md, "Our targets")."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from complaints.states import Kind, Severity, Target

# What begins with the reception, by severity; a policy that has no such target promises nothing there.
FROM_RECEPTION: dict[Severity, tuple[Target, ...]] = {
    Severity.MINOR: (Target.RESOLVE,),
    Severity.IMPORTANT: (Target.HAND_UP_SUPERVISING_MANAGER, Target.VIA_OPERATIONS, Target.RESOLVE),
    Severity.MAJOR: (Target.HAND_UP_GENERAL_MANAGER, Target.VIA_OPERATIONS, Target.REPLY, Target.RESOLVE),
}
MOST_ATTEMPTS = 3


def targets_from_reception(kind: Kind, severity: Severity) -> tuple[Target, ...]:
    """The targets that run from the reception (or from the reopening), whatever the department does."""
    if kind == Kind.PRAISE:
        return ()
    return FROM_RECEPTION[severity]


def wished_deadline(wished_on: date, zone: ZoneInfo) -> datetime:
    """The end of the local day that the resident wished (C5), in UTC."""
    return datetime.combine(wished_on + timedelta(days=1), time(0), tzinfo=zone)


def wish_moves(kind: Kind, severity: Severity, wished_on: date | None, confirmed: bool) -> bool:
    """Whether a wished date is the deadline: the desk has confirmed it, and the ticket is minor."""
    return wished_on is not None and confirmed and severity == Severity.MINOR and kind != Kind.PRAISE

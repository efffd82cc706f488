"""Who does what at the bar (DOMAIN §0)."""

from __future__ import annotations

from portal.organization.roles import LEADERSHIP, Role

SERVE = frozenset({Role.BAR_ATTENDANT, Role.SUPERVISOR})
ASK = frozenset({Role.SALESPERSON})
READ_FIGURES = SERVE | LEADERSHIP
KEEP = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
EVERYBODY = READ_FIGURES | KEEP | ASK
GUARDS_DEPARTMENT = "security"

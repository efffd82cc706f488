"""The roles of DOMAIN §0 and who stands above whom. Titles are words to show; codes are the contract."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    RECEPTIONIST = "receptionist", _("Receptionist")
    BAR_ATTENDANT = "bar_attendant", _("Bar attendant")
    SALESPERSON = "salesperson", _("Salesperson")
    DEPARTMENT_STAFF = "department_staff", _("Department staff")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    SHIFT_LEADER = "shift_leader", _("Shift leader")
    SUPERVISOR = "supervisor", _("Customer-service supervisor")
    CUSTOMER_SERVICE_MANAGER = "customer_service_manager", _("Customer-service manager")
    OPERATIONS_MANAGER = "operations_manager", _("Operations manager")
    SUPERVISING_MANAGER = "supervising_manager", _("Supervising manager")
    GENERAL_MANAGER = "general_manager", _("General manager")
    SITE_DIRECTOR = "site_director", _("Site director")
    ADMINISTRATOR = "administrator", _("Administrator")


# The next above, for a role that nobody holds (docs/sla.md, "Who is told").
ABOVE: dict[Role, Role] = {
    Role.RECEPTIONIST: Role.SUPERVISOR,
    Role.BAR_ATTENDANT: Role.SUPERVISOR,
    Role.SALESPERSON: Role.SUPERVISOR,
    Role.DEPARTMENT_STAFF: Role.DEPARTMENT_HEAD,
    Role.DEPARTMENT_HEAD: Role.OPERATIONS_MANAGER,
    Role.SHIFT_LEADER: Role.SUPERVISOR,
    Role.SUPERVISOR: Role.OPERATIONS_MANAGER,
    Role.CUSTOMER_SERVICE_MANAGER: Role.OPERATIONS_MANAGER,
    Role.OPERATIONS_MANAGER: Role.SUPERVISING_MANAGER,
    Role.SITE_DIRECTOR: Role.SUPERVISING_MANAGER,
    Role.SUPERVISING_MANAGER: Role.GENERAL_MANAGER,
}

# The front desk and those who run it: they see every ticket of their sites.
DESK = frozenset({Role.RECEPTIONIST, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER})
# Those to whom matters are handed up.
MANAGEMENT = frozenset({Role.OPERATIONS_MANAGER, Role.SUPERVISING_MANAGER, Role.GENERAL_MANAGER, Role.SITE_DIRECTOR})
# They see the tickets of their own department.
DEPARTMENT = frozenset({Role.DEPARTMENT_STAFF, Role.DEPARTMENT_HEAD})
# Those who answer for the desk as a whole: the dashboard is theirs.
LEADERSHIP = MANAGEMENT | {Role.SHIFT_LEADER, Role.SUPERVISOR, Role.CUSTOMER_SERVICE_MANAGER}

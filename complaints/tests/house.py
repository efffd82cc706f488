"""A small company for tests: one site with everybody at their desks, a second one next door, and four homes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from complaints import services
from complaints.models import Ticket, TicketTimer, TimerStep
from complaints.services import How, Report
from complaints.states import Kind, ReportChannel, Severity, Target
from portal import first_rows, memo
from portal.notifications.models import Message
from portal.organization.models import Company, Department, Membership, Site, StandIn, User
from portal.organization.roles import Role
from portal.promises import clock
from portal.promises.models import TimerEventKind
from residents.finding import index_again
from residents.models import Building, Entrance, Phone, Relation, Residence, Resident, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Saturday morning in no holiday: far from midnight and from the quiet hours.
MORNING = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)
PASSWORD = "front-desk-tests"

STAFF = {
    "reception": (Role.RECEPTIONIST, None),
    "reception_b": (Role.RECEPTIONIST, None),
    "leader": (Role.SHIFT_LEADER, None),
    "bar": (Role.BAR_ATTENDANT, None),
    "sales": (Role.SALESPERSON, None),
    "engineer": (Role.DEPARTMENT_STAFF, "engineering"),
    "engineer_b": (Role.DEPARTMENT_STAFF, "engineering"),
    "engineering_head": (Role.DEPARTMENT_HEAD, "engineering"),
    "guard": (Role.DEPARTMENT_STAFF, "security"),
    "security_head": (Role.DEPARTMENT_HEAD, "security"),
    "gardener": (Role.DEPARTMENT_STAFF, "greening"),
    "supervisor": (Role.SUPERVISOR, None),
    "service_manager": (Role.CUSTOMER_SERVICE_MANAGER, None),
    "ops": (Role.OPERATIONS_MANAGER, None),
    "manager": (Role.SUPERVISING_MANAGER, None),
    "gm": (Role.GENERAL_MANAGER, None),
    "director": (Role.SITE_DIRECTOR, None),
    "admin": (Role.ADMINISTRATOR, None),
}
COMPANY_WIDE = {Role.OPERATIONS_MANAGER, Role.SUPERVISING_MANAGER, Role.GENERAL_MANAGER, Role.ADMINISTRATOR}
DEPARTMENTS = ("engineering", "security", "cleaning", "greening", "customer_service")


@dataclass
class House:
    """The company, by the names that the tests use."""

    site: Site
    next_door: Site
    people: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    homes: list[Residence] = field(default_factory=list)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @classmethod
    def build(cls) -> House:
        first_rows.load_all()
        company = Company.objects.create(name="测试物业", hotline="0755-0000 0000", opened_at=MORNING)
        site = Site.objects.create(company=company, code="YJW", name="云景湾一期")
        house = cls(site, Site.objects.create(company=company, code="RQG", name="荣秋阁"))
        for rank, code in enumerate(DEPARTMENTS):
            house.departments[code] = Department.objects.create(site=site, code=code, name=code, rank=rank)
        for username, (role, department) in STAFF.items():
            where = None if role in COMPANY_WIDE else site
            house.hire(username, role, where, department)
        house.hire("neighbour", Role.RECEPTIONIST, house.next_door, None)
        StandIn.objects.create(
            site=site,
            role=Role.DEPARTMENT_HEAD,
            department=house.departments["greening"],
            user=house.people["supervisor"],
        )
        for place, (where, room) in enumerate(
            [(site, "8-1-1203"), (site, "8-1-1204"), (site, "3-2-101"), (house.next_door, "1-1-101")]
        ):
            house.homes.append(move_in(where, room, f"1380000000{place + 1}", f"王建国{place + 1}"))
        memo.forget()
        return house

    def hire(self, username: str, role: Role, site: Site | None, department: str | None) -> User:
        user = User(username=username, name=username)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, site=site, role=role, department=self.departments.get(department or ""))
        self.people[username] = user
        return user

    # --- a ticket's way, as short as a test needs it -----------------------------------------------------------------

    def report(self, at: datetime = MORNING, *, by: User | None = None, **said: Any) -> Ticket:
        """A complaint of the first home, registered at the desk at that moment unless something else is said."""
        report = {
            "site": self.site,
            "kind": Kind.COMPLAINT,
            "channel": ReportChannel.COUNTER,
            "description": "楼道照明不亮",
            "severity": Severity.MINOR,
            "unit": self.homes[0].unit,
            "resident": self.homes[0].resident,
            **said,
        }
        with clock.standing_at(at):
            return services.register_ticket(Report(**report), by=by or self.reception)

    def signed(self, at: datetime = MORNING, **said: Any) -> Ticket:
        """Dispatched five minutes and signed ten minutes after its reception."""
        ticket = self.report(at, **said)
        with clock.standing_at(at + timedelta(minutes=5)):
            services.dispatch_ticket(ticket.pk, self.departments["engineering"], by=self.reception)
        with clock.standing_at(at + timedelta(minutes=10)):
            services.sign_for_ticket(ticket.pk, by=self.engineer)
        return ticket

    def informed(self, at: datetime = MORNING, *, told_at: datetime | None = None, **said: Any) -> Ticket:
        """Handled within two hours, the form returned, the resident told."""
        ticket = self.signed(at, **said)
        with clock.standing_at(at + timedelta(hours=1)):
            services.resolve_ticket(ticket.pk, "更换灯管", by=self.engineer)
            services.return_form(ticket.pk, by=self.engineering_head)
        with clock.standing_at(told_at or at + timedelta(hours=2)):
            services.inform_resident(ticket.pk, How.PHONE, "灯已修好", "好的", by=self.reception)
        ticket.refresh_from_db()
        return ticket


def move_in(site: Site, room: str, phone: str, name: str, *, until: date | None = None) -> Residence:
    building_code, entrance_code = room.split("-")[:2]
    building, _made = Building.objects.get_or_create(site=site, code=building_code)
    entrance, _made = Entrance.objects.get_or_create(building=building, code=entrance_code)
    unit, _made = Unit.objects.get_or_create(
        site=site, room=room, defaults={"entrance": entrance, "digits": room.replace("-", "")}
    )
    resident = Resident.objects.create(name=name, form_of_address="王先生")
    Phone.objects.create(resident=resident, number=phone)
    index_again(Resident.objects.filter(pk=resident.pk))
    return Residence.objects.create(unit=unit, resident=resident, relation=Relation.OWNER, until=until)


def timer(ticket: Ticket, target: Target, *, round: int = 1, turn: int = 1) -> TicketTimer:  # noqa: A002 - the domain's word
    return TicketTimer.objects.get(ticket=ticket, target=target, round=round, turn=turn)


def rows_of(answer: Any) -> list[str]:
    """The numbers of the tickets that a page lists, in their order."""
    return re.findall(r'<tr data-row="([^"]+)"', answer.content.decode())


def told(ticket: Ticket) -> list[tuple[str, str, tuple[str, ...]]]:
    """(target, level, user names) of every step that has fired, in order."""
    names = dict(User.objects.values_list("pk", "username"))
    steps = TimerStep.objects.filter(timer__ticket=ticket, kind=TimerEventKind.LEVEL_FIRED).select_related("timer")
    return [
        (
            step.timer.target,
            step.level,
            tuple(sorted(names[pk] for entry in step.details["told"] for pk in entry["people"])),
        )
        for step in steps.order_by("due_at", "pk")
    ]


def messages_of(user: User) -> list[str]:
    return list(Message.objects.filter(recipient=user, channel="in_app").order_by("pk").values_list("kind", flat=True))

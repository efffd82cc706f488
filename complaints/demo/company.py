"""The demo's company: two sites, their departments, staff of every role, a roster (INTERFACES §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password

from portal.organization.models import Company, Department, Membership, Shift, Site, StandIn, User
from portal.organization.roles import Role

PASSWORD = "front-desk-demo"  # noqa: S105 - printed by bin/run; production refuses these accounts
ROSTER_DAYS = 60

DEPARTMENTS = (
    ("engineering", "工程部", "Engineering"),
    ("security", "秩序部", "Security"),
    ("cleaning", "保洁部", "Cleaning"),
    ("greening", "绿化部", "Greening"),
    ("customer_service", "客服部", "Customer service"),
)


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role
    department: str = ""
    site: str = "YJW"  # blank: every site


R = Role
STAFF = (
    Person("reception", "李娜", R.RECEPTIONIST),
    Person("reception-night", "陈芳", R.RECEPTIONIST),
    Person("reception2", "周敏", R.RECEPTIONIST, site="RQG"),
    Person("leader", "沈洁", R.SHIFT_LEADER),
    Person("bar", "林小雨", R.BAR_ATTENDANT),
    Person("sales", "高俊", R.SALESPERSON),
    Person("engineering", "周强", R.DEPARTMENT_STAFF, "engineering"),
    Person("engineering-b", "黄涛", R.DEPARTMENT_STAFF, "engineering"),
    Person("security", "吴磊", R.DEPARTMENT_STAFF, "security"),
    Person("cleaning", "马玉兰", R.DEPARTMENT_STAFF, "cleaning"),
    Person("greening", "郑松", R.DEPARTMENT_STAFF, "greening"),
    Person("engineering_head", "马超", R.DEPARTMENT_HEAD, "engineering"),
    Person("security_head", "赵刚", R.DEPARTMENT_HEAD, "security"),
    Person("cleaning_head", "孙桂英", R.DEPARTMENT_HEAD, "cleaning"),
    Person("supervisor", "王慧", R.SUPERVISOR),
    Person("service-manager", "许静", R.CUSTOMER_SERVICE_MANAGER, site=""),
    Person("ops", "钱志远", R.OPERATIONS_MANAGER, site=""),
    Person("manager", "何伟", R.SUPERVISING_MANAGER, site=""),
    Person("gm", "唐国栋", R.GENERAL_MANAGER, site=""),
    Person("deputy-gm", "罗文斌", R.GENERAL_MANAGER, site="-"),
    Person("director", "邓丽华", R.SITE_DIRECTOR),
    Person("admin", "系统管理员", R.ADMINISTRATOR, site=""),
    Person("engineering-rqg", "韩冬", R.DEPARTMENT_STAFF, "engineering", "RQG"),
    Person("engineering-head-rqg", "曹建平", R.DEPARTMENT_HEAD, "engineering", "RQG"),
    Person("security-head-rqg", "彭勇", R.DEPARTMENT_HEAD, "security", "RQG"),
    Person("cleaning-head-rqg", "蒋春梅", R.DEPARTMENT_HEAD, "cleaning", "RQG"),
    Person("greening-head-rqg", "谢林", R.DEPARTMENT_HEAD, "greening", "RQG"),
    Person("supervisor-rqg", "潘颖", R.SUPERVISOR, site="RQG"),
)
# Those who answer at the desk also sign for what is sent to customer service; the supervisor heads it.
OF_CUSTOMER_SERVICE = (
    ("reception", R.DEPARTMENT_STAFF),
    ("reception-night", R.DEPARTMENT_STAFF),
    ("supervisor", R.DEPARTMENT_HEAD),
    ("reception2", R.DEPARTMENT_STAFF),
    ("supervisor-rqg", R.DEPARTMENT_HEAD),
)


def open_company(now: datetime) -> dict[str, Site]:
    """Two sites with everybody who works there; by code."""
    company = Company.objects.create(name="云景物业服务有限公司", hotline="0755-0000 8100", opened_at=now)
    sites = {
        "YJW": Site.objects.create(company=company, code="YJW", name="云景湾一期", time_zone=settings.TIME_ZONE),
        "RQG": Site.objects.create(company=company, code="RQG", name="荣秋阁", time_zone=settings.TIME_ZONE),
    }
    departments = {
        (site.code, code): Department.objects.create(site=site, code=code, name=name, name_en=english, rank=rank)
        for site in sites.values()
        for rank, (code, name, english) in enumerate(DEPARTMENTS)
    }
    hashed = make_password(PASSWORD)  # one for all: hashing is slow on purpose
    users = {
        person.username: User.objects.create(username=person.username, name=person.name, password=hashed)
        for person in STAFF
    }
    for person in STAFF:
        if person.site != "-":
            Membership.objects.create(
                user=users[person.username],
                site=sites.get(person.site),
                role=person.role,
                department=departments.get((person.site, person.department)),
            )
    for username, role in OF_CUSTOMER_SERVICE:
        site = "RQG" if username in {"reception2", "supervisor-rqg"} else "YJW"
        department = departments[site, "customer_service"]
        Membership.objects.create(user=users[username], site=sites[site], role=role, department=department)
    # Greening has no head: the supervisor stands in. The deputy stands in for the general manager.
    StandIn.objects.create(
        site=sites["YJW"], role=R.DEPARTMENT_HEAD, department=departments["YJW", "greening"], user=users["supervisor"]
    )
    StandIn.objects.create(role=R.GENERAL_MANAGER, user=users["deputy-gm"])
    _keep_roster(sites["YJW"], users, now)
    return sites


def _keep_roster(site: Site, users: dict[str, User], now: datetime) -> None:
    """Day and night at the desk, so that somebody is always on duty there."""
    first = now.astimezone(site.zone).date() - timedelta(days=ROSTER_DAYS)
    rows = []
    for n in range(2 * ROSTER_DAYS):
        day = datetime.combine(first + timedelta(days=n), time(8), tzinfo=site.zone)
        evening = day + timedelta(hours=12)
        rows.append(Shift(user=users["reception"], site=site, starts_at=day, ends_at=evening))
        rows.append(Shift(user=users["reception-night"], site=site, starts_at=evening, ends_at=day + timedelta(days=1)))
    Shift.objects.bulk_create(rows)

"""What visits start with, put into rows. Loading again adds what is missing and changes nothing."""

from __future__ import annotations

from django.db import transaction

from portal import memo
from portal.organization.models import Site
from portal.promises import policies
from visits.defaults.limits import TARGETS
from visits.goals import SHIPPED
from visits.models import DoorStep, VisitGoal
from visits.services.change import POLICY

DOOR = (
    ("先致电，约好时间，按时到", "Phone first, agree a time, be on time"),
    ("需入户：原则上两人；不入户：一人可", "Going in: two people in principle; not going in: one may"),
    ("轻叩三下或按门铃一次", "Three light knocks, or one ring"),
    (
        "等 30 秒；无人应答，再稍重叩三下或按铃一次",
        "Wait 30 seconds; then three slightly firmer knocks, or one more ring",
    ),
    ("自我介绍，说明来意，请求许可", "Say who you are and why, and ask leave"),
    ("得到同意才进门；不愿意就不勉强", "Enter only when asked in; never insist"),
    ("不乱翻乱动，不收礼物", "Touch nothing, take no gift"),
    ("听意见和建议，当面记录并复述", "Hear opinions and suggestions, write them down, read them back"),
    ("致谢道别", "Thank and say goodbye"),
    ("无人在家：记录时间，必要时留言条，再约", "Nobody home: note the time, leave a note if useful, book again"),
)


@transaction.atomic
def load_defaults() -> None:
    policies.ship(POLICY, TARGETS)
    there = set(VisitGoal.objects.filter(site=None).values_list("code", flat=True))
    VisitGoal.objects.bulk_create(
        VisitGoal(code=code, amount=amount) for code, amount in SHIPPED.items() if code not in there
    )
    steps = [DoorStep(number=n, text=text, text_en=english) for n, (text, english) in enumerate(DOOR, 1)]
    DoorStep.objects.bulk_create(steps, ignore_conflicts=True)
    memo.forget()


def furnish(site: Site) -> None:
    """What every site keeps to stands, and the new one with it."""
    load_defaults()

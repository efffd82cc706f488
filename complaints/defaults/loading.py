"""What a new installation starts with, put into rows. Loading again adds what is missing and changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import time
from pathlib import Path
from typing import Any

from django.db import transaction

from complaints.defaults.limits import GOALS, POLICIES
from complaints.models import Category, Courtesy, Goal, Phrase
from complaints.states import Kind, Severity
from portal import memo
from portal.calendars.models import SiteCalendar, WeeklyHours
from portal.calendars.services import seed_holidays
from portal.organization.models import Site
from portal.promises import policies
from portal.promises.models import Policy, PolicyTarget, PolicyVersion

HERE = Path(__file__).parent
HOLIDAY_YEARS = range(2024, 2031)

# Which kinds a level-1 category is offered for; the others are offered for all but praise.
KINDS_OF = {
    "staff": [Kind.COMPLAINT, Kind.SUGGESTION, Kind.PRAISE],
    "fee": [Kind.COMPLAINT, Kind.ENQUIRY, Kind.SUGGESTION],
    "advice": list(Kind),
}

COURTESY = "您好，感谢您的反馈。您反映的问题我们已受理并转交相关部门处理，有进展会及时回复您。"
COURTESY_EN = (
    "Thank you for telling us. The matter has been accepted and passed to the department in charge; "
    "we will reply as soon as there is news."
)


@transaction.atomic
def load_defaults() -> None:
    _load_categories()
    _load_phrases()
    _load_courtesy()
    _load_calendars()
    _load_policies()
    _load_goals()
    seed_holidays(HOLIDAY_YEARS)
    memo.forget()


def furnish(site: Site) -> None:
    """What every site keeps to (limits, calendars, categories, phrases) stands, and the new one with it."""
    load_defaults()


def _load_categories() -> None:
    there = set(Category.objects.values_list("code", flat=True))
    for rank, entry in enumerate(_read("categories.json")):
        kinds = KINDS_OF.get(entry["code"], [kind for kind in Kind if kind != Kind.PRAISE])
        common = {"kinds": kinds, "rank": rank * 100}
        department = Counter(child["department"] for child in entry["children"]).most_common(1)[0][0]
        if entry["code"] not in there:
            Category.objects.create(
                code=entry["code"],
                name=entry["name"],
                name_en=entry["name_en"],
                severity=Severity.MINOR,
                dangerous=entry.get("dangerous", False),
                department_code=department,
                **common,
            )
        parent = Category.objects.get(code=entry["code"])
        Category.objects.bulk_create(
            Category(
                code=child["code"],
                parent=parent,
                name=child["name"],
                name_en=child["name_en"],
                severity=child["severity"],
                department_code=child["department"],
                urgent=child["urgent"],
                dangerous=child.get("dangerous", False),
                kinds=kinds,
                rank=rank * 100 + place,
            )
            for place, child in enumerate(entry["children"], 1)
            if child["code"] not in there
        )


def _load_phrases() -> None:
    rows = [Phrase(code=row["code"], text=row["text"], text_en=row["text_en"]) for row in _read("phrases.json")]
    Phrase.objects.bulk_create(rows, ignore_conflicts=True)


def _load_courtesy() -> None:
    """One to begin with, unconfirmed; who has any keeps theirs."""
    if not Courtesy.objects.exists():
        Courtesy.objects.create(text=COURTESY, text_en=COURTESY_EN)


def _load_calendars() -> None:
    polite, made = SiteCalendar.objects.get_or_create(site=None, code="polite_hours", defaults={"name": "礼貌时段"})
    if made:
        WeeklyHours.objects.bulk_create(
            WeeklyHours(calendar=polite, weekday=day, opens=time(9), closes=time(20)) for day in range(7)
        )
    office, made = SiteCalendar.objects.get_or_create(
        site=None, code="office_hours", defaults={"name": "工作时间", "keeps_holidays": True}
    )
    if made:
        WeeklyHours.objects.bulk_create(
            WeeklyHours(calendar=office, weekday=day, opens=opens, closes=closes)
            for day in range(5)
            for opens, closes in ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
        )


def _load_policies() -> None:
    there = {policy.code: policy for policy in Policy.objects.all()}
    for (kind, severity), targets in POLICIES.items():
        code = f"{kind}-{severity or 'any'}"
        if code in there:
            policies.add_new_targets(code, targets)
            continue
        policy = Policy.objects.create(code=code, kind=kind, severity=severity)
        version = PolicyVersion.objects.create(policy=policy, number=1)
        PolicyTarget.objects.bulk_create(PolicyTarget(version=version, **target) for target in targets)


def _load_goals() -> None:
    rows = [Goal(code=code, percent=percent) for code, percent in GOALS.items()]
    Goal.objects.bulk_create(rows, ignore_conflicts=True)


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return found

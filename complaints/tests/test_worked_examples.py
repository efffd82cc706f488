"""docs/examples.md prints what ``sla_explain`` says of the timers that matter in six cases; here they are played."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from complaints import services
from complaints.explaining import explain, in_words
from complaints.models import Callback, Ticket
from complaints.services import How
from complaints.states import CallbackOutcome, Decision, Severity, Target, WaitFor
from complaints.tests.house import MORNING, SHANGHAI, House
from portal import integrity, memo
from portal.promises import clock
from portal.promises.models import Policy, PolicyTarget, PolicyVersion
from portal.promises.sweeping import sweep

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def regraded_at_five_to_midnight(house: House) -> Ticket:
    ticket = house.signed(MORNING)
    sweep(MORNING.replace(hour=23, minute=54))
    with clock.standing_at(MORNING.replace(hour=23, minute=55)):
        services.set_severity(ticket.pk, Severity.MAJOR, "两户被淹", by=house.reception)
    sweep(MORNING.replace(hour=23, minute=55, second=10))
    return ticket


def extended_after_the_limit(house: House) -> Ticket:
    ticket = house.signed(MORNING)
    sweep(MORNING + 2 * DAY + 5 * HOUR)
    with clock.standing_at(MORNING + 2 * DAY + 6 * HOUR):
        services.ask_for_overtime(ticket.pk, MORNING + 4 * DAY, "涂料要干透", How.PHONE, by=house.engineering_head)
    with clock.standing_at(MORNING + 2 * DAY + 7 * HOUR):
        services.decide_overtime(ticket.pk, Decision.GRANTED, by=house.manager)
    with clock.standing_at(MORNING + 3 * DAY):
        services.resolve_ticket(ticket.pk, "已做完闭水试验", by=house.engineer)
    return ticket


def paused_over_a_holiday_week(house: House) -> Ticket:
    """The site has a policy of its own: two working days of eight hours, on its office hours."""
    policy = Policy.objects.create(code="yjw-office", site=house.site, kind="complaint")
    version = PolicyVersion.objects.create(policy=policy, number=1)
    limits = (
        (Target.RESOLVE, 16 * HOUR, "office_hours"),
        (Target.CHASE, 2 * DAY, "round_the_clock"),
        (Target.DISPATCH, 10 * MINUTE, "round_the_clock"),
        (Target.SIGN, 30 * MINUTE, "round_the_clock"),
    )
    for target, amount, calendar in limits:
        PolicyTarget.objects.create(
            version=version,
            target=target,
            rule="amount",
            amount=amount,
            calendar=calendar,
            pausable=target == "resolve",
        )
    memo.forget()
    tuesday = datetime(2026, 9, 29, 10, 0, tzinfo=SHANGHAI)
    ticket = house.signed(tuesday)
    with clock.standing_at(tuesday + DAY - HOUR):  # Wednesday 09:00; the holiday begins on Thursday
        services.wait(
            ticket.pk,
            "业主节后才在家",
            by=house.engineer,
            waits_for=WaitFor.RESIDENT,
            until=datetime(2026, 10, 8, 10, 0, tzinfo=SHANGHAI),
        )
    return ticket


def merged_when_late(house: House) -> Ticket:
    earlier = house.signed(MORNING)
    later = house.report(MORNING + HOUR, severity=Severity.IMPORTANT)
    sweep(MORNING + 3 * HOUR)
    with clock.standing_at(MORNING + 4 * HOUR):
        services.merge_tickets(later.pk, earlier.pk, by=house.reception)
    return later


def reopened(house: House) -> Ticket:
    ticket = house.informed(MORNING)
    callback = Callback.objects.get(ticket=ticket)
    with clock.standing_at(MORNING + DAY):
        services.record_callback(callback.pk, CallbackOutcome.REACHED, solved=False, remarks="又漏了", by=house.leader)
    return ticket


def sent_back_twice(house: House) -> Ticket:
    ticket = house.report(MORNING)
    at = MORNING
    for code, person in (("engineering", house.engineer), ("security", house.guard)):
        with clock.standing_at(at := at + 5 * MINUTE):
            services.dispatch_ticket(ticket.pk, house.departments[code], by=house.reception)
        with clock.standing_at(at := at + 5 * MINUTE):
            services.send_back(ticket.pk, "不归我们", by=person)
    with clock.standing_at(at := at + 12 * MINUTE):
        services.dispatch_ticket(ticket.pk, house.departments["greening"], by=house.reception)
    with clock.standing_at(at + 5 * MINUTE):
        services.sign_for_ticket(ticket.pk, by=house.gardener)
    return ticket


Example = tuple[Callable[[House], Ticket], frozenset[Target]]
EXAMPLES: dict[str, Example] = {
    "The regrade at five to midnight": (
        regraded_at_five_to_midnight,
        frozenset({Target.RESOLVE, Target.HAND_UP_GENERAL_MANAGER}),
    ),
    "The extension granted after the limit": (extended_after_the_limit, frozenset({Target.RESOLVE})),
    "The pause over a holiday week on a working calendar": (
        paused_over_a_holiday_week,
        frozenset({Target.RESOLVE, Target.CHASE}),
    ),
    "The merge of a late ticket": (merged_when_late, frozenset({Target.DISPATCH, Target.RESOLVE})),
    "The reopened ticket": (reopened, frozenset({Target.RESOLVE})),
    "The ticket sent back twice": (sent_back_twice, frozenset({Target.DISPATCH})),
}


def said_of(ticket: Ticket, targets: frozenset[Target]) -> str:
    explained = explain(Ticket.objects.select_related("site").get(pk=ticket.pk))
    explained["timers"] = [timer for timer in explained["timers"] if timer["target"] in targets]
    return in_words(explained)


def printed() -> dict[str, str]:
    """The blocks of docs/examples.md by their headings."""
    text = (settings.BASE_DIR / "docs" / "examples.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (.+?)\n.*?```text\n(.*?)\n```", text, flags=re.DOTALL | re.MULTILINE))


def test_every_example_of_the_document_is_played() -> None:
    assert printed().keys() == EXAMPLES.keys()


@pytest.mark.parametrize("heading", EXAMPLES)
def test_the_document_prints_what_sla_explain_says(house: House, heading: str) -> None:
    play, targets = EXAMPLES[heading]

    assert said_of(play(house), targets) == printed()[heading]
    assert list(integrity.findings()) == []

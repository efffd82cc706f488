"""Now (P1): what is open, late, unsigned, unanswered, awaits a decision or a call, and what will be late soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Ticket, TicketQuerySet, TicketTimer
from complaints.states import HANDED_UP_TO, Severity, Status, Target
from complaints.tabs import CLAIMED, HANDED_UP, OVERTIME_ASKED
from complaints.views import shown
from portal.organization.models import User
from portal.organization.roles import LEADERSHIP
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.countdown import span_words, tick_words
from portal.pages.houses import site_of
from portal.promises import heartbeat
from portal.promises.models import TimerState
from reports import counting
from reports.views import elsewhere

LISTED = 12
MOST_HAND_UPS = 99
SOON = timedelta(minutes=30)


@only_for(LEADERSHIP)
@never_cache
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    user, moment = user_of(request), timezone.now()
    visible = Ticket.objects.visible_to(user)
    urgent = visible.open().filter(next_due_at__lt=moment + SOON).by_time_left()[:LISTED]
    context = {
        "sweep": sweep_of(moment),
        "figures": figures_of(visible, moment),
        "late_rows": shown.rows_of(shown.lines_of(urgent, user.scope), moment),
        "hand_ups": hand_ups_of(visible, moment),
        "ages": ages_of(visible, moment),
        "warnings": warnings_of(visible, moment),
        "approvals": _approvals(user, visible),
        "elsewhere": elsewhere.lines(user, moment),
    }
    return render(request, "reports/now.html", context)


def ages_of(visible: TicketQuerySet, moment: datetime) -> list[dict[str, Any]]:
    """Open by severity and by how long ago it was received."""
    found = counting.by_severity_and_age(visible, moment)
    return [{"severity": one, "word": Severity(one).label, "numbers": numbers} for one, numbers in found.items()]


def warnings_of(visible: TicketQuerySet, moment: datetime) -> list[str]:
    """The early warning, a sentence for each severity: how many, and by when."""
    late = counting.will_be_late(visible, moment)
    sentences = []
    for severity in reversed(Severity):
        of_it = [one for one in late if one.severity == severity]
        if of_it:
            by = moments.with_today(of_it[-1].due_at, timezone.get_current_timezone())
            said = ngettext(
                "At the pace of the last week %(count)d %(severity)s ticket will be late by %(by)s.",
                "At the pace of the last week %(count)d %(severity)s tickets will be late by %(by)s.",
                len(of_it),
            )
            sentences.append(said % {"count": len(of_it), "severity": severity.label, "by": by})
    return sentences


def _approvals(user: User, visible: TicketQuerySet) -> list[dict[str, Any]]:
    """What waits for this person's word: more time, claims for damages."""
    mine = {post.role for post in user.scope.posts}
    asked = OVERTIME_ASKED & Q(overtime_asked_of__in=mine) | CLAIMED & Q(claim_with__in=mine)
    return [
        {
            "ticket": ticket,
            "what": _("More time") if ticket.overtime_asked_of in mine else _("Claim for damages"),
            "url": f"{ticket.url}?do={'decide' if ticket.overtime_asked_of in mine else 'claim-decide'}",
        }
        for ticket in visible.filter(asked).exclude(about_person=user).order_by("queue_at", "pk")[:LISTED]
    ]


def sweep_of(now: datetime) -> dict[str, Any]:
    """The sweep's age is always said; older than a minute it is an alarm, because nothing climbs meanwhile."""
    last = heartbeat.last("sweep")
    if last is None:
        return {
            "late": True,
            "words": _("The limits have never been swept: nothing is warned about and nothing climbs."),
        }
    age = max(int((now - last).total_seconds()), 0)
    if timedelta(seconds=age) <= heartbeat.LATE_AFTER:
        return {"late": False, "words": _("The limits were last swept %(seconds)d s ago.") % {"seconds": age}}
    late = span_words(age, tick_words(), "late")
    return {
        "late": True,
        "words": _(
            "No sweep of the limits for a while (%(late)s): nothing is warned about and nothing climbs. "
            "Tell the administrator."
        )
        % {"late": late},
    }


def figures_of(visible: TicketQuerySet, now: datetime) -> list[dict[str, Any]]:
    """Every figure opens the rows behind it; one statement."""
    late = Q(next_due_at__lt=now)
    found = visible.open().aggregate(
        late=Count("pk", filter=late),
        late_major=Count("pk", filter=late & Q(severity=Severity.MAJOR)),
        unsigned=Count("pk", filter=Q(status=Status.DISPATCHED)),
        unsigned_late=Count("pk", filter=Q(status=Status.DISPATCHED) & late),
        handed_up=Count("pk", filter=HANDED_UP),
        callbacks=Count("pk", filter=Q(status__in=[Status.INFORMED, Status.DECLINED])),
        callbacks_late=Count("pk", filter=Q(status__in=[Status.INFORMED, Status.DECLINED]) & late),
    )
    return [
        _figure(
            _("Late"),
            found["late"],
            "/queue/?tab=all&late=over",
            _("major: %(count)d") % {"count": found["late_major"]},
            late=found["late"],
            more_url="/queue/?tab=all&late=over&severity=major",
        ),
        _figure(
            _("Unsigned"),
            found["unsigned"],
            "/queue/?tab=to_sign",
            _("late: %(count)d") % {"count": found["unsigned_late"]},
            late=found["unsigned_late"],
            more_url="/queue/?tab=to_sign&late=over",
        ),
        _figure(
            _("Hand-ups without an answer"),
            found["handed_up"],
            "#hand-ups",
            _("waiting to be acknowledged"),
            late=0,
        ),
        _figure(
            _("Callbacks due"),
            found["callbacks"],
            "/queue/?tab=to_call_back",
            _("late: %(count)d") % {"count": found["callbacks_late"]},
            late=found["callbacks_late"],
            more_url="/queue/?tab=to_call_back&late=over",
        ),
    ]


def _figure(label: str, n: int, url: str, more: str, *, late: int, more_url: str = "") -> dict[str, Any]:
    return {
        "label": label,
        "n": n,
        "url": url,
        "more": more,
        "more_url": more_url,
        "state": "late" if late else "soon" if n else "ok",
    }


def hand_ups_of(visible: TicketQuerySet, now: datetime) -> list[dict[str, Any]]:
    """A line for each ticket that the figure counts: whose answer is missing, and the first of their limits."""
    running = TicketTimer.objects.filter(state=TimerState.RUNNING, target__in=list(HANDED_UP_TO)).order_by(
        "due_at", "pk"
    )
    first = running.filter(ticket=OuterRef("pk")).values("due_at")[:1]
    tickets = visible.filter(HANDED_UP).annotate(first_due_at=Subquery(first)).order_by("first_due_at", "pk")
    words = shown.Words(now)
    lines = []
    for ticket in tickets.prefetch_related(Prefetch("timers", running, "handed_up"))[:MOST_HAND_UPS]:
        timers: list[TicketTimer] = ticket.handed_up  # type: ignore[attr-defined]
        timer = timers[0]
        left = words.left(timer.due_at, timer.started_at, timer.warn_at)
        lines.append(
            {
                "number": ticket.number,
                "matter": ticket.title,
                "role": pgettext("between names", ", ").join(
                    str(HANDED_UP_TO[Target(one.target)].label) for one in timers
                ),
                "left": left,
                "clock": shown.clock_attributes(left, site_of(ticket.site_id).zone),
            }
        )
    return lines


def _names(labels: Iterable[Any]) -> str:
    return pgettext("between names", ", ").join(map(str, labels))

"""How promises were kept 时限 (P2): by target, split, over time; every figure opens the promises it counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Goal, TicketTimer
from complaints.remembered import goal_percent
from complaints.states import Target
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from reports import causes, charts, kept, years
from reports.kept import Kept, Part
from reports.models import MonthFigures
from reports.periods import NAMES, Period
from reports.views import words
from reports.views.asked import Asked, asked_by, sites_of

DAYS_DRAWN = 14
ROWS = "/reports/sla/rows/"
SHOWN_FIRST = (Target.DISPATCH, Target.SIGN, Target.RESOLVE, Target.INFORM)
ASK_THE_TICKET = {"department", "severity", "category"}
LOOKED_AT_ONCE = 500  # late promises whose histories the page reads unasked
NEARLY = 10  # points below the goal: due soon, not yet late


@only_for(kept.READERS)
@never_cache
@require_GET
def sla(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    sites = sites_of(user_of(request))
    asked = asked_by(request, sites)
    of_year = asked.name == years.BEYOND_A_QUARTER
    found = _of_year(request, asked) if of_year else kept.together(_parts(request, asked, now), now)
    goal = goal_of(asked)
    context = {
        "asked": asked,
        "goal": goal,
        "period_words": period_words(asked),
        "periods": [(asked.address(period=name), label, asked.name == name) for name, label in NAMES.items()],
        "previous": asked.address(period=asked.period.before().code),
        "next": asked.address(period=asked.period.next().code) if asked.period.ends <= now else "",
        "sites": [(asked.address(site=one.pk), one.name, one == asked.site) for one in sites] if len(sites) > 1 else [],
        "all_sites": (asked.address(site=""), asked.site is None),
        "figures": [_card(asked, target, found, goal) for target in SHOWN_FIRST],
        "targets": [
            _line(asked, Target(key), one, goal) for key, one in sorted(found["targets"].items(), key=_in_order)
        ],
        "by": [(asked.address(by=by), label, by == asked.by) for by, label in words.BY.items()],
        "split": _split(asked, found["split"], goal),
        "split_is_typed": asked.by in {"department", "site"},
        "target_word": asked.target.label,
        "promise_word": _("Promise"),
        "of_year": of_year,
        "counted": counted_words(asked, now) if of_year else "",
        "chart": _chart(found["days"], of_year=of_year),
        "causes": _causes(request, asked, found["targets"].get(asked.target.value, Kept()).late, now),
    }
    return render(request, "reports/sla.html", context)


def promised(request: HttpRequest, asked: Asked) -> QuerySet[TicketTimer]:
    return kept.promised(user_of(request).scope, asked.period, site_id=asked.site.pk if asked.site else None)


def _parts(request: HttpRequest, asked: Asked, now: datetime) -> list[Part]:
    """What the page counts. Each of the first targets on its own, so that several are counted at the same time."""
    rows, then = promised(request, asked), promised(request, asked.before())
    by = kept.groups(asked.period.zone)
    others = [target.value for target in Target if target not in SHOWN_FIRST]
    of_target = rows.filter(target=asked.target)
    split = kept.of_tickets(of_target, asked.period) if asked.by in ASK_THE_TICKET else of_target
    days = of_target.filter(received_at__gte=_drawn_from(asked.period, now))
    return [
        Part("split", split, by[asked.by]),
        *(Part("targets", rows.filter(target=target), by["target"]) for target in SHOWN_FIRST),
        *(Part("before", then.filter(target=target), by["target"], whole=False) for target in SHOWN_FIRST),
        Part("targets", rows.filter(target__in=others), by["target"]),
        Part("days", days, TruncDate("received_at", tzinfo=asked.period.zone), whole=False),
    ]


def _drawn_from(period: Period, now: datetime) -> datetime:
    """Whole days only: the chart's last ones so far."""
    last = min(period.after, timezone.localdate(now, period.zone) + timedelta(days=1))
    first = max(period.first, last - timedelta(days=DAYS_DRAWN))
    return datetime(first.year, first.month, first.day, tzinfo=period.zone)


def _of_year(request: HttpRequest, asked: Asked) -> dict[str, dict[Any, Kept]]:
    """The same from the months as they were counted, and by month where a shorter time has its days."""
    rows, then = counted(request, asked), counted(request, asked.before())
    of_target = rows.filter(target=asked.target)
    return {
        "targets": years.figures(rows, "target"),
        "before": years.figures(then.filter(target__in=SHOWN_FIRST), "target"),
        "split": years.figures(of_target, asked.by),
        "days": years.figures(of_target, "month"),
    }


def counted(request: HttpRequest, asked: Asked) -> QuerySet[MonthFigures]:
    return years.counted(user_of(request).scope, asked.period, site_id=asked.site.pk if asked.site else None)


def counted_words(asked: Asked, now: datetime) -> str:
    """As of when a year's figures were counted; of one never counted nothing."""
    at = years.counted_at(asked.period, now)
    return moments.short(at, asked.period.zone) if at else ""


def period_words(asked: Asked) -> str:
    first, last = asked.period.first, asked.period.after - timedelta(days=1)
    if asked.name == "month":
        return date_format(first, "YEAR_MONTH_FORMAT")
    if asked.name in {"quarter", "year"}:
        return asked.period.code
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%m-%d}"


def _in_order(pair: tuple[str, Kept]) -> int:
    return list(Target).index(Target(pair[0]))


def _line(asked: Asked, target: Target, found: Kept, goal: int) -> dict[str, Any]:
    urls = {figure: asked.address(ROWS, figure=figure, target=target.value) for figure in kept.FIGURES}
    return _row(str(target.label), found, urls, goal) | {
        "choose": asked.address(target=target.value),
        "chosen": target == asked.target,
    }


def _row(label: str, found: Kept, urls: dict[str, str], goal: int) -> dict[str, Any]:
    return {
        "label": label,
        "kept": found,
        "urls": urls,
        "percent": words.percent(found.percent),
        "percent_at_first": words.percent(found.percent_at_first),
        "state": state_of(found.percent, goal),
        "median": words.duration(found.median),
        "p90": words.duration(found.p90),
    }


def goal_of(asked: Asked) -> int:
    return goal_percent(Goal.Code.IN_LIMIT, asked.site.pk if asked.site else None)


def state_of(percent: float | None, goal: int) -> str:
    if percent is None:
        return ""
    return "ok" if percent >= goal else "soon" if percent >= goal - NEARLY else "late"


def _card(asked: Asked, target: Target, found: dict[str, dict[Any, Kept]], goal: int) -> dict[str, Any]:
    now_kept, then = (found[part].get(target.value, Kept()) for part in ("targets", "before"))
    return _line(asked, target, now_kept, goal) | {"trend": trend(now_kept.percent, then.percent)}


def trend(now: float | None, before: float | None) -> str:
    """Against the period before, in points."""
    return (
        ""
        if now is None or before is None
        else _("%(points)s against the one before") % {"points": f"{now - before:+.1f}"}
    )


def _split(asked: Asked, found: dict[Any, Kept], goal: int) -> list[dict[str, Any]]:
    name = words.group_words(asked.by, of_one_site=asked.site is not None)
    return [_row(name(key), one, _split_urls(asked, key), goal) for key, one in found.items()]


def _split_urls(asked: Asked, key: Any) -> dict[str, str]:
    code = "none" if key is None else key[:7] if asked.by == "month" else key
    return {figure: asked.address(ROWS, figure=figure, group=code) for figure in kept.FIGURES}


def _causes(request: HttpRequest, asked: Asked, late: int, now: datetime) -> dict[str, Any]:
    """The late ones by who had each longest; of very many only when asked, and then the newest."""
    if late > LOOKED_AT_ONCE and "causes" not in request.GET:
        return {"late": late, "ask": asked.address(causes=1) + "#causes"}
    rows = promised(request, asked).filter(kept.conditions(now)["late"], target=asked.target)
    found = causes.causes(rows, now)
    looked = sum(len(ids) for ids in found.values())
    late = looked if looked < causes.MOST else late  # a year's were counted in the night
    lines = [
        {
            "had": f"had-{had or words.NOBODY}",
            "label": words.HAD[had],
            "n": len(ids),
            "percent": words.percent(100 * len(ids) / looked),
            "url": asked.address(ROWS, figure="late", cause=had or words.NOBODY),
        }
        for had, ids in found.items()
    ]
    strip = charts.strip([(line["had"], line["n"]) for line in lines], width=charts.WIDTH, height=16)
    return {"late": late, "all": asked.address(ROWS, figure="late"), "looked": looked, "lines": lines, "strip": strip}


def _chart(found: dict[Any, Kept], *, of_year: bool) -> dict[str, Any]:
    """Kept and late by the day of reception, of a long period its last days so far; of a year by the month."""
    rows = [(day[:7] if of_year else day[5:], one.kept, one.late) for day, one in found.items()]
    columns = [(day, (("late", late), ("kept", within))) for day, within, late in rows]
    return {"chart": charts.stacked(columns), "rows": rows}

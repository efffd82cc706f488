"""How many were called back, and how they liked it: each figure with its rule beside it and its rows behind it (K5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.callback_rate import (
    FIGURES,
    GROUPS,
    Rate,
    conditions,
    goal_of,
    month_of,
    of_kinds,
    rates,
    together,
    told,
)
from complaints.models import Category, Goal
from complaints.remembered import goal_percent
from complaints.states import CallbackOutcome
from complaints.views.asking import desk_and_leaders, user_of
from portal.organization.models import User
from portal.pages.houses import department_of, name_of

PAGE = 50
MONTHS = 12
OF_LABELS = {
    "complaint": pgettext_lazy("callback rate", "Complaints"),
    "request": pgettext_lazy("callback rate", "Service requests and help"),
}
BY_LABELS = {
    "department": gettext_lazy("By department"),
    "category": gettext_lazy("By category"),
    "month": gettext_lazy("By month"),
}
FIGURE_LABELS = {
    "told": gettext_lazy("Told"),
    "not_due": gettext_lazy("Not yet due"),
    "due": gettext_lazy("Due"),
    "finished": gettext_lazy("Called back"),
    "missing": gettext_lazy("Due and not called back"),
    "judged": gettext_lazy("Said how they liked it"),
    "satisfied": gettext_lazy("Satisfied"),
    "dissatisfied": gettext_lazy("Not satisfied"),
}


@login_required
@desk_and_leaders
@never_cache
@require_GET
def rate(request: HttpRequest) -> HttpResponse:
    """The month's figures by department or category, or those of the last twelve months."""
    user, now = user_of(request), timezone.now()
    asked = _asked(request)
    begins, ends = _span(asked)
    groups = rates(told(user, begins, ends, asked["of"]), GROUPS[asked["by"]], now)
    goal, satisfied_goal = goal_of(asked["of"], site_of(user)), goal_percent(Goal.Code.SATISFIED, site_of(user))
    words = _group_words(asked["by"], groups)
    lines = [_line(asked, _code(key), words(key), found, goal, satisfied_goal) for key, found in groups.items()]
    if len(lines) > 1:
        lines.append(_line(asked, None, _("Together"), together(groups.values()), goal, satisfied_goal))
    context = {
        "month_words": date_format(begins, "YEAR_MONTH_FORMAT") if asked["by"] != "month" else "",
        "before": _address(asked, month=f"{begins - timedelta(days=1):%Y-%m}"),
        "after": _address(asked, month=f"{ends:%Y-%m}") if ends <= now else "",
        "of": [(_address(asked, of=of), label, of == asked["of"]) for of, label in OF_LABELS.items()],
        "by": [(_address(asked, by=by), label, by == asked["by"]) for by, label in BY_LABELS.items()],
        "lines": lines,
        "rules": _rules(goal, satisfied_goal),
    }
    return render(request, "complaints/callback_rate.html", context)


@login_required
@desk_and_leaders
@never_cache
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The tickets that one figure counted, as many as it said."""
    user, now = user_of(request), timezone.now()
    asked = _asked(request)
    figure = request.GET.get("figure", "told")
    if figure not in FIGURES:
        raise Http404
    begins, ends = _span(asked) if asked["group"] is None or asked["by"] != "month" else month_of(_day(asked["group"]))
    found = told(user, begins, ends, asked["of"]).filter(conditions(now)[figure])
    if asked["group"] is not None and asked["by"] != "month":
        found = found.annotate(group=GROUPS[asked["by"]]).filter(group=_key(asked["group"]))
    page = Paginator(found.for_caller().order_by("-told_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "title": FIGURE_LABELS[figure],
        "count": page.paginator.count,
        "lines": [_row(one) for one in page.object_list],
        "pager": page,
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page"}),
        "back": _address(asked),
        "of_words": OF_LABELS[asked["of"]],
        "month_words": date_format(begins, "YEAR_MONTH_FORMAT"),
    }
    return render(request, "complaints/callback_rows.html", context)


def strip(user: User, now: datetime) -> dict[str, Any]:
    """This month's rates for the caller's page: the numbers, the gap in homes, and the rule; one statement."""
    begins, ends = month_of(timezone.localtime(now).date())
    found = of_kinds(told(user, begins, ends), now)
    goal = goal_of("request", site_of(user)) or 0
    requests, asked = found["request"], {"month": f"{begins:%Y-%m}", "by": "department", "group": None}
    lines = [
        _line({**asked, "of": of}, None, OF_LABELS[of], rate_of, goal_of(of, site_of(user)), 0)
        for of, rate_of in found.items()
    ]
    return {
        "month_words": date_format(begins, "YEAR_MONTH_FORMAT"),
        "lines": lines,
        "gap": _gap(requests, goal),
        "rule": _(
            "Every complaint is called back. Of %(told)d requests told this month %(needed)d make %(goal)d %%; "
            "they are drawn, and nobody is called twice in a day."
        )
        % {"told": requests.told, "needed": requests.needed(goal), "goal": goal},
        "url": _address({**asked, "of": "request"}),
    }


def site_of(user: User) -> int | None:
    """The one site whose goals count for this person; with several, the company's."""
    sites = {post.site_id for post in user.scope.posts}
    return next(iter(sites)) if len(sites) == 1 else None


def _gap(found: Rate, goal: int) -> dict[str, str]:
    missing = found.missing_to(goal)
    if not missing:
        return {}
    homes = ngettext("%(count)d more home", "%(count)d more homes", missing) % {"count": missing}
    if found.last_due_at is None:
        return {"homes": homes, "by": ""}
    day = timezone.localtime(found.last_due_at)
    return {"homes": homes, "by": _("by %(day)s") % {"day": f"{day:%m-%d} {date_format(day, 'l')}"}}


def _rules(goal: int | None, satisfied_goal: int) -> list[str]:
    aim = _(" Target: %(goal)d %%.")
    return [
        _(
            "Rate: of the tickets told or declined in the month whose callback is due by now, those finished: reached, "
            "refused, or tried three times; a resident's own rating counts. What is not yet due stands beside it."
        )
        + (aim % {"goal": goal} if goal else ""),
        _(
            "Satisfied: of those who said how they liked it, who gave 4 or 5 points. “Not solved” without a score "
            "counts as not satisfied."
        )
        + aim % {"goal": satisfied_goal},
    ]


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; anything else is this month, requests, by department."""
    of, by = request.GET.get("of", ""), request.GET.get("by", "")
    month = _day(request.GET.get("month", ""), timezone.localdate())
    return {
        "of": of if of in OF_LABELS else "complaint",  # the two have goals of their own: never one share of both
        "by": by if by in GROUPS else "department",
        "month": f"{month:%Y-%m}",
        "group": request.GET.get("group"),
    }


def _day(text: str, otherwise: date | None = None) -> date:
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        if otherwise is None:
            raise Http404 from None
        return otherwise
    return found if 2000 <= found.year <= 2999 else otherwise or found


def _key(text: str) -> int | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _span(asked: dict[str, Any]) -> tuple[datetime, datetime]:
    begins, ends = month_of(_day(asked["month"]))
    if asked["by"] == "month":
        begins = month_of((begins - timedelta(days=28 * (MONTHS - 1))).date())[0]
    return begins, ends


def _code(key: Any) -> str:
    """A group as an address names it."""
    if isinstance(key, datetime):
        return f"{key:%Y-%m}"
    return "none" if key is None else str(key)


def _group_words(by: str, keys: Iterable[Any]) -> Any:
    if by == "month":
        return lambda key: date_format(key, "YEAR_MONTH_FORMAT")
    if by == "department":
        found = [department_of(key) for key in keys if key]
        return lambda key: name_of(department_of(key), found) if key else _("no department")
    names = {category.pk: str(category) for category in Category.objects.filter(parent=None)}
    return lambda key: names.get(key, "") if key else _("no category")


def _address(asked: dict[str, Any], **instead: Any) -> str:
    said = {name: asked[name] for name in ("of", "by", "month")} | instead
    return f"/callbacks/rate/?{urlencode(said)}"


def _line(
    asked: dict[str, Any], group: str | None, label: Any, found: Rate, goal: int | None, satisfied_goal: int
) -> dict[str, Any]:
    said = {name: asked[name] for name in ("of", "by", "month")} | ({} if group is None else {"group": group})
    return {
        "label": label,
        "total": group is None,
        "rate": found,
        "urls": {name: f"/callbacks/rate/rows/?{urlencode(said | {'figure': name})}" for name in FIGURES},
        "percent": _percent(found.percent),
        "state": _state(found.percent, goal),
        "goal": goal,
        "satisfied_percent": _percent(found.satisfied_percent),
        "satisfied_state": _state(found.satisfied_percent, satisfied_goal),
    }


def _percent(share: float | None) -> str:
    """Rounded down: 79.96 % is not 80 %."""
    return "–" if share is None else f"{int(share * 10) / 10:g}%"


def _state(share: float | None, goal: int | None) -> str:
    if share is None or goal is None:
        return ""
    return "ok" if share >= goal else "soon"


def _row(callback: Any) -> dict[str, Any]:
    ticket = callback.ticket
    outcome = str(CallbackOutcome(callback.outcome).label) if callback.outcome else ""
    if callback.solved is False:
        outcome = _("not solved")
    return {
        "number": ticket.number,
        "matter": ticket.title,
        "round": callback.round,
        "department": str(ticket.department) if ticket.department else "–",
        "told_at": callback.told_at,
        "due_at": callback.due_at,
        "outcome": outcome or pgettext("callback", "waiting"),
        "score": callback.satisfaction,
    }

"""The figures of a day or a month; every one opens its rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bar_service import figures as counted
from bar_service.models import Bar
from bar_service.promised import Target, bar_day
from bar_service.roles import READ_FIGURES
from bar_service.views.asking import bar_or_none, bars_of
from bar_service.views.board import request_words
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.promises import clock

MOST = 500
FIRST, LAST = date(2020, 1, 1), date(2199, 12, 31)


class PeriodForm(forms.Form):
    day = forms.DateField(required=False)
    month = forms.DateField(required=False, input_formats=["%Y-%m"])
    figure = forms.ChoiceField(choices=[(name, name) for name in counted.ROWS], required=False)

    def period(self, bar: Bar, now: datetime) -> counted.Period:
        """What was asked for; what cannot be read is today."""
        self.is_valid()
        today = bar_day(now, bar.site.zone)
        month, day = (self.cleaned_data.get(name) for name in ("month", "day"))
        asked = month or day or today
        asked = min(max(asked, FIRST), LAST)
        return counted.month_of(bar, asked) if month else counted.day_of(bar, asked)


@only_for(READ_FIGURES)
@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    bar, now = bar_or_none(request), clock.now()
    if bar is None:
        return render(request, "bar_service/none.html")
    period = PeriodForm(request.GET).period(bar, now)
    found = counted.figures_of(bar, period, now)
    most = found.popular[0][1] if found.popular else 1
    context = {
        "found": found,
        "tiles": _tiles(found),
        "popular": [(name, n, round(100 * n / most)) for name, n in found.popular],
        **_around(request, bar, period, now),
    }
    return render(request, "bar_service/figures.html", context)


@only_for(READ_FIGURES)
@never_cache
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows that a figure counts, the first 500 of them."""
    bar, now = bar_or_none(request), clock.now()
    if bar is None:
        return render(request, "bar_service/none.html")
    form = PeriodForm(request.GET)
    period = form.period(bar, now)
    figure = form.cleaned_data.get("figure") or "visitors"
    found = counted.ROWS[figure](bar, period, now)
    head, line = SHOWN[figure]
    context = {
        "figure": figure,
        "heading": HEADINGS[figure](),
        "count": len(found),
        "head": head(),
        "lines": [line(one, bar) for one in found[:MOST]],
        "more": len(found) > MOST,
        **_around(request, bar, period, now),
    }
    return render(request, "bar_service/figure_rows.html", context)


def _around(request: HttpRequest, bar: Bar, period: counted.Period, now: datetime) -> dict[str, Any]:
    """The period in words, and the ways to the one before, the one after, the month and today."""
    step = timedelta(days=1)
    before, after = period.first - step, period.last + step
    as_query = (lambda day: f"month={day:%Y-%m}") if period.is_month else (lambda day: f"day={day.isoformat()}")
    return {
        "bar": bar,
        "bars": bars_of(user_of(request)),
        "period": period,
        "named": f"{period.first:%Y-%m}" if period.is_month else period.first.isoformat(),
        "before": as_query(before),
        "after": as_query(after) if period.ends <= now else "",
        "month": f"month={period.first:%Y-%m}",
        "day": f"day={bar_day(now, bar.site.zone).isoformat()}",
    }


def _tiles(found: counted.Figures) -> list[dict[str, str]]:
    none = "–"
    per = found.per_visitor
    middle, slow, kept = found.median_minutes, found.p90_minutes, found.kept_percent
    return [
        {
            "figure": "visitors",
            "label": _("Visitors"),
            "value": str(found.visitors),
            "more": ngettext("%(n)d party", "%(n)d parties", found.parties) % {"n": found.parties},
        },
        {
            "figure": "orders",
            "label": _("Servings for each visitor"),
            "value": f"{per:.1f}" if per is not None else none,
            "more": ngettext("%(n)d serving", "%(n)d servings", found.servings) % {"n": found.servings},
        },
        {
            "figure": "orders",
            "label": _("From order to table"),
            "value": _("%(n)s min") % {"n": f"{middle:.1f}"} if middle is not None else none,
            "more": _("nine of ten within %(n)s min") % {"n": f"{slow:.1f}"} if slow is not None else _("median"),
        },
        {
            "figure": "rounds",
            "label": _("Rounds kept"),
            "value": f"{kept} %" if kept is not None else none,
            "more": _("%(kept)d kept, %(missed)d missed") % {"kept": found.kept, "missed": found.missed},
        },
        {"figure": "late", "label": _("Late"), "value": str(found.late), "more": _("promises past their limit")},
        {"figure": "loans", "label": _("Hats and boots lent"), "value": str(found.loans), "more": ""},
        {"figure": "requests", "label": _("Asked by sales"), "value": str(found.requests), "more": ""},
    ]


def _at(moment: datetime | None, bar: Bar) -> str:
    return moments.with_today(moment, bar.site.zone) if moment else "–"


HEADINGS = {
    "visitors": lambda: _("Visitors"),
    "orders": lambda: _("Orders"),
    "rounds": lambda: _("Rounds"),
    "loans": lambda: _("Hats and boots lent"),
    "requests": lambda: _("Asked by sales"),
    "late": lambda: _("Late"),
}
SHOWN: dict[str, Any] = {
    "visitors": (
        lambda: [_("Sat down"), _("Table"), _("People"), _("Who"), _("Left")],
        lambda one, bar: [
            _at(one.seated_at, bar),
            str(one.table),
            str(one.size),
            (one.brought_by or one.greeted_by).name,
            _at(one.left_at, bar),
        ],
    ),
    "orders": (
        lambda: [_("Ordered"), _("Table"), _("Drink"), _("Number"), _("Minutes to the table")],
        lambda one, bar: [
            _at(one.placed_at, bar),
            str(one.party.table),
            str(one.product),
            str(one.quantity),
            f"{counted.minutes_to_serve(one):.1f}" if one.served_at else "–",
        ],
    ),
    "rounds": (
        lambda: [_("Sat down"), pgettext("bar", "Room"), _("Kept"), _("Missed"), _("Left")],
        lambda one, bar: [
            _at(one.party.seated_at, bar),
            str(one.party.table),
            str(one.kept),
            str(one.missed),
            _at(one.party.left_at, bar),
        ],
    ),
    "loans": (
        lambda: [_("Lent"), _("What"), _("Size"), _("To whom"), _("Back")],
        lambda one, bar: [_at(one.lent_at, bar), str(one.gear), one.gear.size, one.to or "–", _at(one.back_at, bar)],
    ),
    "requests": (
        lambda: [_("Asked"), _("Who"), _("What"), _("Wanted at"), _("Ready")],
        lambda one, bar: [
            _at(one.asked_at, bar),
            one.by.name,
            request_words(one) or one.note,
            _at(one.wanted_at, bar),
            _at(one.ready_at, bar),
        ],
    ),
    "late": (
        lambda: [_("Limit"), _("Promise"), _("About"), _("Done")],
        lambda one, bar: [
            _at(one.due_at, bar),
            str(Target(one.target).label),
            one.matter.label,
            _at(one.met_at, bar),
        ],
    ),
}

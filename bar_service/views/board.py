"""The hall on the tablet (SCREENS 5.8): rooms with their clocks, tables, the chosen one, stock, what sales ask for."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bar_service.hall import Place, gauges_of, hall_of
from bar_service.models import Act, Bar, CheckItem, Loan, Party, Product, Run, SalesRequest
from bar_service.promised import Target, amount, bar_day, bounds_of
from bar_service.services.undoing import can_undo
from bar_service.states import ActKind, TableState
from bar_service.views.asking import sellers_at
from portal.organization.models import User
from portal.pages import moments
from portal.pages.countdown import amount_words, time_left
from portal.pages.phrases import say

K = ActKind
MOST_LOGGED = 8
HUES = {
    TableState.FREE: "",
    TableState.SEATED: "ok",
    TableState.FIRST_DRINK: "soon",
    TableState.REFILL: "soon",
    TableState.ASHTRAY: "soon",
    TableState.TO_CLEAR: "hold",
}
# The one press that a table waits for.
NEXT = {
    TableState.FIRST_DRINK: K.OFFER,
    TableState.REFILL: K.REFILL,
    TableState.ASHTRAY: K.ASHTRAY,
    TableState.TO_CLEAR: K.CLEAR,
}


def hall(request: HttpRequest, bar: Bar, user: User, now: datetime) -> dict[str, Any]:
    found = hall_of(bar, now)
    asked = request.POST.get("table") or request.GET.get("table") or ""
    chosen = found.chosen(int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None)
    wants_order = (request.POST.get("do") or request.GET.get("do")) == "order"
    round_every = amount(bar.site_id, Target.VIP_ROUND)
    context = {
        "hall": found,
        "rooms": [_line(place, now, chosen) for place in found.rooms],
        "tables": [_line(place, now, chosen) for place in found.tables],
        "needs": sum(1 for place in found.tables if place.needs),
        "to_clear": sum(1 for place in found.tables if place.state == TableState.TO_CLEAR),
        "round_every": amount_words(round_every),
        "panel": _panel(bar, chosen, user, now, wants_order) if chosen is not None else None,
        "gauges": gauges_of(bar, found.seats, bar_day(now, bar.site.zone)),
        "target": found.seats * bar.servings_per_seat,
        "out": Loan.objects.out().filter(gear__bar=bar).count(),
        "runs": runs_of(bar, now),
        "requests": requests_of(bar, now),
        "patrol": patrol_of(bar, now),
        "nobody": not any(place.party for place in found.everything),
    }
    context["etag"] = _etag(context)
    context["list_url"] = f"/bar/?bar={bar.pk}" + (f"&table={chosen.table.pk}" if asked and chosen else "")
    context["fragment"] = request.headers.get("HX-Request") == "true" and request.method == "GET"
    return context


def runs_of(bar: Bar, now: datetime) -> dict[str, dict[str, Any]]:
    """Today's opening and closing: how many lines are ticked, since when done, and the limit. Two statements."""
    day = bar_day(now, bar.site.zone)
    runs = {run.checklist: run for run in Run.objects.filter(bar=bar, day=day)}
    lines: dict[str, set[int]] = {}
    for checklist, pk in CheckItem.objects.filter(bar=bar, retired_at=None).values_list("checklist", "pk"):
        lines.setdefault(checklist, set()).add(pk)
    found = {}
    for checklist, target in (("open", Target.BAR_READY), ("close", Target.BAR_CLOSED)):
        run, mine = runs.get(checklist), lines.get(checklist, set())
        limit = _wall(bar, target)
        done_at = run.done_at if run else None
        local = now.astimezone(bar.site.zone)
        found[checklist] = {
            "run": run,
            "done": moments.short(done_at, bar.site.zone, today=local.date()) if done_at else "",
            "ticked": len(mine & set(run.ticked)) if run else 0,
            "lines": len(mine),
            "limit": limit,
            "late": (done_at or now).astimezone(bar.site.zone).strftime("%H:%M") > limit and (not done_at or bool(run)),
        }
    return found


def _wall(bar: Bar, target: Target) -> str:
    minutes = int(amount(bar.site_id, target).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def requests_of(bar: Bar, now: datetime) -> list[dict[str, Any]]:
    waiting = SalesRequest.objects.waiting().filter(bar=bar).select_related("by")
    return [
        {
            "row": one,
            "words": request_words(one),
            "left": time_left(now, due_at=one.wanted_at, started_at=one.asked_at),
        }
        for one in waiting
    ]


def request_words(one: SalesRequest) -> str:
    """A party of 4 · 2 hard hats L · …"""
    parts = []
    if one.size:
        parts.append(ngettext("%(n)d person", "a party of %(n)d", one.size) % {"n": one.size})
    if one.vip:
        parts.append(_("VIP room"))
    if one.hats:
        parts.append(
            ngettext("%(n)d hard hat %(size)s", "%(n)d hard hats %(size)s", one.hats)
            % {"n": one.hats, "size": one.hat_size}
        )
    if one.boots:
        parts.append(
            ngettext("%(n)d pair of boots %(size)s", "%(n)d pairs of boots %(size)s", one.boots)
            % {"n": one.boots, "size": one.boots_size}
        )
    return " · ".join(part.strip() for part in parts)


def patrol_of(bar: Bar, now: datetime) -> list[dict[str, Any]]:
    """The places of the patrol with the last look of today. Two statements."""
    places = CheckItem.objects.filter(bar=bar, checklist=CheckItem.Checklist.PATROL, retired_at=None)
    zone = bar.site.zone
    today = bounds_of(bar_day(now, zone), zone)[0]
    looks = Act.objects.filter(bar=bar, kind=K.PATROL, undone_by=None, at__gte=today)
    last = dict(looks.order_by("at").values_list("about", "at"))
    return [{"pk": one.pk, "name": str(one), "ago": _ago(last.get(f"patrol:{one.pk}"), now)} for one in places]


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return _("%(n)d min ago") % {"n": int((now - moment).total_seconds() // 60)}


def _line(place: Place, now: datetime, chosen: Place | None) -> dict[str, Any]:
    party = place.party
    here = party.size if party is not None and place.state != TableState.TO_CLEAR else 0
    kind = NEXT.get(place.state) or (K.SERVE if place.waiting else None)
    return {
        "place": place,
        "pk": place.table.pk,
        "name": str(place.table),
        "here": here,
        "seats": place.table.seats,
        "hue": "soon" if place.waiting and HUES[place.state] != "hold" else HUES[place.state],
        "words": _state_words(place, now),
        "press": kind,
        "press_words": PRESS_WORDS[kind]() if kind else "",
        "chosen": place is chosen,
        "v": f"{place.state}-{here}-{len(place.waiting)}-{party.pk if party else 0}",
        "who": party.brought_by.name if party is not None and party.brought_by else "",
    }


PRESS_WORDS = {
    K.OFFER: lambda: _("Drinks offered"),
    K.REFILL: lambda: _("Refilled"),
    K.ASHTRAY: lambda: _("Ashtray changed"),
    K.CLEAR: lambda: _("Cleared"),
    K.SERVE: lambda: _("Served"),
}


def _state_words(place: Place, now: datetime) -> str:
    party = place.party
    if party is None:
        return TableState.FREE.label
    if place.state == TableState.REFILL:
        return _("refill due")
    if place.state == TableState.ASHTRAY:
        return _("ashtray due")
    if place.state == TableState.TO_CLEAR:
        return _("to clear")
    if place.waiting:
        count = sum(order.quantity for order in place.waiting)
        return ngettext("%(n)d drink to serve", "%(n)d drinks to serve", count) % {"n": count}
    minutes = place.minutes_since(now)
    if party.poured_at is not None:
        return _("poured %(n)d min ago") % {"n": int((now - party.poured_at).total_seconds() // 60)}
    if party.offered_at is None:
        return _("just sat down") if minutes < 2 else _("offer drinks · %(n)d min") % {"n": minutes}
    if party.no_drinks:
        return _("no drinks")
    return _("offered %(n)d min ago") % {"n": minutes}


def _panel(bar: Bar, place: Place, user: User, now: datetime, wants_order: bool) -> dict[str, Any]:
    """The chosen table: what may be done there, what was ordered, what was done last."""
    party, zone = place.party, bar.site.zone
    drinks: dict[str, int] = {}
    for order in place.orders:
        if order.status != order.Status.PLACED:
            drinks[str(order.product)] = drinks.get(str(order.product), 0) + order.quantity
    found: dict[str, Any] = {
        "line": _line(place, now, place),
        "place": place,
        "party": party,
        "state": place.state,
        "order": wants_order and party is not None,
        "sizes": range(1, min(place.table.seats, 12) + 1),
        "drinks": drinks.items(),
        "no_drinks": Party.NoDrinks.choices,
        "primary": NEXT.get(place.state) or (K.SERVE if place.waiting else K.ROUND if place.table.is_vip else None),
    }
    found["menu"] = Product.objects.filter(bar=bar, retired_at=None) if found["order"] else ()
    found["sellers"] = sellers_at(bar.site_id) if party is None else ()
    acts = (
        Act.objects.filter(party=party, undone_by=None).exclude(kind=K.UNDO)
        if party is not None
        else Act.objects.none()
    )
    found["log"] = [
        {
            "act": act,
            "at": moments.short(act.at, zone),
            "label": K(act.kind).label,
            "undo": n == 0 and can_undo(act, user.pk, now),
        }
        for n, act in enumerate(acts.select_related("by").order_by("-pk")[:MOST_LOGGED])
    ]
    found["say"] = _phrase(place)
    if party is not None:
        found["since"] = moments.short(party.seated_at, zone)
        found["greeter"] = party.brought_by or party.greeted_by
        found["poured"] = moments.short(party.poured_at, zone) if party.poured_at else ""
    return found


def _phrase(place: Place) -> str:
    """What one says there now (S3)."""
    language = get_language() or ""
    if place.party is None:
        return say("bar_welcome", language)
    if place.state == TableState.TO_CLEAR:
        return say("farewell", language)
    if place.waiting:
        return say("bar_serve", language, item=str(place.waiting[0].product))
    if place.table.is_vip:
        return say("bar_vip", language)
    return say("bar_ashtray" if place.state == TableState.ASHTRAY else "bar_refill", language)


def _etag(context: dict[str, Any]) -> str:
    """What the screen shows, to the minute: an unchanged screen is not drawn again."""
    seen = [
        *(
            f"{line['pk']}{line['v']}{line['words']}{line['place'].missed}"
            for line in (*context["rooms"], *context["tables"])
        ),
        *(f"{gauge.name}{gauge.servings}" for gauge in context["gauges"]),
        *(str(one["row"].pk) for one in context["requests"]),
        *(f"{one['pk']}{one['ago']}" for one in context["patrol"]),
        str(context["out"]),
        str(context["runs"]),
        str(get_language()),
    ]
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:16]

"""What the smaller pages of the bar show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, Sum
from django.http import HttpRequest

from bar_service.hall import left_by_item, servings_of
from bar_service.models import (
    Bar,
    BarTable,
    CheckItem,
    Enquiry,
    Gear,
    GoodsHandover,
    Loan,
    Lot,
    Movement,
    Product,
    Run,
    SalesRequest,
    StockItem,
)
from bar_service.promised import Target, amount, bar_day, bounds_of
from bar_service.services.checklists import counted_goods, what_stands_open
from bar_service.views.asking import sellers_at
from bar_service.views.board import request_words, runs_of
from portal.organization.models import User
from portal.pages import moments
from portal.pages.countdown import amount_words, time_left

DAILY = ("open", "close")
SOON = timedelta(days=7)
MOST = 30


def gear(_request: HttpRequest, bar: Bar, _user: User, now: datetime) -> dict[str, Any]:
    """Out by name on top, then what can be lent by size, then what is to clean or mend."""
    limit = amount(bar.site_id, Target.GEAR_BACK)
    loans = {loan.gear_id: loan for loan in Loan.objects.out().filter(gear__bar=bar).select_related("lent_by")}
    everything = list(Gear.objects.filter(bar=bar, retired_at=None))
    out = [
        {
            "gear": one,
            "loan": loans[one.pk],
            "since": moments.short(loans[one.pk].lent_at, bar.site.zone),
            "left": time_left(now, due_at=loans[one.pk].lent_at + limit, started_at=loans[one.pk].lent_at),
        }
        for one in everything
        if one.pk in loans
    ]
    ready: dict[tuple[str, str], list[Gear]] = {}
    for one in everything:
        if one.pk not in loans and one.state == Gear.State.READY:
            ready.setdefault((one.get_kind_display(), one.size), []).append(one)
    return {
        "out": sorted(out, key=lambda line: (bool(line["loan"].to), line["loan"].lent_at)),
        "ready": [{"kind": kind, "size": size, "items": items} for (kind, size), items in ready.items()],
        "rest": [one for one in everything if one.pk not in loans and one.state != Gear.State.READY],
        "names": [seller.name for seller in sellers_at(bar.site_id)],
        "limit": amount_words(limit),
    }


def list_of_the_hour(bar: Bar, now: datetime) -> str:
    day = bar_day(now, bar.site.zone)
    is_open = Run.objects.filter(bar=bar, day=day, checklist="open", done_at__isnull=False).exists()
    return "close" if is_open else "open"


def checklist(request: HttpRequest, bar: Bar, _user: User, now: datetime) -> dict[str, Any]:
    """The list of today, line by line, and who signed for the goods."""
    which = request.POST.get("checklist") or (
        request.resolver_match.kwargs.get("which") if request.resolver_match else ""
    )
    which = which if which in DAILY else "open"
    day = bar_day(now, bar.site.zone)
    run = Run.objects.filter(bar=bar, day=day, checklist=which).select_related("done_by").first()
    items = CheckItem.objects.filter(bar=bar, checklist=which, retired_at=None)
    signed = GoodsHandover.objects.filter(run=run).select_related("attendant", "guard").first() if run else None
    shown = run or Run(bar=bar, day=day, checklist=which)
    return {
        "which": which,
        "heading": CheckItem.Checklist(which).label,
        "day": day,
        "run": run,
        "about": runs_of(bar, now)[which],
        "lines": [{"item": item, "done": run is not None and item.pk in run.ticked} for item in items],
        "signed": signed,
        "signed_at": moments.short(signed.signed_at, bar.site.zone) if signed else "",
        "goods": signed.counted if signed else counted_goods(bar),
        "open": [] if run is not None and run.done_at else list(what_stands_open(bar, shown)),
    }


def stock(_request: HttpRequest, bar: Bar, _user: User, now: datetime) -> dict[str, Any]:
    """Every thing on the shelf with its lots; what expires soon or has."""
    today = bar_day(now, bar.site.zone)
    lots = Prefetch("lots", Lot.objects.filter(left__gt=0).order_by("expires_on", "pk"), to_attr="full_lots")
    items = list(StockItem.objects.filter(bar=bar, retired_at=None).prefetch_related(lots))
    moved = Movement.objects.filter(lot__item__bar=bar).select_related("lot__item", "by").order_by("-pk")[:MOST]
    return {
        "lines": [_stock_line(item, today) for item in items],
        "moved": [{"row": one, "at": moments.with_today(one.at, bar.site.zone)} for one in moved],
    }


def _stock_line(item: StockItem, today: date) -> dict[str, Any]:
    lots: list[Lot] = item.full_lots  # type: ignore[attr-defined]
    dated = [lot for lot in lots if lot.expires_on is not None]
    expired = sum(lot.left for lot in dated if lot.expires_on and lot.expires_on < today)
    first = min((lot.expires_on for lot in dated if lot.expires_on and lot.expires_on >= today), default=None)
    return {
        "item": item,
        "left": sum(lot.left for lot in lots),
        "expired": expired,
        "first": first,
        "soon": first is not None and first - today <= SOON,
    }


def shopping(bar: Bar, now: datetime) -> dict[str, Any]:
    """What is to be bought: up to the seats' measure, and at least what yesterday's tables used."""
    zone = bar.site.zone
    today = bar_day(now, zone)
    begins, ends = bounds_of(today - timedelta(days=1), zone)
    seats = (
        BarTable.objects.filter(bar=bar, retired_at=None, kind=BarTable.Kind.TABLE).aggregate(n=Sum("seats"))["n"] or 0
    )
    target = seats * bar.servings_per_seat
    used = used_between(bar, begins, ends)
    products = list(Product.objects.filter(bar=bar, retired_at=None).prefetch_related("recipe"))
    wanted: dict[int, int] = {}
    for product in products:
        for line in product.recipe.all():
            wanted[line.item_id] = max(wanted.get(line.item_id, 0), line.amount * target)
    left = left_by_item(bar, today)
    lines = []
    for item, there in left.items():
        goal = max(target if item.is_cup else wanted.get(item.pk, 0), used.get(item.pk, 0))
        lines.append(
            {"item": item, "left": there, "used": used.get(item.pk, 0), "goal": goal, "buy": max(goal - there, 0)}
        )
    amounts = {item.pk: there for item, there in left.items()}
    short = [product for product in products if product.recipe.all() and servings_of(product, amounts) < target]
    return {
        "lines": lines,
        "seats": seats,
        "target": target,
        "short": short,
        "yesterday": today - timedelta(days=1),
        "today": today,
    }


def used_between(bar: Bar, begins: datetime, ends: datetime) -> Mapping[int, int]:
    """What the tables used of each thing, taken-back orders off."""
    served = Movement.objects.filter(kind=Movement.Kind.SERVE, lot__item__bar=bar, at__gte=begins, at__lt=ends)
    rows = served.order_by().values("lot__item").annotate(used=-Sum("amount"))
    return {row["lot__item"]: row["used"] for row in rows}


def enquiries(_request: HttpRequest, bar: Bar, _user: User, _now: datetime) -> dict[str, Any]:
    found = Enquiry.objects.filter(bar=bar, withdrawn_at=None).select_related(
        "asked_by", "passed_to", "answered_by", "table"
    )
    return {
        "enquiries": [{"row": one, "at": moments.with_today(one.asked_at, bar.site.zone)} for one in found[:MOST]],
        "sellers": sellers_at(bar.site_id),
    }


def sales(_request: HttpRequest, bar: Bar, user: User, now: datetime) -> dict[str, Any]:
    """A salesperson's own: what they asked for, what guests want to know, and what is ready to lend."""
    since = now - timedelta(hours=12)
    mine = SalesRequest.objects.filter(bar=bar, by=user, withdrawn_at=None).filter(
        Q(ready_at=None) | Q(ready_at__gte=since)
    )
    passed = Enquiry.objects.filter(bar=bar, passed_to=user, withdrawn_at=None, answered_at=None)
    free = Gear.objects.filter(bar=bar, retired_at=None, state=Gear.State.READY)
    free = free.exclude(pk__in=Loan.objects.out().values("gear"))
    sizes: dict[str, dict[str, int]] = {}
    for kind, size in free.values_list("kind", "size"):
        sizes.setdefault(kind, {})[size] = sizes.get(kind, {}).get(size, 0) + 1
    return {
        "mine": [
            {
                "row": one,
                "words": request_words(one),
                "wanted": moments.short(one.wanted_at, bar.site.zone),
                "ready": moments.short(one.ready_at, bar.site.zone) if one.ready_at else "",
                "left": time_left(now, due_at=one.wanted_at, started_at=one.asked_at),
            }
            for one in mine.order_by("-wanted_at")
        ],
        "passed": [
            {"row": one, "at": moments.with_today(one.asked_at, bar.site.zone)}
            for one in passed.select_related("table")
        ],
        "free": [
            {"code": kind, "kind": Gear.Kind(kind).label, "sizes": sorted(found.items())}
            for kind, found in sorted(sizes.items(), reverse=True)
        ],
    }

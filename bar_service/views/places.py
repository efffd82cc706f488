"""The bar's pages: the hall, hats and boots, the checklists, the stock, questions, and a salesperson's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from bar_service.models import Act, Bar
from bar_service.roles import ASK, SERVE
from bar_service.services.undoing import can_undo
from bar_service.states import ActKind
from bar_service.views import board, lists
from bar_service.views.asking import bar_of, bar_or_none, bars_of
from bar_service.views.forms import FORMS
from portal.arrivals.presses import KEPT_FOR
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages.asking import only_for, user_of
from portal.promises import clock

K = ActKind
UNDO_SHOWN = timedelta(seconds=10)
Sent = tuple[ActKind, forms.Form]
Context = Callable[[HttpRequest, Bar, User, datetime], dict[str, Any]]


@dataclass(frozen=True)
class Place:
    code: str
    path: str
    template: str
    context: Context
    kinds: frozenset[ActKind]

    def address(self, said: Mapping[str, str]) -> str:
        """Where a press leads back to: this page, with the table or list that was looked at."""
        path = self.path
        if self.code == "checklist":
            path = f"/bar/checklists/{'close' if said.get('checklist') == 'close' else 'open'}/"
        table = said.get("table", "")
        query = [f"bar={said['bar']}"] if _is_number(said.get("bar", "")) else []
        query += [f"table={table}"] if self.code == "hall" and _is_number(table) else []
        query += ["do=order"] if said.get("do") == "order" else []
        return f"{path}?{'&'.join(query)}" if query else path

    def show(
        self, request: HttpRequest, bar: Bar, *, problem: str = "", status: int = 200, sent: Sent | None = None
    ) -> HttpResponse:
        user, now = user_of(request), clock.now()
        context = {
            **self.context(request, bar, user, now),
            "bar": bar,
            "bars": bars_of(user),
            "forms": _forms(self.kinds, sent),
            "problem": problem,
            "typed": sorted(_texts_of(sent[1])) if sent and problem else (),
            "undo": _undo_offer(bar, user, now),
            "writer": user.pk if user.scope.holds({Role.BAR_ATTENDANT, Role.SALESPERSON}) else "",
            "place": self.code,
        }
        if not context.get("fragment"):
            return render(request, f"bar_service/{self.template}.html", context, status=status)
        if request.headers.get("If-None-Match") == context["etag"]:
            return HttpResponseNotModified()
        response = render(request, "bar_service/_hall.html", context)
        response["ETag"] = context["etag"]
        return response


def _forms(kinds: frozenset[ActKind], sent: Sent | None) -> dict[str, forms.Form]:
    """Those of the page that have something to type; the one that was refused as it was sent."""
    found = {kind.name.lower(): FORMS[kind](prefix=None, auto_id=f"{kind.value}_%s") for kind in kinds}
    if sent is not None and sent[0] in kinds:
        sent[1].auto_id = f"{sent[0].value}_%s"
        found[sent[0].name.lower()] = sent[1]
    return found


def _texts_of(form: forms.Form) -> set[str]:
    """What somebody wrote in words: it stands below the refusal, wherever its field was."""
    written = [name for name, one in form.fields.items() if type(one) is forms.CharField and "password" not in name]
    return {str(form.data.get(name, "")) for name in written} - {""}


def _undo_offer(bar: Bar, user: User, now: datetime) -> Act | None:
    of_the_day = Act.objects.filter(bar=bar, by=user, at__gte=now - KEPT_FOR)  # no press that arrives now is older
    newest = of_the_day.select_related("table").order_by("-pk").first()
    if newest is None or now - newest.arrived_at > UNDO_SHOWN or not can_undo(newest, user.pk, now):
        return None
    newest.label = ActKind(newest.kind).label  # type: ignore[attr-defined]
    return newest


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


PLACES = {
    place.code: place
    for place in (
        Place("hall", "/bar/", "hall", board.hall, frozenset()),
        Place("gear", "/bar/gear/", "gear", lists.gear, frozenset({K.LEND})),
        Place("checklist", "/bar/checklists/open/", "checklist", lists.checklist, frozenset({K.SIGN})),
        Place("stock", "/bar/stock/", "stock", lists.stock, frozenset({K.PURCHASE, K.WASTE, K.COUNT})),
        Place("enquiries", "/bar/enquiries/", "enquiries", lists.enquiries, frozenset({K.ENQUIRE})),
        Place("sales", "/bar/sales/", "sales", lists.sales, frozenset({K.ASK})),
    )
}
HOME_OF: dict[ActKind, str] = {
    **dict.fromkeys((K.LEND, K.NAME, K.RETURN, K.CLEAN, K.DAMAGE, K.LOSE), "gear"),
    **dict.fromkeys((K.TICK, K.UNTICK, K.SIGN, K.FINISH), "checklist"),
    **dict.fromkeys((K.PURCHASE, K.WASTE, K.COUNT), "stock"),
    **dict.fromkeys((K.ASK, K.WITHDRAW), "sales"),
    **dict.fromkeys((K.ENQUIRE, K.ANSWER), "enquiries"),
}


def place_named(code: str, kind: ActKind, user: User) -> Place:
    """The page that a press came from; of sales there is one."""
    if not user.scope.holds(SERVE):
        return PLACES["sales"]
    return PLACES.get(code) or PLACES[HOME_OF.get(kind, "hall")]


@only_for(SERVE)
@never_cache
@vary_on_headers("HX-Request")
@require_GET
def hall(request: HttpRequest) -> HttpResponse:
    bar = bar_or_none(request)
    if bar is None:
        return render(request, "bar_service/none.html")
    return PLACES["hall"].show(request, bar)


@only_for(SERVE)
@never_cache
@require_GET
def gear(request: HttpRequest) -> HttpResponse:
    return PLACES["gear"].show(request, bar_of(request))


@only_for(SERVE)
@never_cache
@require_GET
def checklists(request: HttpRequest) -> HttpResponse:
    """In the morning the opening, as long as it is not done; then the closing."""
    bar = bar_of(request)
    return redirect(f"/bar/checklists/{lists.list_of_the_hour(bar, clock.now())}/")


@only_for(SERVE)
@never_cache
@require_GET
def checklist(request: HttpRequest, which: str) -> HttpResponse:
    if which not in lists.DAILY:
        raise Http404
    return PLACES["checklist"].show(request, bar_of(request))


@only_for(SERVE)
@never_cache
@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    return PLACES["stock"].show(request, bar_of(request))


@only_for(SERVE)
@never_cache
@require_GET
def enquiries(request: HttpRequest) -> HttpResponse:
    return PLACES["enquiries"].show(request, bar_of(request))


@only_for(ASK)
@never_cache
@require_GET
def sales(request: HttpRequest) -> HttpResponse:
    bar = bar_or_none(request)
    if bar is None:
        return render(request, "bar_service/none.html")
    return PLACES["sales"].show(request, bar)


@only_for(SERVE)
@never_cache
@require_GET
def shopping(request: HttpRequest) -> HttpResponse:
    bar = bar_of(request)
    return render(request, "bar_service/shopping.html", {"bar": bar, **lists.shopping(bar, clock.now())})

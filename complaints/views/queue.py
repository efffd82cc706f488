"""The queue 受理队列: tabs with counts, the list by time left, the preview beside it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.counting import queue_figures
from complaints.forms import HOW_LATE, FilterForm
from complaints.models import FAR_AWAY, Ticket, TicketQuerySet
from complaints.remembered import placed
from complaints.saved_views import SavedView, kept_of
from complaints.searching import names_somebody, tickets_matching
from complaints.services import may_take
from complaints.shielding import names_shown_to, shielded
from complaints.states import TRANSITIONS, Severity, Step
from complaints.views import own_views, rows, shown
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.card_acts import acts_of
from complaints.views.later import keeps_for
from complaints.views.numbers import numbers_of, with_phones
from complaints.views.undo import undo_offer
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Department, User
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT
from portal.pages import moments
from portal.pages.houses import departments_at, departments_of, name_of
from portal.pages.menu import counted
from residents.finding import SHORTEST, kind_of, spelled

PAGE = 50
TABS = {
    "mine": lambda: pgettext("tab", "My work"),
    "to_dispatch": lambda: pgettext("tab", "To dispatch"),
    "to_sign": lambda: pgettext("tab", "To sign"),
    "to_acknowledge": lambda: pgettext("tab", "To acknowledge"),
    "in_progress": lambda: pgettext("tab", "In progress"),
    "to_inform": lambda: pgettext("tab", "To inform"),
    "to_call_back": lambda: pgettext("tab", "Callbacks"),
    "overtime": lambda: pgettext("tab", "Overtime"),
    "all": lambda: pgettext("tab", "All"),
}


@login_required
@who_see_tickets
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    form = FilterForm(request.GET)
    asked = form.usable()
    tab = asked["tab"] if asked["tab"] in TABS else "mine"
    visible = Ticket.objects.helped_by(user) if asked["helping"] else Ticket.objects.within(user.scope)
    own = list(user.saved_views.all())
    counts, alarm = queue_figures(user.scope, own_views.conditions(own, user, now))
    request.menu_counts = counts  # type: ignore[attr-defined]
    lines = shown.lines_of(_page(visible, user, tab, asked), user.scope)
    more = len(lines) > PAGE
    lines = lines[:PAGE]
    etag = _etag(lines, counts, request)
    if request.headers.get("If-None-Match") == etag and request.htmx:  # type: ignore[attr-defined]
        return HttpResponseNotModified()  # nothing is shown that was not shown, and recorded, before
    if names_somebody(asked["q"]):
        record(AuditAction.SEARCHED, by=user, fields=[kind_of(asked["q"])], request=request)
    bulk = None if _wants_list(request) else request.session.pop("bulk", None)
    first, acts = lines[0] if lines else None, acts_of(user)
    context = {
        "tab": tab,
        "tabs": _tabs("" if asked["helping"] else tab, own, kept_of(asked | {"tab": tab}), counts)
        + _helping(user, asked["helping"]),
        "has_own": bool(own),
        "helping": asked["helping"],
        "filter": _filter(user, tab, asked, form),
        "rows": rows.markup_of(
            lines,
            now,
            on=first.number if first else "",
            checked=bulk["failed"] if bulk else (),
            acts=acts,
        ),
        "acts": acts is not None,
        "later": keeps_for(user),
        "empty": _empty(visible, tab, now, asked) if not lines else None,
        "pager": _pager(tab, asked, lines, more, counts),
        "etag": etag,
        "list_url": "/queue/?" + _query(tab, asked),
        "can_register": user.scope.holds(DESK),
    }
    if _wants_list(request):
        response = render(request, "complaints/_list.html", context)
        response["ETag"] = etag
    else:
        whole = _whole(visible, first, alarm, user)
        context["alarm"] = _alarm(whole[alarm], now) if alarm in whole else None
        context["bulk"] = bulk
        if first is not None and first.pk in whole:
            context |= _preview(whole[first.pk], user, now)
        response = render(request, "complaints/queue.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@who_see_tickets
@never_cache
@require_GET
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The panel beside the list; opened as a page of its own it leads to the ticket."""
    return render(request, "complaints/_preview.html", preview_of(number, user_of(request)))


def preview_of(number: str, user: User) -> dict[str, Any]:
    """Also after a step taken in the preview: with the offer to undo it."""
    visible = with_phones(Ticket.objects.visible_to(user).for_queue())
    ticket = shielded(placed(get_object_or_404(visible, number=number)), user.scope)
    now = timezone.now()
    return _preview(ticket, user, now) | {"undo": undo_offer(ticket, user, now)}


def _whole(visible: TicketQuerySet, first: shown.Line | None, alarm: int | None, user: User) -> dict[int, Ticket]:
    """The ticket of the panel and the one of the alarm, with all that they show."""
    wanted = {first.pk if first else None, alarm} - {None}
    tickets = with_phones(visible.with_people()).filter(pk__in=wanted)
    found = {ticket.pk: shielded(placed(ticket), user.scope) for ticket in tickets}
    if first is not None and first.pk in found:
        found[first.pk].climbed = first.climbed  # type: ignore[attr-defined]
    return found


def _wants_list(request: HttpRequest) -> bool:
    return bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]


def _page(visible: TicketQuerySet, user: User, tab: str, asked: dict[str, Any]) -> TicketQuerySet:
    """One page of the tab and one row more; a text also finds what is over."""
    found = visible if asked["q"] and tab == "all" else visible.in_tab(tab, user)
    if asked["q"]:
        matching = tickets_matching(asked["q"])
        found = found.filter(matching, names_shown_to(user.scope)) if matching is not None else found.none()
    found = found.filter(own_views.narrowed(asked, timezone.now()))
    if asked["after"]:
        moment, pk = asked["after"]
        found = found.filter(queue_at__gte=moment).filter(Q(queue_at__gt=moment) | Q(pk__gt=pk))
    return found.by_time_left()[: PAGE + 1]


def _tabs(tab: str, own: list[SavedView], shown_now: dict[str, Any], counts: dict[str, int]) -> list[dict[str, Any]]:
    """The fixed tabs and one's own; where the page shows exactly an own view, that one is current."""
    mine = [
        {
            "url": own_views.url_of(view),
            "label": view.name,
            "count": counted(counts[own_views.code_of(view)]) if own_views.code_of(view) in counts else None,
            "current": view.filter == shown_now,
            "own": True,
        }
        for view in own
    ]
    taken = any(one["current"] for one in mine)
    fixed = [
        {
            "url": f"/queue/?tab={code}",
            "label": label(),
            "count": counted(counts[code]),
            "current": code == tab and not taken,
        }
        for code, label in TABS.items()
    ]
    return [*fixed, *mine]


def _etag(lines: list[shown.Line], counts: dict[str, int], request: HttpRequest) -> str:
    """Changes when a row, its clock or a count changes; what only ticks is the script's."""
    seen = "|".join(f"{t.number}:{t.version}:{t.next_due_at}:{t.climbed}" for t in lines)
    whole = f"{seen}#{sorted(counts.items())}#{get_language()}#{request.get_full_path()}#{timezone.localdate()}"
    return f'"{hashlib.blake2s(whole.encode(), digest_size=12).hexdigest()}"'


def _helping(user: User, current: bool) -> list[dict[str, Any]]:
    """What a department helps with, though another has it."""
    if not user.scope.holds(DEPARTMENT):
        return []
    url = "/queue/?tab=all&helping=1"
    return [{"url": url, "label": _("Helping"), "count": None, "current": current, "own": False}]


def _query(tab: str, asked: dict[str, Any], **more: str) -> str:
    kept = {
        "tab": tab,
        "q": asked["q"],
        "severity": asked["severity"],
        "department": asked["department"],
        "late": asked["late"],
        "helping": "1" if asked["helping"] else "",
    }
    if asked["after"] and "after" not in more:
        kept["after"] = mark(asked["after"][0], asked["after"][1])
    return urlencode({name: value for name, value in {**kept, **more}.items() if value})


def mark(moment: datetime, pk: int) -> str:
    """Where the next page begins: microseconds since 1970, and the id."""
    return f"{int(moment.astimezone(UTC).timestamp() * 1_000_000)}-{pk}"


def _filter(user: User, tab: str, asked: dict[str, Any], form: FilterForm) -> dict[str, Any]:
    everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
    used = any(asked[name] for name in ("q", "severity", "department", "late"))
    offered = departments_of(everywhere, sites) if everywhere or sites else []
    return {
        "q": request_text(form),
        "severity": asked["severity"],
        "severities": Severity.choices,
        "department": asked["department"],
        "departments": [(one.pk, name_of(one, offered)) for one in offered],
        "late": asked["late"],
        "how_late": HOW_LATE,
        "used": used,
        "clear_url": f"/queue/?tab={tab}",
        "errors": [said for found in form.errors.values() for said in found],
    }


def request_text(form: FilterForm) -> str:
    return str(form.data.get("q", ""))[:60].replace("\0", "")


def _pager(
    tab: str, asked: dict[str, Any], lines: list[shown.Line], more: bool, counts: dict[str, int]
) -> dict[str, str]:
    last = lines[-1] if lines else None
    filtered = any(asked[name] for name in ("q", "severity", "department", "late"))
    return {
        "first_url": "/queue/?" + urlencode({k: v for k, v in {"tab": tab, "q": asked["q"]}.items() if v})
        if asked["after"]
        else "",
        "next_url": "/queue/?" + _query(tab, asked, after=mark(last.queue_at, last.pk)) if more and last else "",
        "words": ngettext("%(shown)d ticket on this page", "%(shown)d tickets on this page", len(lines))
        % {"shown": len(lines)}
        if filtered
        else _("%(shown)d of %(total)s") % {"shown": len(lines), "total": counted(counts.get(tab, 0))},
    }


def _empty(visible: TicketQuerySet, tab: str, now: datetime, asked: dict[str, Any]) -> dict[str, str]:
    if asked["q"] and len(spelled(asked["q"])) < SHORTEST:
        return {"words": _("Type at least two characters to search."), "next": ""}
    if asked["q"] or asked["severity"] or asked["department"] or asked["late"]:
        return {"words": _("Nothing matches this filter."), "next": ""}
    words = _("Nothing waits for you.") if tab == "mine" else _("There is nothing in this view.")
    following = (
        visible.open()
        .filter(next_due_at__gt=now)
        .order_by("queue_at")
        .values_list("next_due_at", "site__time_zone")
        .first()
    )
    if following is None or following[0] >= FAR_AWAY:
        return {"words": words, "next": _("What residents report and what the desk registers appears here.")}
    return {
        "words": words,
        "next": _("The next limit is due at %(time)s.")
        % {"time": moments.short(following[0], timezone.get_current_timezone())},
    }


def _alarm(ticket: Ticket, now: datetime) -> dict[str, str]:
    """The red strip: only for a major ticket past one of its limits."""
    words = shown.Words(now)
    left = words.left(ticket.next_due_at, ticket.next_started_at, None)
    room = f"（{ticket.unit.room}）" if ticket.unit else ""
    return {
        "words": _("%(what)s of a major ticket: %(late)s")
        % {"what": words.due.get(ticket.next_target, ""), "late": left.words},
        "matter": f"{ticket.title}{room}",
        "url": ticket.url,
    }


def _preview(ticket: Ticket, user: User, now: datetime) -> dict[str, Any]:
    words = shown.Words(now)
    row = shown.row_of(shown.line_of(ticket), words)
    zone = ticket.site.zone
    offer = (
        ticket.status in TRANSITIONS[Step.DISPATCH].start
        and ticket.department_id is None
        and may_take(user, Step.DISPATCH, ticket)
    )
    return {
        "preview": {
            "row": row,
            "url": ticket.url,
            "category": str(ticket.category) if ticket.category else "",
            "status": words.step_of(ticket),
            "said": ticket.description,
            "received": _("Received %(moment)s") % {"moment": moments.short(ticket.received_at, zone, seconds=True)},
            "due": _("Due %(moment)s") % {"moment": moments.short(ticket.next_due_at, zone, seconds=True)}
            if ticket.next_due_at
            else "",
            "dispatch": _choices(ticket, departments_at(ticket.site_id)) if offer else [],
        },
        "numbers": numbers_of(ticket, ticket.held, user, now),  # type: ignore[attr-defined]
    }


def _choices(ticket: Ticket, departments: list[Department]) -> list[dict[str, Any]]:
    """The category's own department first; nine at most, so that each has a digit."""
    suggested = ticket.category.department_code if ticket.category else ""
    ordered = sorted(departments, key=lambda department: department.code != suggested)
    return [{"pk": d.pk, "name": str(d), "suggested": d.code == suggested} for d in ordered[:9]]

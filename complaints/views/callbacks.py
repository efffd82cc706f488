"""Callbacks 回访: who next, the story in three lines, what to say, one digit for each outcome (K3, K4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints import services, sla
from complaints.calling import call_of
from complaints.errors import Refusal
from complaints.forms import CallbackForm
from complaints.models import Callback, Ticket, TicketEvent
from complaints.phrases import say
from complaints.services.callbacks import LOW_SCORE
from complaints.states import CallbackOutcome, EventKind
from complaints.undone import standing
from complaints.views import shown
from complaints.views.asking import the_desk, user_of
from complaints.views.numbers import numbers_of
from complaints.views.undo import undo_offer
from portal.drafts import services as drafts
from portal.drafts.shown import of_form
from portal.organization.models import User
from portal.pages import moments
from portal.pages.houses import sites
from portal.promises import limits
from residents.calling import polite_hours

LISTED = 50
STORY = frozenset({EventKind.RESOLVED, EventKind.ANSWERED, EventKind.RETURNED, EventKind.INFORMED, EventKind.DECLINED})
SCORES = (
    (1, lambda: pgettext("score", "Very unhappy"), "bad"),
    (2, lambda: pgettext("score", "Unhappy"), "bad"),
    (3, lambda: pgettext("score", "So-so"), ""),
    (4, lambda: pgettext("score", "Happy"), "good"),
    (5, lambda: pgettext("score", "Very happy"), "good"),
)
OF_FORM = {
    "no_answer": CallbackOutcome.NO_ANSWER,
    "refused": CallbackOutcome.REFUSED,
    "not_solved": CallbackOutcome.REACHED,
}


@login_required
@the_desk
@never_cache
@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@the_desk
@never_cache
@require_POST
def record(request: HttpRequest, callback_id: int) -> HttpResponse:
    user = user_of(request)
    callback = get_object_or_404(Callback.objects.visible_to(user).for_caller(), pk=callback_id)
    form = CallbackForm(request.POST)
    if not form.is_valid():
        return _page(request, chosen=callback.pk, form=form, status=422)
    tried = form.cleaned_data["tried"]
    if callback.finished_at is not None or (tried is not None and callback.attempts > tried):  # a double click
        messages.info(
            request,
            _("%(number)s: this call is recorded already.") % {"number": callback.ticket.number},
            extra_tags="ok",
        )
        return redirect("complaints:callbacks")
    try:
        with transaction.atomic():
            drafts.use_up(user, f"callback:{callback.pk}")
            services.record_callback(callback.pk, by=user, **_outcome(form.cleaned_data))
    except Refusal as refusal:
        return _page(request, chosen=callback.pk, form=form, problem=refusal.user_message, status=409)
    messages.success(
        request,
        _("%(number)s: the call is recorded. Here is the next one.") % {"number": callback.ticket.number},
        extra_tags="ok",
    )
    return redirect("complaints:callbacks")


def _outcome(typed: dict[str, Any]) -> dict[str, Any]:
    """What the pressed button means: a score is reached and solved; "not solved" may carry a score of its own."""
    code, remarks = typed["outcome"], typed["remarks"]
    if code.startswith("s"):
        return {"outcome": CallbackOutcome.REACHED, "satisfaction": int(code[1:]), "solved": True, "remarks": remarks}
    if code == "not_solved":
        return {"outcome": OF_FORM[code], "satisfaction": typed["score"], "solved": False, "remarks": remarks}
    return {"outcome": OF_FORM[code], "remarks": remarks}


def _page(
    request: HttpRequest,
    *,
    chosen: int | None = None,
    form: CallbackForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    visible = Callback.objects.visible_to(user)
    due = list(visible.open().for_caller().prefetch_related("ticket__resident__phones")[:LISTED])
    asked = chosen or _asked(request)
    call = next((one for one in due if one.pk == asked), None)
    if call is None and asked and chosen is None:
        raise Http404
    call = call or _next(due, user, now)
    done = list(
        visible.filter(last_tried_at__gte=_midnight(now))
        .select_related("ticket__resident", "ticket__last_step")
        .order_by("-last_tried_at")[:LISTED]
    )
    words = shown.Words(now)
    context: dict[str, Any] = {
        "due": [_line(one, call, words) for one in due],
        "due_count": len(due),
        "done": [_done_line(one) | {"undo": undo_offer(one.ticket, user, now)} for one in done],
        "done_count": len(done),
        "done_words": _done_words(done, due, now),
        "remarks": str(form.data.get("remarks", "")) if form else "",
        "score": str(form.data.get("score", "")) if form else "",
        "problem": problem,
        "errors": [(f"id_{name}", said) for name, found in form.errors.items() for said in found] if form else [],
        "polite": {"open": True, "words": ""},
    }
    if call is not None:
        draft = of_form(user, f"callback:{call.pk}")
        if form is None:
            context |= {"remarks": draft.typed.get("remarks", ""), "score": draft.typed.get("score", "")}
        following = [one for one in due if one is not call]
        later = due.index(call) + 1
        context |= {
            "call": _call(call, user, words) | {"draft": draft, "tried": call.attempts},
            "numbers": numbers_of(call.ticket, _held(call.ticket), user, now),
            "story": _story(call),
            "phrases": _phrases(call, user),
            "polite": _polite(call.ticket, now),
            "scores": [{"digit": n, "value": f"s{n}", "label": label(), "css": css} for n, label, css in SCORES],
            "outcomes": _outcomes(call, now),
            "skip_url": f"/callbacks/?call={due[later % len(due)].pk}" if following else "",
        }
    else:
        context["empty"] = {
            "words": ngettext("Today's calls are done: %(count)d.", "Today's calls are done: %(count)d.", len(done))
            % {"count": len(done)},
            "next": _("Whoever is told a result is called back within a day."),
        }
    return render(request, "complaints/callbacks.html", context, status=status)


def _held(ticket: Ticket) -> list[dict[str, Any]]:
    held = sorted(ticket.resident.phones.all(), key=lambda phone: phone.pk) if ticket.resident else []
    return [{"id": phone.pk, "number": phone.number} for phone in held]


def _asked(request: HttpRequest) -> int | None:
    text = request.GET.get("call", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _next(due: list[Callback], user: User, now: datetime) -> Callback | None:
    """The earliest that may be called now and is not the caller's own work, else the earliest."""
    now_possible = [one for one in due if _may_be_tried(one, now)] or due
    return next((one for one in now_possible if one.ticket.handler_id != user.pk), now_possible[0] if due else None)


def _done_words(done: list[Callback], due: list[Callback], now: datetime) -> str:
    """Of what is to be called today; a try without an answer is not done yet."""
    finished = sum(one.finished_at is not None for one in done)
    midnight = _midnight(now) + timedelta(days=1)
    return _("%(done)d of %(all)d done today") % {
        "done": finished,
        "all": finished + sum(one.due_at <= midnight for one in due),
    }


def _may_be_tried(callback: Callback, now: datetime) -> bool:
    return callback.not_before <= now and call_of(callback.ticket, now).open


def _turn_words(callback: Callback) -> str:
    return _("call %(attempt)d of %(most)d") % {"attempt": callback.attempts + 1, "most": sla.MOST_ATTEMPTS}


def _line(callback: Callback, call: Callback | None, words: shown.Words) -> dict[str, Any]:
    ticket = callback.ticket
    left = words.left(callback.due_at, ticket.informed_at or callback.not_before, None)
    return {
        "pk": callback.pk,
        "severity": ticket.severity,
        "severity_word": words.severity[ticket.severity],
        "bars": shown.bars_of(ticket),
        "who": ticket.who,
        "room": ticket.unit.room if ticket.unit else "",
        "matter": ticket.title,
        "turn_words": _turn_words(callback),
        "left": left,
        "clock": shown.clock_attributes(left, ticket.site.zone),
        "current": callback is call,
    }


def _done_line(callback: Callback) -> dict[str, Any]:
    tried = callback.last_tried_at or callback.due_at
    said, css = _said(callback)
    return {
        "at": f"{timezone.localtime(tried):%H:%M}",
        "iso": moments.iso(tried),
        "who": callback.ticket.who,
        "number": callback.ticket.number,
        "outcome": said,
        "css": css,
    }


def _said(callback: Callback) -> tuple[str, str]:
    if callback.solved is False:
        return _("not solved"), "late"
    if callback.satisfaction is not None:
        good = callback.satisfaction > LOW_SCORE
        return _("%(score)s of 5 points") % {"score": callback.satisfaction}, "ok" if good else "soon"
    return str((CallbackOutcome(callback.outcome) if callback.outcome else CallbackOutcome.NO_ANSWER).label), "soon"


def _call(callback: Callback, user: User, words: shown.Words) -> dict[str, Any]:
    ticket = callback.ticket
    line = _line(callback, callback, words)
    said = [
        ticket.unit.room if ticket.unit else "",
        _("form of address: %(address)s") % {"address": ticket.resident.addressed} if ticket.resident else "",
        _turn_words(callback),
    ]
    return line | {
        "number": ticket.number,
        "url": f"/callbacks/?call={callback.pk}",
        "category": str(ticket.category) if ticket.category else "",
        "about": " · ".join(filter(None, said)),
        "limit": _("due %(moment)s") % {"moment": moments.short(callback.due_at, ticket.site.zone)},
        "own_work": _("You handled this ticket yourself: leave the call to a colleague on duty.")
        if ticket.handler_id == user.pk
        else "",
    }


def _story(callback: Callback) -> list[dict[str, str]]:
    """怎么回事, 怎么办的, 怎么说的: the report, the handling, what was said; one statement."""
    ticket = callback.ticket
    found: dict[str, TicketEvent] = {}
    kinds = [*STORY, EventKind.UNDONE]
    events = TicketEvent.objects.filter(ticket=ticket, round=callback.round, kind__in=kinds).select_related("by")
    for event in standing(events.order_by("pk")):
        found[event.kind] = event
    handled = next(
        (found[kind] for kind in (EventKind.RESOLVED, EventKind.ANSWERED, EventKind.DECLINED) if kind in found), None
    )
    told = next((found[kind] for kind in (EventKind.INFORMED, EventKind.DECLINED) if kind in found), None)
    zone = ticket.site.zone
    return [
        {"label": pgettext("story", "What happened"), "text": ticket.description},
        {"label": _("What was done"), "text": _told_by(handled, zone)},
        {"label": _("What was said"), "text": _told_by(told, zone)},
    ]


def _told_by(event: TicketEvent | None, zone: Any) -> str:
    if event is None:
        return "–"
    who = f"{event.by.name} {moments.short(event.at, zone)}: " if event.by else ""
    said = event.details.get("said")
    return f"{who}{event.text}" + (f" “{said}”" if said else "")


def _phrases(callback: Callback, user: User) -> list[dict[str, str]]:
    ticket = callback.ticket
    language = get_language() or ""
    site = sites()[ticket.site_id]
    tokens = {
        "resident": ticket.resident.addressed if ticket.resident else ticket.who,
        "company": site.name,
        "name": user.name,
        "matter": ticket.title.rstrip("。．.！!？?，,；; "),
    }
    heard_by = services.answer_within_a_day(ticket, timezone.now()).astimezone(site.zone)
    bad = say("callback_bad", language, **tokens, time=f"{heard_by:%m-%d %H:%M}")
    lines = [
        (pgettext("call", "Opening"), say("callback_open", language, **tokens)),
        (pgettext("call", "Question"), say("callback_ask", language, **tokens)),
        (pgettext("call", "Not satisfied"), bad),
        (pgettext("call", "Goodbye"), say("callback_end", language, **tokens)),
    ]
    return [{"when": when, "text": text} for when, text in lines if text]


def _polite(ticket: Ticket, now: datetime) -> dict[str, Any]:
    may = call_of(ticket, now)
    spans = polite_hours(now, ticket.site_id, ticket.site.time_zone)
    hours = ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)
    if may.open:
        return {"open": True, "words": _("Polite hours %(hours)s") % {"hours": hours}}
    if may.unwanted:
        why = _("This resident does not want calls now. Choose another matter until then.")
    else:
        why = _("Calls are made from %(hours)s. Choose another matter until then.") % {"hours": hours}
    return {"open": False, "words": _("Outside calling hours"), "why": why}


def _outcomes(callback: Callback, now: datetime) -> list[dict[str, Any]]:
    zone = callback.ticket.site.zone
    start, end = limits.next_half_day(now, zone)
    if callback.last_tried_at is not None and now < callback.not_before:
        then = _("tried in this half-day; the next try counts from %(moment)s") % {
            "moment": moments.short(callback.not_before, zone)
        }
    elif callback.attempts + 1 >= sla.MOST_ATTEMPTS:
        then = _("third attempt: the ticket closes as unreachable")
    else:
        then = _("again from %(start)s to %(end)s, attempt %(count)d of %(most)d") % {
            "start": moments.short(start, zone),
            "end": f"{end.astimezone(zone):%H:%M}",
            "count": callback.attempts + 2,
            "most": sla.MOST_ATTEMPTS,
        }
    return [
        {"digit": 6, "value": "no_answer", "label": pgettext("outcome", "No answer"), "then": then, "css": ""},
        {
            "digit": 7,
            "value": "refused",
            "label": pgettext("outcome", "Refused"),
            "then": _("kept as refused, no further call"),
            "css": "",
        },
        {
            "digit": 8,
            "value": "not_solved",
            "label": pgettext("outcome", "Not solved"),
            "then": _("round %(round)d begins; a score may go with it") % {"round": callback.round + 1},
            "css": "redo",
        },
    ]

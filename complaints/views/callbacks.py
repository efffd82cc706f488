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
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints import services, sla
from complaints.call_plan import Moved
from complaints.calling import call_of
from complaints.errors import Refusal
from complaints.forms import CallbackForm
from complaints.models import Callback, Ticket
from complaints.services.callbacks import LOW_SCORE
from complaints.states import DRAWN_FOR_CALLBACK, CallbackOutcome, Kind, ReportChannel, grade_label
from complaints.views import shown
from complaints.views.asking import the_desk, user_of
from complaints.views.call_story import lately, phrases, relation, story
from complaints.views.callback_rate import strip
from complaints.views.numbers import numbers_of
from complaints.views.undo import undo_offer
from portal.calendars.services import calendar_of
from portal.drafts import services as drafts
from portal.drafts.shown import of_form
from portal.organization.models import User
from portal.pages import moments
from portal.promises import limits
from residents.calling import polite_hours

LISTED = 50
MOVED = {
    Moved.DO_NOT_CALL: lambda: _("due later: their do-not-call times are taken out"),
    Moved.NEVER: lambda: _("their do-not-call times leave no moment for a call"),
}
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
            if form.cleaned_data["as_suggestion"] and form.cleaned_data["remarks"].strip():
                _register_suggestion(callback.ticket, form.cleaned_data["remarks"], user)
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
    code, said = typed["outcome"], {"remarks": typed["remarks"], "they_called": typed["they_called"]}
    if code.startswith("s"):
        return {"outcome": CallbackOutcome.REACHED, "satisfaction": int(code[1:]), "solved": True, **said}
    if code == "not_solved":
        return {"outcome": OF_FORM[code], "satisfaction": typed["score"], "solved": False, **said}
    return {"outcome": OF_FORM[code], **said}


def _register_suggestion(ticket: Ticket, words: str, user: User) -> None:
    """What the resident proposes in the call becomes a ticket of its own."""
    report = services.Report(
        site=ticket.site,
        kind=Kind.SUGGESTION,
        channel=ReportChannel.HOTLINE,
        description=words,
        unit=ticket.unit,
        resident=ticket.resident,
    )
    services.register_ticket(report, by=user)


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
        "rate": strip(user, now),
        "remarks": str(form.data.get("remarks", "")) if form else "",
        "ticked": [name for name in ("they_called", "as_suggestion") if form and form.data.get(name)],
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
            "same_resident": [_line(one, call, words) for one in following if _same_resident(one, call)],
            "numbers": numbers_of(call.ticket, _held(call.ticket), user, now),
            "story": story(call),
            "phrases": phrases(call, user),
            "polite": _polite(call.ticket, now),
            "scores": [{"digit": n, "value": f"s{n}", "label": label(), "css": css} for n, label, css in SCORES],
            "outcomes": _outcomes(call, now),
            "skip_url": f"/callbacks/?call={due[later % len(due)].pk}" if following else "",
        }
    else:
        context["empty"] = {
            "words": _("Today's calls are done: %(done)d/%(done)d")
            % {"done": sum(one.finished_at is not None for one in done)},
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
    return next((one for one in now_possible if not _own_matter(one.ticket, user)), now_possible[0] if due else None)


def _own_matter(ticket: Ticket, user: User) -> str:
    """Why this call is for a colleague; nothing where it is not."""
    if ticket.about_person_id == user.pk:
        return _("This is about yourself: leave the call to somebody else.")
    if ticket.handler_id == user.pk:
        return _("You handled this ticket yourself: leave the call to a colleague on duty.")
    return ""


def _same_resident(one: Callback, call: Callback) -> bool:
    return call.ticket.resident_id is not None and one.ticket.resident_id == call.ticket.resident_id


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
    may = call_of(ticket, words.now)
    drawn = pgettext("callback", "drawn") if ticket.kind in DRAWN_FOR_CALLBACK else ""
    return {
        "pk": callback.pk,
        "severity": ticket.severity,
        "severity_word": str(grade_label(ticket.kind, ticket.severity)),
        "bars": shown.bars_of(ticket),
        "who": ticket.who,
        "room": ticket.unit.room if ticket.unit else "",
        "matter": ticket.title,
        "turn_words": " · ".join(filter(None, [_turn_words(callback), drawn, may.words])),
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
        lately(ticket, words.now),
        _turn_words(callback),
    ]
    return line | {
        "number": ticket.number,
        "url": f"/callbacks/?call={callback.pk}",
        "category": str(ticket.category) if ticket.category else "",
        "about": " · ".join(filter(None, said)),
        "limit": _("due %(moment)s") % {"moment": moments.short(callback.due_at, ticket.site.zone)},
        "own_work": _own_matter(ticket, user),
        "relation": relation(ticket),
        "moved": MOVED[callback.moved]() if callback.moved else "",
    }


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
    start = calendar_of("polite_hours", callback.ticket.site_id, callback.ticket.site.time_zone).deadline(
        start, timedelta()
    )
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

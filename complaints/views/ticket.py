"""One ticket: its steps with their clocks, what happened, its history, and the forms of the next steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints import forms
from complaints.errors import Refusal, Stale
from complaints.models import Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.phrases import say
from complaints.states import HANDED_UP_TO, EventKind, Status, Target
from complaints.views import history, shown, steps
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.queue import preview_of
from complaints.views.steps import COMPOSERS, SPECS, StepSpec, is_whose
from complaints.views.strip import strip
from complaints.views.what_if import deadlines_by_severity
from portal.organization.models import User
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.houses import departments_at
from portal.promises import policies
from portal.promises.models import TimerEventKind, TimerState
from residents import phones
from residents.models import Contact, Phone, Relation, Residence

MOST_BUTTONS = 4
FULL_STOPS = "。．.！!？?，,；; "
LOG_VIEWS = {
    "": lambda: pgettext("log", "All"),
    "resident": lambda: pgettext("log", "Seen by the resident"),
    "limits": lambda: pgettext("log", "Limits"),
}


@dataclass
class Refused:
    """A form that was not taken: what was typed, and why."""

    slug: str
    form: forms.VersionForm | None
    words: str = ""
    stale: bool = False
    seen: int = 0


@login_required
@who_see_tickets
@never_cache
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, _found(user_of(request), number))


@login_required
@who_see_tickets
@never_cache
@require_POST
def take(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Take one step: one service, then back to the ticket; refused, the page says why with everything typed kept."""
    user = user_of(request)
    found = _found(user, number)
    spec = SPECS[slug]
    form = _form(spec, found, request.POST)
    if not is_whose(slug, user, found):
        whose = Refused(slug, form if spec.form else None, _("This step belongs to somebody else."))
        return _page(request, found, whose, status=403)
    if not form.is_valid():
        odd = "" if spec.form else _("This page was out of date. Look at it again, then decide.")
        return _page(request, found, Refused(slug, form if spec.form else None, odd), status=422)
    try:
        spec.take(found, user, form.cleaned_data)
    except Stale as stale:
        if _is_repeat(found, user, form.cleaned_data):
            return redirect(found.url)
        seen = form.cleaned_data.get("seen") or 0
        refused = Refused(slug, form if spec.form else None, stale.user_message, stale=True, seen=seen)
        return _page(request, _found(user, number), refused, status=409)
    except Refusal as refusal:
        if _from_preview(request):
            return render(
                request,
                "complaints/_preview.html",
                preview_of(_found(user, number), user) | {"problem": refusal.user_message},
                status=409,
            )
        return _page(
            request, _found(user, number), Refused(slug, form if spec.form else None, refusal.user_message), status=409
        )
    if _from_preview(request):
        response = render(request, "complaints/_preview.html", preview_of(_found(user, number), user))
        response["HX-Trigger"] = "list-changed"
        return response
    messages.success(
        request, _("%(number)s: %(step)s, saved.") % {"number": found.number, "step": spec.label}, extra_tags="ok"
    )
    return redirect("/queue/" if request.POST.get("next") == "/queue/" else found.url)


def _from_preview(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.GET.get("from") == "preview"  # type: ignore[attr-defined]


def _is_repeat(found: Ticket, user: User, typed: dict[str, Any]) -> bool:
    """A second click on the same button: the last thing that happened is this person's, with these very words."""
    last = TicketEvent.objects.filter(ticket=found, by=user).order_by("-pk").first()
    recent = last is not None and (timezone.now() - last.at).total_seconds() < REPEAT_SECONDS
    return (
        recent
        and last is not None
        and last.pk > (typed.get("seen") or 0)
        and last.text == (typed.get("text") or "").strip()
    )


REPEAT_SECONDS = 30


def _found(user: User, number: str) -> Ticket:
    number_of = Phone.objects.filter(resident=OuterRef("resident")).order_by("pk").values("number")[:1]
    relation = Residence.objects.current(timezone.localdate()).filter(
        resident=OuterRef("resident"), unit=OuterRef("unit")
    )
    tickets = Ticket.objects.visible_to(user).for_queue().select_related("first_responsible", "reported_by")
    annotated = tickets.annotate(phone=Subquery(number_of), relation=Subquery(relation.values("relation")[:1]))
    return get_object_or_404(annotated, number=number)


def _form(spec: StepSpec, found: Ticket, data: Any = None, initial: dict[str, Any] | None = None) -> forms.VersionForm:
    kind = spec.form or forms.VersionForm
    options: dict[str, Any] = {"initial": initial or {}, "auto_id": f"id_{spec.slug}_%s"}
    if issubclass(kind, forms.DepartmentForm):
        here = departments_at(found.site_id)
        wanted = found.category.department_code if found.category else ""
        ordered = sorted(here, key=lambda department: department.code != wanted)
        options["choices"] = [(department.pk, str(department)) for department in ordered]
        options["suggested"] = ordered[0].pk if ordered and ordered[0].code == wanted else None
    elif issubclass(kind, forms.TextForm):
        options["label"] = spec.asks
    if kind is forms.SeverityForm:
        options["initial"] = {**options["initial"], "severity": found.severity}
    return kind(data, **options)


def _page(request: HttpRequest, found: Ticket, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    zone = found.site.zone
    events = list(TicketEvent.objects.filter(ticket=found).select_related("by"))
    timers = {timer.pk: timer for timer in TicketTimer.objects.filter(ticket=found).order_by("pk")}
    clock_steps = list(TimerStep.objects.filter(timer__ticket=found))
    policies.limits_by_id({timer.policy_target_id for timer in timers.values()})  # all at once, not one by one
    running = frozenset(timer.target for timer in timers.values() if timer.is_open)
    words = shown.Words(now)
    open_steps = steps.open_to(user, found, running)
    log = history.entries(events, clock_steps, timers, zone)
    view = request.GET.get("log", "") if request.GET.get("log", "") in LOG_VIEWS else ""
    last_seen = max((event.pk for event in events), default=0)
    act = _act(request, found, open_steps, refused, last_seen)
    buttons = _buttons(found, open_steps, act)
    context = {
        "ticket": _facts_of(found, words, now, zone),
        "steps": strip(found, list(timers.values()), events, words, zone),
        "buttons": buttons[:MOST_BUTTONS],
        "more": buttons[MOST_BUTTONS:],
        "narrow_more": buttons[1:],
        "act": act,
        "problem": refused.words if refused and not refused.stale else "",
        "stale": _what_changed(refused, events, zone),
        "facts": _facts(found, zone),
        "events": _shown_entries(log, view),
        "event_count": len(events),
        "log_views": [
            {
                "url": f"{found.url}?log={code}#log-head" if code else f"{found.url}#log-head",
                "label": label(),
                "current": code == view,
            }
            for code, label in LOG_VIEWS.items()
        ],
        "note": _composer("note", refused, last_seen),
        "reply": _composer("reply", refused, last_seen) if steps.may_reply(user, found) else None,
        "last_seen": last_seen,
        "resident_facts": _resident_facts(found),
        "duty_facts": _duty_facts(found),
        "timers": _timer_lines(timers.values(), words, zone),
        "hand_ups": _hand_ups(timers.values(), events, zone),
        "ladder": _ladder(found, timers.values(), clock_steps, zone),
        "rounds": _rounds(found, events, zone),
    }
    context["step_words"] = _step_words(context["steps"])
    return render(request, "complaints/ticket.html", context, status=status)


def _facts_of(found: Ticket, words: shown.Words, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    row = shown.row_of(found, words)
    paused = ""
    if found.status == Status.WAITING:
        paused = _("Waiting. The resolution clock stands; what is not pausable runs on.")
    return {
        "number": found.number,
        "version": found.version,
        "severity": found.severity,
        "severity_word": row.severity_word,
        "bars": row.bars,
        "matter": found.title,
        "kind_word": row.kind_word,
        "status_word": words.status[found.status],
        "round": found.round,
        "told": row.told,
        "paused": paused,
        "description": found.description,
        "who": found.who or pgettext("resident", "not named"),
        "relation": Relation(found.relation).label
        if getattr(found, "relation", "")
        else (_("visitor") if found.visitor_name else ""),  # type: ignore[attr-defined]
    }


def _buttons(found: Ticket, open_steps: list[StepSpec], act: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The next step first and alone in strong colour, unless its form is open: then the form's own button is."""
    first = steps.first_of(open_steps, found)
    return [
        {
            "code": spec.slug,
            "slug": spec.slug,
            "label": steps.label_of(spec, found),
            "icon": spec.icon,
            "key": spec.key,
            "composer": spec.slug in COMPOSERS,
            "fields": spec.form is not None,
            "primary": spec.slug == first and act is None,
        }
        for spec in open_steps
    ]


def _act(
    request: HttpRequest, found: Ticket, open_steps: list[StepSpec], refused: Refused | None, last_seen: int
) -> dict[str, Any] | None:
    """The form that is open: the one that was refused, else the one that the address asks for."""
    slug = refused.slug if refused and refused.form and refused.slug not in COMPOSERS else request.GET.get("do", "")
    spec = next((one for one in open_steps if one.slug == slug and slug not in COMPOSERS), None)
    if refused and refused.form is not None and refused.slug == slug and slug not in COMPOSERS:
        spec = SPECS[slug]
    if spec is None or spec.form is None:
        return None
    form = refused.form if refused and refused.form is not None and refused.slug == slug else _form(spec, found)
    return {
        "slug": spec.slug,
        "title": steps.label_of(spec, found),
        "submit": steps.label_of(spec, found),
        "icon": spec.icon,
        "form": form,
        "errors": [
            (form[name].id_for_label, said)
            for name, found_errors in form.errors.items()
            if name in form.fields
            for said in found_errors
        ],
        "phrase": say(
            spec.phrase,
            get_language() or "",
            resident=found.resident.addressed if found.resident else found.who,
            matter=found.title.rstrip(FULL_STOPS),
            number=found.number,
        )
        if spec.phrase
        else "",
        "hint": spec.hint,
        "what_if": deadlines_by_severity(found) if spec.slug == "severity" else None,
        "seen": last_seen,
    }


def _composer(slug: str, refused: Refused | None, last_seen: int) -> dict[str, Any]:
    mine = refused if refused and refused.slug == slug and refused.form is not None else None
    titles = {
        "note": (_("Internal note"), _("Add the internal note")),
        "reply": (_("Answer the resident"), _("Record the answer")),
    }
    said = [error for found in mine.form.errors.values() for error in found] if mine and mine.form else []
    return {
        "title": titles[slug][0],
        "submit": titles[slug][1],
        "text": str(mine.form.data.get("text", "")) if mine and mine.form else "",
        "invalid": said[0] if said else "",
        "open": mine is not None,
        "seen": last_seen,
    }


def _what_changed(refused: Refused | None, events: list[TicketEvent], zone: ZoneInfo) -> dict[str, Any] | None:
    """Who changed what since the page was made whose form came too late."""
    if refused is None or not refused.stale:
        return None
    since = [event for event in events if event.pk > refused.seen] if refused.seen else events[-3:]
    return {"words": refused.words, "events": history.entries(since, (), {}, zone)}


def _shown_entries(log: list[history.Entry], view: str) -> list[history.Entry]:
    if view == "resident":
        return [entry for entry in log if entry.for_resident]
    if view == "limits":
        return [entry for entry in log if entry.of_clock]
    return [entry for entry in log if entry.loud]


def _facts(found: Ticket, zone: ZoneInfo) -> list[dict[str, Any]]:
    facts = [
        (_("Received"), moments.short(found.received_at, zone), False),
        (_("Channel"), found.get_channel_display(), False),
        (_("When it happened"), moments.short(found.occurred_at, zone) if found.occurred_at else "", False),
        (_("Where"), found.place, True),
        (_("About"), found.about, True),
        (_("Asks for"), found.demand, True),
        (_("Category"), str(found.category) if found.category else "", False),
        (_("Wished date"), _wish(found), False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _wish(found: Ticket) -> str:
    if found.wished_on is None:
        return ""
    day = date_format(found.wished_on, "Y-m-d")
    return (
        _("%(day)s, confirmed") % {"day": day}
        if found.wish_confirmed_at
        else _("%(day)s, not confirmed yet") % {"day": day}
    )


def _resident_facts(found: Ticket) -> list[dict[str, Any]]:
    number = (
        getattr(found, "phone", None) or found.visitor_phone or (found.reported_by.phone if found.reported_by else "")
    )
    prefers = found.contact or (found.resident.contact if found.resident else "")
    spans = [f"{span['start']}–{span['end']}" for span in (found.resident.do_not_call if found.resident else [])]
    facts = [
        (_("Unit"), found.unit.room if found.unit else "–", False),
        (_("Phone"), phones.masked(number) or "–", False),
        (_("Prefers"), str(Contact(prefers).label) if prefers in Contact.values else "", False),
        (_("Do not call"), pgettext("between facts", ", ").join(spans), False),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _duty_facts(found: Ticket) -> list[dict[str, Any]]:
    facts = [
        (_("Department"), str(found.department) if found.department else _("nobody yet"), False),
        (_("Handled by"), found.handler.name if found.handler else "", True),
        (_("First responsible"), found.first_responsible.name if found.first_responsible else "", True),
    ]
    return [{"label": label, "text": text, "typed": typed} for label, text, typed in facts if text]


def _timer_lines(timers: Iterable[TicketTimer], words: shown.Words, zone: ZoneInfo) -> list[dict[str, Any]]:
    lines = []
    for timer in sorted((t for t in timers if t.is_open), key=lambda t: (t.due_at is None, t.due_at or t.started_at)):
        left = words.left(timer.due_at, timer.started_at, timer.warn_at)
        if timer.state == TimerState.PAUSED:
            left = shown.on_hold()
        rule = policies.limit_of(timer.policy_target_id).rule
        limit = words.limit(timer.target, rule, timer.started_at, timer.due_at, zone) or words.due.get(timer.target, "")
        lines.append({"left": left, "clock": shown.clock_attributes(left, zone), "limit": limit})
    return lines


def _hand_ups(timers: Iterable[TicketTimer], events: list[TicketEvent], zone: ZoneInfo) -> list[dict[str, Any]]:
    """To whom it was handed up 转呈, when, and when they acknowledged 阅知: two moments."""
    by_whom = {
        event.details.get("target"): event for event in events if event.kind == EventKind.ACKNOWLEDGED and event.by
    }
    lines = []
    for timer in timers:
        if timer.target not in HANDED_UP_TO or timer.state == TimerState.CANCELLED:
            continue
        role = str(HANDED_UP_TO[Target(timer.target)].label)
        handed = moments.short(timer.started_at, zone)
        event = by_whom.get(timer.target)
        if timer.met_at:
            who = event.by.name if event and event.by else ""
            at = _("handed up %(handed)s, acknowledged %(met)s") % {
                "handed": handed,
                "met": moments.short(timer.met_at, zone),
            }
            lines.append({"icon": "check", "name": f"{role} {who}".strip(), "at": at})
        else:
            lines.append(
                {"icon": "ok", "name": role, "at": _("handed up %(handed)s, not acknowledged yet") % {"handed": handed}}
            )
    return lines


def _ladder(
    found: Ticket, timers: Iterable[TicketTimer], clock_steps: list[TimerStep], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Of the promise that is due first: each level with the moment it is due, and when it was sent."""
    timer = next(
        (
            t
            for t in timers
            if t.is_open and t.target == found.next_target and t.round == found.round and t.due_at == found.next_due_at
        ),
        None,
    )
    if timer is None:
        return []
    fired = {
        step.level: step
        for step in clock_steps
        if step.timer_id == timer.pk and step.kind == TimerEventKind.LEVEL_FIRED
    }
    lines = []
    for level, moment in zip(policies.limit_of(timer.policy_target_id).levels, timer.moments, strict=False):
        step = fired.get(level.name)
        names = pgettext("between facts", ", ").join(
            str(Role(role).label) for role in level.roles if role in Role.values
        )
        due = moments.short(moment, zone)
        if step is not None:
            lines.append(
                {
                    "fired": level.percent is None,
                    "icon": "up",
                    "name": history.told(step.details) or names,
                    "at": _("due %(due)s, sent %(sent)s") % {"due": due, "sent": moments.short(step.at, zone)},
                }
            )
        else:
            lines.append({"fired": False, "icon": "ok", "name": names, "at": _("due %(due)s") % {"due": due}})
    return lines


def _rounds(found: Ticket, events: list[TicketEvent], zone: ZoneInfo) -> list[str]:
    if found.round == 1:
        return []
    lines = [_("Round 1: received %(moment)s") % {"moment": moments.short(found.received_at, zone)}]
    for event in events:
        if event.kind == EventKind.REOPENED:
            lines.append(
                _("Round %(round)d: reopened %(moment)s")
                % {"round": event.round, "moment": moments.short(event.at, zone)}
            )
    return lines


def _step_words(strip_steps: list[dict[str, Any]]) -> str:
    current = next((n for n, step in enumerate(strip_steps, 1) if step["current"]), len(strip_steps))
    return _("Step %(current)d of %(all)d") % {"current": current, "all": len(strip_steps)}

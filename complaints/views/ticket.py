"""One ticket: its steps with their clocks, what happened, its history, and the forms of the next steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints import forms, further
from complaints.models import Attachment, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.phrases import say
from complaints.remembered import placed
from complaints.services import How
from complaints.shielding import shielded
from complaints.states import EventKind, ReportChannel, Severity, Status
from complaints.undone import standing
from complaints.views import beside, history, shown, steps
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.correction import CorrectForm
from complaints.views.drafting import drafts_about, key_of, writing_words
from complaints.views.later import keeps_for
from complaints.views.naming import persons_to_choose
from complaints.views.numbers import numbers_of, with_phones
from complaints.views.steps import COMPOSERS, SPECS, StepSpec
from complaints.views.strip import strip
from complaints.views.undo import undo_offer
from complaints.views.what_if import deadlines_by_severity
from portal.drafts.shown import FormDraft, of_forms
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT
from portal.pages.houses import departments_at
from portal.promises import policies
from residents.finding import ARCHIVE
from residents.models import Relation, Residence

MOST_BUTTONS = 4
MOST_READ_OUT = 80  # characters of a result that are read out as they stand
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
    trial: dict[str, Any] | None = None  # not refused, only tried: what would change


@login_required
@who_see_tickets
@never_cache
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    user = user_of(request)
    try:
        return page_of(request, found_by(user, number))
    except Http404:
        into = _goes_on_in(user, number)
        if into is None:
            raise
        said = _("%(number)s was merged into this ticket.") % {"number": number}
        messages.info(request, said, extra_tags="soon")
        return redirect(into.url)


def _goes_on_in(user: User, number: str) -> Ticket | None:
    """Where a merged ticket that this person may not see goes on, if they may see that one."""
    ticket = Ticket.objects.filter(number=number).exclude(merged_into=None).first()
    while ticket is not None and ticket.merged_into is not None:
        ticket = ticket.merged_into
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).first() if ticket is not None else None


def found_by(user: User, number: str) -> Ticket:
    relation = Residence.objects.current(timezone.localdate()).filter(
        resident=OuterRef("resident"), unit=OuterRef("unit")
    )
    tickets = (
        Ticket.objects.visible_to(user)
        .with_people()
        .select_related("first_responsible", "last_step", "about_person", "incident")
    )
    signed = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind=EventKind.SIGNED)
    annotated = with_phones(tickets).annotate(relation=Subquery(relation.values("relation")[:1]), signed=Exists(signed))
    return shielded(placed(get_object_or_404(annotated, number=number)), user.scope)


def form_of(
    spec: StepSpec, found: Ticket, data: Any = None, initial: dict[str, Any] | None = None
) -> forms.VersionForm:
    kind = spec.form or forms.VersionForm
    options: dict[str, Any] = {"initial": initial or {}, "auto_id": f"id_{spec.slug}_%s"}
    if issubclass(kind, forms.DepartmentForm):
        options |= _departments_for(spec if data is None else None, found)
    elif issubclass(kind, forms.TextForm):
        options["label"] = spec.asks
    if issubclass(kind, forms.KeepForm):
        options["choices"] = beside.promises_to_choose(found)
    if issubclass(kind, forms.PersonForm):
        options["choices"] = persons_to_choose(found, desk=spec.slug == "responsible")
    if issubclass(kind, forms.InformForm):
        options["nobody"] = found.names_nobody
    if issubclass(kind, CorrectForm):
        options["ticket"] = found
    if kind is forms.SeverityForm:
        options["initial"] = {**options["initial"], "severity": found.severity}
        options["kind"] = found.kind
    return kind(data, **options)


def _departments_for(spec: StepSpec | None, found: Ticket) -> dict[str, Any]:
    """Those that the step offers, of a form that was sent any; the one that the category names comes first."""
    here = departments_at(found.site_id)
    if spec is not None and spec.slug == "helper-done":
        here = [one for one in here if one.pk in found.also_with]
    elif spec is not None and spec.slug == "dispatch":
        here = [one for one in here if one.pk != found.department_id]
    elif spec is not None and spec.slug == "helper":
        here = [one for one in here if one.pk != found.department_id and one.pk not in found.also_with]
    wanted = found.category.department_code if found.category else ""
    ordered = sorted(here, key=lambda department: department.code != wanted)
    return {
        "choices": [(department.pk, str(department)) for department in ordered],
        "suggested": ordered[0].pk if ordered and ordered[0].code == wanted else None,
    }


def page_of(request: HttpRequest, found: Ticket, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    zone = found.site.zone
    history_of = _with_files(TicketEvent.objects.filter(ticket=found).select_related("by"))
    events = list(history_of if found.severity == Severity.MINOR else beside.with_hand_ups(history_of))
    _bring_files_along(found, events)
    counting = standing(events)
    timers = {timer.pk: timer for timer in TicketTimer.objects.filter(ticket=found).order_by("pk")}
    clock_steps = list(TimerStep.objects.filter(timer__ticket=found))
    found.climbed = shown.climbed(found, timers.values())  # type: ignore[attr-defined]
    policies.limits_by_id({timer.policy_target_id for timer in timers.values()})  # all at once, not one by one
    running = frozenset(timer.target for timer in timers.values() if timer.is_open)
    words = shown.Words(now)
    open_steps = steps.open_to(user, found, running)
    log = history.entries(events, clock_steps, timers, zone, shielded=_is_shielded(found))
    about = drafts_about(found.number)
    drafts = of_forms(user, about, [key_of(found.number, slug) for slug, spec in SPECS.items() if spec.form])
    if refused and refused.form is not None:
        drafts[key_of(found.number, refused.slug)].without_offer()
    view = request.GET.get("log", "") if request.GET.get("log", "") in LOG_VIEWS else ""
    last_seen = max((event.pk for event in events), default=0)
    act = _act(request, found, open_steps, refused, last_seen, _result(counting, found.round), drafts)
    buttons = _buttons(found, open_steps, act)
    context = {
        "ticket": _facts_of(found, words, now, zone),
        "steps": strip(found, list(timers.values()), counting, words, zone),
        "buttons": buttons[:MOST_BUTTONS],
        "more": buttons[MOST_BUTTONS:],
        "narrow_more": buttons[1:],
        "act": act,
        "problem": refused.words if refused and not refused.stale else "",
        "stale": _what_changed(refused, events, zone, shielded=_is_shielded(found)),
        "facts": beside.facts(found, zone),
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
        "undo": undo_offer(found, user, now, counting),
        "slip_url": f"{found.url}slip/" if user.scope.holds(DESK, found.site_id) else "",
        "writing": writing_words(about, user, now),
        "note": _composer("note", refused, drafts[key_of(found.number, "note")]),
        "reply_key": "" if any(spec.key == "t" and spec.slug not in COMPOSERS for spec in open_steps) else "t",
        "reply": _composer("reply", refused, drafts[key_of(found.number, "reply")])
        if steps.may_reply(user, found)
        else None,
        "last_seen": last_seen,
        "later": keeps_for(user),
        "incident": getattr(found, "incident", None),
        "further": further.acts_for(user, found),
        "incident_url": f"{found.url}incident/" if user.scope.holds(DESK | MANAGEMENT, found.site_id) else "",
        "resident_facts": beside.resident_facts(found),
        "numbers": numbers_of(found, found.held, user, now),  # type: ignore[attr-defined]
        "archive_url": f"/residents/units/{found.unit.uuid}/"
        if found.unit and user.scope.holds(ARCHIVE, site_id=found.site_id)
        else "",
        "duty_facts": beside.duty_facts(found),
        "timers": beside.timer_lines(timers.values(), words, zone),
        "hand_ups": beside.hand_ups(timers.values(), counting, zone),
        "ladder": beside.ladder(found, timers.values(), clock_steps, zone),
        "rounds": beside.rounds(found, counting, zone),
        "relatives": beside.relatives(found, counting, user),
        "asked": beside.overtime(found, counting, zone),
    }
    context["step_words"] = _step_words(context["steps"])
    return render(request, "complaints/ticket.html", context, status=status)


def _facts_of(found: Ticket, words: shown.Words, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    row = shown.row_of(shown.line_of(found), words)
    paused = ""
    if found.status == Status.WAITING:
        paused = beside.waiting_words(found, now, zone)
    return {
        "number": found.number,
        "url": found.url,
        "version": found.version,
        "severity": found.severity,
        "severity_word": row.severity_word,
        "bars": row.bars,
        "matter": found.title,
        "kind_word": row.kind_word,
        "status_word": words.step_of(found),
        "round": found.round,
        "told": row.told,
        "paused": paused,
        "description": found.description,
        "who": found.who or nobody_words(found),
        "relation": _relation(found),
    }


def nobody_words(found: Ticket) -> str:
    anonymous = found.names_nobody and not _is_shielded(found)
    return pgettext("resident", "anonymous") if anonymous else pgettext("resident", "not named")


def _relation(found: Ticket) -> str:
    relation: str = getattr(found, "relation", "") or ""
    if relation:
        return str(Relation(relation).label)
    if found.resident is not None or not found.visitor_name:
        return ""
    return _("colleague") if found.colleague_id else _("visitor")


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
    request: HttpRequest,
    found: Ticket,
    open_steps: list[StepSpec],
    refused: Refused | None,
    last_seen: int,
    result: str,
    drafts: dict[str, FormDraft],
) -> dict[str, Any] | None:
    """The form that is open: the one that was refused, else the one that the address asks for or that has a draft."""
    begun = next((one.slug for one in open_steps if one.form and drafts[key_of(found.number, one.slug)].offered), "")
    asked = request.GET.get("do", "") or begun
    slug = refused.slug if refused and refused.form and refused.slug not in COMPOSERS else asked
    spec = next((one for one in open_steps if one.slug == slug and slug not in COMPOSERS), None)
    if refused and refused.form is not None and refused.slug == slug and slug not in COMPOSERS:
        spec = SPECS[slug]
    if spec is None or spec.form is None:
        return None
    draft = drafts[key_of(found.number, spec.slug)]
    form = (
        refused.form
        if refused and refused.form is not None and refused.slug == slug
        else form_of(spec, found, initial={**_likely(spec, found, result), **draft.words})
    )
    return {
        "slug": spec.slug,
        "draft": draft,
        "takes_files": spec.takes_files,
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
            result=_short(result),
        )
        if spec.phrase
        else "",
        "hint": spec.hint,
        "what_if": deadlines_by_severity(found) if spec.slug == "severity" else None,
        "tries": spec.tries,
        "trial": refused.trial if refused else None,
        "seen": last_seen,
    }


def _result(events: list[TicketEvent], round_now: int) -> str:
    """What the handling of this round came to, in the words of whoever did it."""
    done = {EventKind.RESOLVED, EventKind.ANSWERED}
    return next((event.text for event in reversed(events) if event.kind in done and event.round == round_now), "")


def _short(result: str) -> str:
    said = result.rstrip(FULL_STOPS)
    return said if said and len(said) <= MOST_READ_OUT and "\n" not in said else "…"


def _likely(spec: StepSpec, found: Ticket, result: str) -> dict[str, Any]:
    """What the form begins with: the resident is told the result, and in person who stands at the counter."""
    if spec.slug != "inform":
        return {}
    at_counter = found.department_id is None and found.channel == ReportChannel.COUNTER
    if found.names_nobody:
        return {"text": result, "how": How.NOBODY}
    return {"text": result, "how": How.IN_PERSON if at_counter or found.colleague_id else How.PHONE}


def _composer(slug: str, refused: Refused | None, draft: FormDraft) -> dict[str, Any]:
    mine = refused if refused and refused.slug == slug and refused.form is not None else None
    titles = {
        "note": (_("Internal note"), _("Add the internal note")),
        "reply": (_("Answer the resident"), _("Record the answer")),
    }
    said = [error for found in mine.form.errors.values() for error in found] if mine and mine.form else []
    return {
        "title": titles[slug][0],
        "submit": titles[slug][1],
        "text": str(mine.form.data.get("text", "")) if mine and mine.form else draft.typed.get("text", ""),
        "draft": draft,
        "invalid": said[0] if said else "",
        "open": mine is not None or bool(draft.offered),
    }


def _is_shielded(found: Ticket) -> bool:
    return bool(getattr(found, "shielded", False))


def _what_changed(
    refused: Refused | None, events: list[TicketEvent], zone: ZoneInfo, *, shielded: bool
) -> dict[str, Any] | None:
    """Who changed what since the page was made whose form came too late."""
    if refused is None or not refused.stale:
        return None
    since = [event for event in events if event.pk > refused.seen] if refused.seen else events[-3:]
    return {
        "words": refused.words
        if refused.form
        else _("Somebody changed this ticket before you pressed. See what changed first."),
        "events": history.entries(since, (), {}, zone, shielded=shielded),
        "typed": refused.form is not None,
    }


def _with_files(events: QuerySet[TicketEvent]) -> QuerySet[TicketEvent]:
    """Each entry with its photos and documents, as ``held``; in the same statement."""
    facts = JSONObject(uuid="file__uuid", name="file__name", preview="file__preview", for_resident="for_resident")
    of_event = Attachment.objects.filter(event=OuterRef("pk")).order_by("pk")
    return events.annotate(held=ArraySubquery(of_event.values(json=facts)))


def _bring_files_along(found: Ticket, events: list[TicketEvent]) -> None:
    """What was merged into it shows its photos too, in the entry that says so; two statements where there is any."""
    merged = {event.details.get("number"): event for event in events if event.kind == EventKind.ABSORBED}
    if not merged:
        return
    rows = Attachment.objects.filter(ticket__in=Ticket.objects.absorbed_by(found)).select_related("file", "ticket")
    for one in rows.order_by("pk"):
        entry = merged.get(one.ticket.number) or next(iter(merged.values()))
        fact = {"uuid": str(one.file.uuid), "name": one.file.name, "preview": one.file.preview}
        entry.held = [*entry.held, {**fact, "for_resident": False}]  # type: ignore[attr-defined]


def _shown_entries(log: list[history.Entry], view: str) -> list[history.Entry]:
    if view == "resident":
        return [entry for entry in log if entry.for_resident]
    if view == "limits":
        return [entry for entry in log if entry.of_clock]
    return [entry for entry in log if entry.loud]


def _step_words(strip_steps: list[dict[str, Any]]) -> str:
    current = next((n for n, step in enumerate(strip_steps, 1) if step["current"]), len(strip_steps))
    return _("Step %(current)d of %(all)d") % {"current": current, "all": len(strip_steps)}

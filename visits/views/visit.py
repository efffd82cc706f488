"""One visit: call, start, knock, enter, what they say, how it went; each step is a form that works on any device."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from complaints.errors import NotYours, Refusal
from complaints.phrases import say
from portal.arrivals.presses import by_script, not_taken, taken
from portal.arrivals.services import NotTaken
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from residents import phones
from visits import services
from visits.goals import goal_of
from visits.models import DoorStep, HomeVisit, VisitGoal
from visits.services import Clash
from visits.states import OPEN, OVER, TRANSITIONS, EventKind, Kind, Status
from visits.views.asking import SEE_VISITS, page_context, press, visit_asked
from visits.views.shown import call_line, call_of, state_chip
from visits.views.steps import STEPS, Refused
from visits.words import band_words

DOOR_SHOWN_FROM = 3  # the first two are done before anybody stands there


@only_for(SEE_VISITS)
@never_cache
@require_GET
def visit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return page_of(request, visit_asked(user_of(request), uuid))


@only_for(SEE_VISITS)
@never_cache
@require_POST
def take_step(request: HttpRequest, uuid: UUID, slug: str) -> HttpResponse:
    user = user_of(request)
    found, spec = visit_asked(user, uuid), STEPS[slug]
    form = spec.make(found, user, request.POST)
    try:
        pressed = press(request)
        if not form.is_valid():
            return _not_taken(request, found, Refused(slug, form), 422)
        spec.take(found, pressed, form)
    except NotTaken as refusal:
        return _not_taken(request, found, Refused(slug, form, refusal.user_message), refusal.status)
    except Refusal as refusal:
        next_free = refusal.next_free if isinstance(refusal, Clash) else None
        status = 403 if isinstance(refusal, NotYours) else 409
        return _not_taken(request, found, Refused(slug, form, refusal.user_message, next_free), status)
    if not by_script(request):
        messages.success(request, _("%(room)s: saved.") % {"room": found.unit.room}, extra_tags="ok")
    return taken(request, _then(user, found, slug))


def _then(user: User, found: HomeVisit, slug: str) -> str:
    """Back to the visit while it goes on, to the day's route when it is over or no longer theirs."""
    if slug == "outcome":
        return "/visits/"
    goes_on = HomeVisit.objects.visible_to(user).filter(pk=found.pk, status__in=[*OPEN, Status.DONE]).exists()
    return found.url if goes_on else "/visits/"


def _not_taken(request: HttpRequest, found: HomeVisit, refused: Refused, status: int) -> HttpResponse:
    if by_script(request):
        said = [word for words in refused.form.errors.values() for word in words]
        return not_taken(refused.problem or " ".join(said), status)
    return page_of(request, visit_asked(user_of(request), found.uuid), refused, status)


def page_of(request: HttpRequest, found: HomeVisit, refused: Refused | None = None, status: int = 200) -> HttpResponse:
    user, now, site = user_of(request), timezone.now(), found.site
    may = call_of(found, site, now)
    acting = services.may_act(user, found)
    context = page_context(
        request,
        site=site,
        visit=found,
        room=found.unit.room,
        kind=Kind(found.kind).label,
        status=Status(found.status).label,
        is_ahead=found.is_ahead,
        is_over=found.status in OVER,
        under_way=found.status == Status.UNDER_WAY,
        chip=state_chip(found, site, may),
        when=moments.with_today(found.starts_at, site.zone) if found.starts_at else "",
        until=f"{(found.starts_at + timedelta(minutes=found.minutes)).astimezone(site.zone):%H:%M}"
        if found.starts_at
        else "",
        band=band_words(found.band),
        people=found.going,
        calls=[call_line(call, site) for call in found.calls.all()],
        wished=_wished(found),
        forms=_forms(found, user, refused) if acting else {},
        after=_after_start(found, user) if acting and found.status == Status.APPOINTED else {},
        refused=refused,
        problem=refused.problem if refused else "",
        errors=refused.errors if refused else [],
        numbers=_numbers(found, may),
        phrases=_phrases(found, user),
        notes=found.unit.notes.valid(now.astimezone(site.zone).date()),
        door=_door(found),
        opinions=_opinions(found),
        can_ticket=user.scope.holds(DESK, site_id=site.pk),
        events=_events(found),
        before=_before(found, user),
        by_phone=found.is_ahead and services.by_phone_first(found),
        proposal=_proposal(found) if found.status == Status.UNDER_WAY else None,
    )  # fmt: skip
    return render(request, "visits/visit.html", context, status=status)


def _forms(found: HomeVisit, user: User, refused: Refused | None) -> dict[str, dict[str, Any]]:
    """Those that are open now, and the one that was refused, with what was typed in it."""
    open_now = {
        slug: spec
        for slug, spec in STEPS.items()
        if any(found.status in TRANSITIONS[step].begins for step in spec.steps)
        and services.may_act(user, found, desk_only=TRANSITIONS[spec.steps[0]].desk_only)
    }
    shown = {slug: {"form": spec.make(found, user, None), "key": uuid4()} for slug, spec in open_now.items()}
    if refused is not None:
        shown[refused.slug] = {"form": refused.form, "key": uuid4(), "refused": True}
    return {slug.replace("-", "_"): {"url": f"{found.url}{slug}/", **one} for slug, one in shown.items()}


def _after_start(found: HomeVisit, user: User) -> dict[str, dict[str, Any]]:
    """What follows a start that is pressed without a line: the page cannot come again before it is back."""
    then = copy(found)
    then.status = Status.UNDER_WAY
    possible = _forms(then, user, None)
    shown = {slug: possible[slug] for slug in ("knock", "enter", "opinion", "outcome")}
    for slug, one in shown.items():
        one["form"].auto_id = f"id_after_{slug}_%s"
    return shown


def _numbers(found: HomeVisit, may: Any) -> list[dict[str, Any]]:
    """The phones of whom one meets: masked; dialled only when they may be."""
    held = sorted(found.resident.phones.all(), key=lambda phone: phone.pk) if found.resident else []
    return [{"id": phone.pk, "masked": phones.masked(phone.number), "call": may} for phone in held]


def _phrases(found: HomeVisit, user: User) -> dict[str, str]:
    language = get_language() or ""
    tokens = {
        "company": found.site.company.name,
        "department": found.site.name if language.startswith("en") else "客服中心",
        "name": user.name,
        "matter": found.purpose or str(Kind(found.kind).label),
        "resident": found.resident.addressed if found.resident else "",
    }
    return {code: say(f"visit_{code}", language, **tokens) for code in ("call", "door")}


def _door(found: HomeVisit) -> dict[str, Any]:
    """The guide: which step is live, and until when one waits before knocking again."""
    steps = list(DoorStep.objects.all())
    live = _live_step(found)
    wait = timedelta(seconds=goal_of(VisitGoal.Code.DOOR_WAIT, found.site_id))
    again_at = found.knocked_at + wait if found.knocked_at else None
    return {
        "steps": [{"step": step, "state": _state(step.number, live, found)} for step in steps],
        "live": next((step for step in steps if step.number == live), None),
        "count": len(steps),
        "wait": int(wait.total_seconds()),
        "again_at": moments.iso(again_at) if again_at else "",
        "again_words": moments.short(again_at, found.site.zone, seconds=True) if again_at else "",
        "knocked": moments.short(found.knocked_at, found.site.zone, seconds=True) if found.knocked_at else "",
        "waiting": again_at is not None and again_at > timezone.now(),
    }


def _live_step(found: HomeVisit) -> int:
    if found.entered_at is not None:
        return 8
    return DOOR_SHOWN_FROM if found.knocks == 0 else DOOR_SHOWN_FROM + 1


def _state(number: int, live: int, found: HomeVisit) -> str:
    if number == 2 and live <= DOOR_SHOWN_FROM + 1 and len(found.going) < 2:
        return "todo"
    return "done" if number < live else "now" if number == live else "todo"


def _opinions(found: HomeVisit) -> list[dict[str, Any]]:
    rows = found.opinions.select_related("topic", "ticket")
    return [
        {
            "pk": one.pk,
            "text": one.text,
            "topic": str(one.topic) if one.topic else "",
            "ticket": one.ticket,
            "key": uuid4(),
        }
        for one in rows
    ]


def _events(found: HomeVisit) -> list[dict[str, Any]]:
    zone = found.site.zone
    return [
        {
            "at": moments.short(event.at, zone),
            "late": moments.short(event.noted_at, zone) if event.noted_at - event.at > timedelta(minutes=1) else "",
            "what": EventKind(event.kind).label,
            "text": event.text,
            "number": event.details.get("number", ""),
            "by": event.by.name if event.by else "",
        }
        for event in found.events.select_related("by").order_by("-at", "-pk")
    ]


def _wished(found: HomeVisit) -> list[str]:
    zone = found.site.zone
    return [
        f"{moments.with_today(datetime.fromisoformat(one['start']), zone)} – "
        f"{datetime.fromisoformat(one['end']).astimezone(zone):%H:%M}"
        for one in found.preferred_times
    ]


def _before(found: HomeVisit, user: User) -> list[dict[str, Any]]:
    """The last visits to this home that are over."""
    rows = HomeVisit.objects.visible_to(user).filter(unit=found.unit_id, status__in=OVER).exclude(pk=found.pk)
    return [
        {
            "url": one.url,
            "at": moments.short(one.ended_at, found.site.zone) if one.ended_at else "",
            "kind": Kind(one.kind).label,
            "status": Status(one.status).label,
            "remarks": one.remarks,
        }
        for one in rows.order_by("-ended_at")[:3]
    ]


def _proposal(found: HomeVisit) -> dict[str, Any]:
    again = services.next_try(found, timezone.localdate(timezone=found.site.zone))
    return {"on": again.on, "words": f"{again.on:%m-%d} {band_words(again.band)}"}

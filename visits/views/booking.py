"""Booking a visit, and planning a round: the rule printed beside whom it draws."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints.errors import NotYours, Refusal
from complaints.models import Ticket
from complaints.numbers import whole
from portal.arrivals.presses import by_script, not_taken, taken
from portal.arrivals.services import NotTaken
from portal.organization.models import Site, User
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from residents.finding import one_home
from residents.models import Resident, Unit
from visits import planner, services
from visits.forms import BookForm, RoundForm
from visits.goals import rule_of
from visits.homes import met_there
from visits.models import VISITORS, HomeVisit, VisitRound
from visits.services import Booking, Call, Clash
from visits.states import CallOutcome, Kind, Status
from visits.views.asking import page_context, press, site_asked
from visits.words import HELD, band_words, rule_words

LISTED_ROUNDS, LISTED_PICKS = 12, 200


@only_for(VISITORS)
@never_cache
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    site, first = _asked_for(request, user)
    staff = services.may_visit(site)
    if request.method == "GET":
        return _book_page(request, site, BookForm(initial=first, staff=staff))
    form = BookForm(request.POST, staff=staff)
    try:
        pressed = press(request)
        if not form.is_valid():
            return _book_page(request, site, form, status=422)
        made = services.book_visit(_booking(form, site, user), pressed)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return _book_page(request, site, form, status=422)
    except NotTaken as refusal:
        return _book_page(request, site, form, refusal.user_message, status=refusal.status)
    except Clash as clash:
        return _book_page(request, site, form, clash.user_message, clash, status=409)
    except Refusal as refusal:
        return _book_page(
            request, site, form, refusal.user_message, status=403 if isinstance(refusal, NotYours) else 409
        )
    if made is None:
        return taken(request, "/visits/")
    messages.success(request, _("%(room)s: on the list.") % {"room": made.unit.room}, extra_tags="ok")
    return taken(request, made.url)


def _asked_for(request: HttpRequest, user: User) -> tuple[Site, dict[str, Any]]:
    """The site, and what the address says already: a home, a ticket to follow up, a kind."""
    asked = request.GET
    ticket = Ticket.objects.visible_to(user).filter(number=whole(asked.get("ticket", "")[:40])).first()
    unit = ticket.unit if ticket and ticket.unit else _unit_by_uuid(user, asked.get("unit", ""))
    first: dict[str, Any] = {
        "people": [user.pk],
        "minutes": 30,
        "kind": Kind.FOLLOW_UP if ticket else asked.get("kind") if asked.get("kind") in Kind.values else Kind.CARE,
        "room": unit.room if unit else "",
        "ticket": ticket.number if ticket else "",
        "purpose": ticket.title if ticket else "",
    }
    site = site_asked(request, user)
    return (unit.site if unit and user.scope.holds(VISITORS, site_id=unit.site_id) else site), first


def _unit_by_uuid(user: User, text: str) -> Unit | None:
    try:
        return Unit.objects.visible_to(user).select_related("site").filter(uuid=text).first() if text else None
    except (ValueError, ValidationError):
        return None


def _booking(form: BookForm, site: Site, user: User) -> Booking:
    said = form.cleaned_data
    try:
        unit = one_home(said["room"], Unit.objects.visible_to(user).filter(site=site))
    except ValidationError as unclear:
        raise ValidationError({"room": unclear.messages}) from None
    unit.site = site
    ticket = _ticket_of(said["ticket"], unit, user)
    today = timezone.localdate(timezone=site.zone)
    resident = met_there([unit.pk], today).get(unit.pk)
    call = Call(
        CallOutcome.AGREED, agreed_at=form.agreed_at(site.zone), minutes=said["minutes"] or 30, people=said["people"]
    )
    return Booking(
        unit=unit,
        kind=Kind(said["kind"]),
        purpose=said["purpose"].strip(),
        resident=ticket.resident if ticket and ticket.resident else Resident.objects.filter(pk=resident).first(),
        ticket=ticket,
        planned_on=said["day"] or today,
        minutes=said["minutes"] or 30,
        people=said["people"],
        call=call if said["called"] else None,
    )


def _ticket_of(number: str, unit: Unit, user: User) -> Ticket | None:
    if not number.strip():
        return None
    found = Ticket.objects.visible_to(user).select_related("resident").filter(number=whole(number)).first()
    if found is None or found.unit_id != unit.pk:
        raise ValidationError({"ticket": _("There is no such ticket of this home.")})
    return found


def _book_page(
    request: HttpRequest,
    site: Site,
    form: BookForm,
    problem: str = "",
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    if by_script(request):
        return not_taken(problem or " ".join(word for words in form.errors.values() for word in words), status)
    free = clash.next_free.astimezone(site.zone) if clash and clash.next_free else None
    context = page_context(
        request,
        site=site,
        form=form,
        key=uuid4(),
        problem=problem,
        errors=[(form[name].id_for_label if name in form.fields else "main", word)
                for name, words in form.errors.items() for word in words],
        free={"words": moments.short(free, site.zone), "day": free.date(), "clock": free.time()} if free else None,
    )  # fmt: skip
    return render(request, "visits/book.html", context, status=status)


@only_for(VISITORS)
@never_cache
@require_http_methods(["GET", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds so far, and the next: how many homes it needs, which, and why."""
    user = user_of(request)
    site = site_asked(request, user)
    staff = services.may_visit(site)
    tomorrow = timezone.localdate(timezone=site.zone) + timedelta(days=1)
    if request.method == "GET":
        first = {"begins_on": tomorrow, "led_by": user.pk, "people": [user.pk]}
        return _rounds_page(request, site, RoundForm(initial=first, staff=staff), tomorrow)
    form = RoundForm(request.POST, staff=staff)
    try:
        pressed = press(request)
        if not form.is_valid():
            return _rounds_page(request, site, form, tomorrow, status=422)
        said = form.cleaned_data
        made = services.plan_round(site, said["begins_on"], said["days"], said["people"], said["led_by"], pressed)
    except NotTaken as refusal:
        return _rounds_page(request, site, form, tomorrow, refusal.user_message, status=refusal.status)
    except Refusal as refusal:
        status = 403 if isinstance(refusal, NotYours) else 409
        return _rounds_page(request, site, form, tomorrow, refusal.user_message, status=status)
    if made is not None:
        count, rule = made.visits.count(), rule_of(site.pk)
        words = ngettext("The round is planned: %(n)d home.", "The round is planned: %(n)d homes.", count) % {
            "n": count
        }
        going = dict.fromkeys([*said["people"], said["led_by"]])
        if count == said["days"] * len(planner.teams_of(range(len(going)))) * rule.a_day:  # all that they can do
            words += " " + _("Others wait for more days or people: at most %(count)d visits a person and day.") % {
                "count": rule.a_day
            }
        messages.success(request, words, extra_tags="ok")
    return taken(request, f"/visits/?site={site.code}&day={form.cleaned_data['begins_on']:%Y-%m-%d}")


def _rounds_page(
    request: HttpRequest, site: Site, form: RoundForm, on: date, problem: str = "", status: int = 200
) -> HttpResponse:
    if by_script(request):
        return not_taken(problem or " ".join(word for words in form.errors.values() for word in words), status)
    user, rule = user_of(request), rule_of(site.pk)
    drawn = services.next_round(site, on)
    teams = max(len(planner.teams_of(range(4))), 1)
    if not form.is_bound:
        form.initial["days"] = planner.days_needed(len(drawn.picks), teams, rule)
    context = page_context(
        request,
        site=site,
        form=form,
        key=uuid4(),
        problem=problem,
        errors=[(form[name].id_for_label if name in form.fields else "main", word)
                for name, words in form.errors.items() for word in words],
        drawn=drawn,
        picks=[_pick(unit, pick) for unit, pick in drawn.picks[:LISTED_PICKS]],
        held=[{"words": HELD[planner.Held(why)], "count": count} for why, count in sorted(drawn.held.items())],
        rule=rule_words(rule),
        goal=rule.rounds,
        days_words=ngettext(
            "two pairs need %(n)d day", "two pairs need %(n)d days", planner.days_needed(len(drawn.picks), teams, rule)
        ) % {"n": planner.days_needed(len(drawn.picks), teams, rule)},
        rounds=_rounds_so_far(user, site),
    )  # fmt: skip
    return render(request, "visits/rounds.html", context, status=status)


def _pick(unit: Unit, pick: planner.Pick) -> dict[str, Any]:
    last = pick.home.last_visit
    return {
        "room": unit.room,
        "building": unit.entrance.building.code,
        "url": f"/visits/homes/{unit.uuid}/",
        "last": f"{last:%Y-%m-%d}" if last else "",
        "band": band_words(pick.band),
        "by_phone": pick.by_phone,
        "tries": len(pick.home.vain),
    }


def _rounds_so_far(user: User, site: Site) -> list[dict[str, Any]]:
    found = VisitRound.objects.visible_to(user).filter(site=site).select_related("led_by")[:LISTED_ROUNDS]
    rows = HomeVisit.objects.filter(round__in=[one.pk for one in found]).values_list("round", "status")
    counts: dict[int, list[str]] = {}
    for round_id, status in rows:
        counts.setdefault(round_id, []).append(status)
    return [
        {
            "begins_on": one.begins_on,
            "days": one.days,
            "led_by": one.led_by.name,
            "visits": len(counts.get(one.pk, [])),
            "made": counts.get(one.pk, []).count(Status.DONE),
            "url": f"/visits/?site={site.code}&day={one.begins_on:%Y-%m-%d}",
        }
        for one in found
    ]

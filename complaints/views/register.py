"""Registering at the counter (docs/screens.md, "The counter flow"): one page, one submit, with or without script."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints import services
from complaints.errors import Refusal
from complaints.forms import MYSELF, NOBODY, RegisterForm, opened_at, sealed_now
from complaints.models import Category, Ticket
from complaints.services import Report
from complaints.states import ANSWERED_AT_ONCE, REPAIRS, EventKind, Kind, ReportChannel, Severity, Urgency
from complaints.views import shown
from complaints.views.asking import the_desk, user_of
from complaints.views.drafting import REGISTER, bring_in
from complaints.views.known import known_at
from complaints.views.offering import FALLBACK_DEPARTMENT, category_of, limits_by_kind, phrases_of, shown_categories
from complaints.views.party import Party, Unclear, own_site, party_named, party_of, shown_match
from complaints.views.specs import FACE_TO_FACE
from portal.drafts import services as drafts
from portal.drafts.shown import FormDraft, of_form
from portal.organization.models import Department, Site, User
from portal.pages import moments
from portal.pages.houses import departments, departments_at, sites
from residents.models import Residence, Unit


@login_required
@the_desk
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    if not sites():  # before the set-up: there is nothing yet that a ticket could belong to
        messages.info(request, _("There is no site yet. An administrator sets one up first."), extra_tags="soon")
        return redirect("complaints:queue")
    user = user_of(request)
    if request.method == "GET":
        asked = request.GET.get("kind", "")
        kind = asked if asked in Kind.values else Kind.COMPLAINT
        start = {"request_key": uuid.uuid4(), "kind": kind, "channel": ReportChannel.COUNTER, "dispatch_now": True}
        start["opened"] = sealed_now()
        return _fresh(request, start)
    form = RegisterForm(request.POST)
    files_refused = bring_in(request, user, REGISTER)
    try:
        party = party_of(request, form.data)
    except Unclear as unclear:
        form.is_valid()
        form.add_error("room", unclear.words)
        return _page(request, form, matches=unclear.matches, status=422)
    category = category_of(form.data)
    if form.is_valid() and category is None:
        form.add_error("category", _("Choose one of the categories."))
    if files_refused or not form.is_valid():
        return _page(request, form, party=party, problem=files_refused, status=422)
    try:
        cleaned = form.cleaned_data | {"answered": "answered" in request.POST}
        ticket, department = _register(cleaned, party, category, user)
    except Refusal as refusal:
        return _page(request, form, party=party, problem=refusal.user_message, status=409)
    said = (
        _("%(number)s is registered and dispatched to %(department)s.")
        % {"number": ticket.number, "department": department}
        if department
        else _("%(number)s is answered and over.") % {"number": ticket.number}
        if "answered" in request.POST
        else _("%(number)s is registered.") % {"number": ticket.number}
    )
    messages.success(request, said, extra_tags="ok")
    return redirect(f"{ticket.url}slip/?print=1" if "print" in request.POST else ticket.url)


def _reception(typed: Any) -> datetime:
    """From when the clocks run, if it were sent now."""
    return opened_at(str(typed.get("opened") or ""), 0) or timezone.now()


def _fresh(request: HttpRequest, start: dict[str, Any]) -> HttpResponse:
    """The empty form, the one for whom a link names, or with what an earlier visit left in it."""
    user = user_of(request)
    draft = of_form(user, REGISTER)
    if draft.typed:
        start |= {"dispatch_now": False, **draft.words}
    try:
        party = party_of(request, draft.typed) if draft.typed else party_named(user, request.GET)
    except Unclear as unclear:
        return _page(request, RegisterForm(initial=start), matches=unclear.matches, draft=draft)
    if party is not None and not draft.typed:
        start["room"] = party.words
    return _page(request, RegisterForm(initial=start), party=party, draft=draft)


def _register(
    cleaned: dict[str, Any], party: Party, category: Category | None, user: User
) -> tuple[Ticket, Department | None]:
    """The ticket and, where it goes out at once, its department: both or neither."""
    residence = party.residence
    own = residence is None and not cleaned["visitor_name"] and _is_own(cleaned)
    report = Report(
        site=party.site,
        kind=Kind(cleaned["kind"]),
        channel=_channel(cleaned, own),
        description=cleaned["description"],
        category=category,
        severity=Severity(cleaned["severity"]),
        danger={"yes": True, "no": False}.get(cleaned["danger"]),
        unit=residence.unit if residence else party.unit,
        resident=residence.resident if residence else None,
        colleague=user if own else None,
        visitor_name=cleaned["visitor_name"] or (user.name if own else ""),
        visitor_phone=cleaned["visitor_phone"],
        occurred_at=cleaned["occurred_at"],
        place=cleaned["place"],
        about=cleaned["about"],
        demand=cleaned["demand"],
        contact=cleaned["contact"],
        received_at=cleaned["received_at"],
        wished_on=cleaned["wished_on"],
        request_key=cleaned["request_key"],
    )
    with transaction.atomic():
        files = drafts.use_up(user, REGISTER)
        ticket = services.register_ticket(report, by=user)
        services.attach_to_step(ticket.pk, files, by=user, kind=EventKind.REGISTERED)
        if cleaned["answered"]:
            in_person = report.channel in FACE_TO_FACE
            return services.answer_at_once(ticket.pk, cleaned["answer"], by=user, in_person=in_person), None
        if ticket.version > 1:  # sent twice
            return ticket, ticket.department
        about = cleaned["about"] if report.kind == Kind.COMPLAINT else ""
        chosen = cleaned["department"]
        department = _department(party.site, chosen, category, about) if _goes_out(cleaned) else None
        if department is not None:
            ticket = services.dispatch_ticket(ticket.pk, department, by=user)
        services.keep_registration(ticket, by=user)
    return ticket, department


def _is_own(cleaned: dict[str, Any]) -> bool:
    """On a round one finds things oneself, unless nobody is to be named."""
    on_a_round = cleaned["channel"] == ReportChannel.INSPECTION
    return cleaned["from_whom"] == MYSELF or (on_a_round and cleaned["from_whom"] != NOBODY)


def _channel(cleaned: dict[str, Any], own: bool) -> ReportChannel:
    """The counter is where the form begins: nobody comes to it about what was seen on a round."""
    chosen = ReportChannel(cleaned["channel"])
    return ReportChannel.INSPECTION if own and chosen == ReportChannel.COUNTER else chosen


def _goes_out(cleaned: dict[str, Any]) -> bool:
    return cleaned["dispatch_now"] and cleaned["kind"] != Kind.PRAISE


def _department(site: Site, chosen: int | None, category: Category | None, about: str) -> Department | None:
    """The chosen department, else the one complained about, else the category's, else customer service."""
    here = {department.code: department for department in departments_at(site.pk)}
    if chosen is not None and chosen in departments() and departments()[chosen].site_id == site.pk:
        return departments()[chosen]
    wanted = category.department_code if category else ""
    return _complained_about(here.values(), about) or here.get(wanted) or here.get(FALLBACK_DEPARTMENT)


def _complained_about(here: Iterable[Department], about: str) -> Department | None:
    """The one department that the words name: the form goes to whom the complaint is about (C3)."""
    said = about.casefold()
    named = [one for one in here if any(name and name.casefold() in said for name in (one.name, one.name_en))]
    return named[0] if len(named) == 1 else None


def _page(
    request: HttpRequest,
    form: RegisterForm,
    *,
    party: Party | None = None,
    matches: Sequence[Residence | Unit] = (),
    problem: str = "",
    draft: FormDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    typed: Any = form.data if form.is_bound else form.initial
    site = party.site if party else own_site(user)
    chosen = {name: str(typed.get(name, "")) for name in ("category", "subcategory", "severity")}
    kind = str(form["kind"].value() or "")
    kind = kind if kind in Kind.values else Kind.COMPLAINT.value
    context = {
        "form": form,
        "draft": draft or of_form(user, REGISTER).without_offer(),
        "errors": [(f"id_{name}", said) for name, found in form.errors.items() for said in found],
        "problem": problem,
        # Beside people to choose from, other reports would only be in the way.
        "known": known_at(
            user, party.unit.pk if party.unit else None, category_of(typed), str(typed.get("description", ""))
        )
        if party
        else [],
        "party": party.key if party else "",
        "matches": [shown_match(match) for match in matches],
        "categories": shown_categories(site, chosen),
        "severities": [
            {
                "value": severity.value,
                "label": severity.label,
                "repair": Urgency(severity).label if severity in Urgency.values else "",
                "bars": shown.BARS[severity],
                "limits": limits_by_kind(site.pk, severity, kind),
                "chosen": chosen["severity"] == severity,
            }
            for severity in Severity
        ],
        "is_repair": kind in REPAIRS,
        "repairs": " ".join(sorted(REPAIRS)),
        "others": " ".join(one for one in Kind if one not in REPAIRS),
        "departments": departments_at(site.pk),
        "department": typed.get("department", ""),
        "phrases": phrases_of(kind),
        "open_details": any(
            name in form.errors
            for name in ("occurred_at", "place", "about", "contact", "demand", "wished_on", "received_at")
        ),
        "visitor_open": any(typed.get(name) for name in ("visitor_name", "visitor_phone", "from_whom"))
        or "visitor_phone" in form.errors,
        "answered_kinds": " ".join(sorted(ANSWERED_AT_ONCE)),
        "answered_hidden": kind not in ANSWERED_AT_ONCE,
        "limits_line": _("Reception from %(time)s: dispatch and signature have their own clocks.")
        % {"time": moments.short(_reception(typed), site.zone, seconds=True)},
    }
    return render(request, "complaints/register.html", context, status=status)

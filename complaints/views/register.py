"""Registering at the counter (docs/screens.md, "The counter flow"): one page, one submit, with or without script."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from complaints import services
from complaints.errors import Refusal
from complaints.forms import RegisterForm
from complaints.models import Category, Ticket
from complaints.phrases import phrase_texts
from complaints.services import Report
from complaints.states import Kind, ReportChannel, Severity, Target
from complaints.views import shown
from complaints.views.asking import the_desk, user_of
from portal.memo import for_a_moment
from portal.organization.models import Department, Site, User
from portal.organization.roles import DESK
from portal.pages import moments
from portal.pages.countdown import amount_words
from portal.pages.houses import departments, departments_at, sites
from portal.promises import policies
from portal.promises.limits import Rule
from residents.finding import find_residents, room_digits
from residents.models import Relation, Residence, Unit

DIGITS = 9  # as many categories have a key
FALLBACK_DEPARTMENT = "customer_service"
OPEN_CASES = 5


@dataclass(frozen=True)
class Party:
    """Who reports: a resident at a unit, a unit alone with a visitor, or a visitor from nowhere."""

    site: Site
    residence: Residence | None = None
    unit: Unit | None = None


class Unclear(Exception):
    """Nobody, or several people, match what was typed."""

    def __init__(self, words: str, matches: list[Residence] | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.matches = matches or []


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
        return _page(request, RegisterForm(initial=start))
    form = RegisterForm(request.POST)
    try:
        party = _party(user, form.data)
    except Unclear as unclear:
        form.is_valid()
        form.add_error("room", unclear.words)
        return _page(request, form, matches=unclear.matches, status=422)
    category = _category(form.data)
    if form.is_valid() and category is None:
        form.add_error("category", _("Choose one of the categories."))
    if not form.is_valid():
        return _page(request, form, party=party, status=422)
    try:
        ticket, department = _register(form.cleaned_data, party, category, user)
    except Refusal as refusal:
        return _page(request, form, party=party, problem=refusal.user_message, status=409)
    said = (
        _("%(number)s is registered and dispatched to %(department)s.")
        % {"number": ticket.number, "department": department}
        if department
        else _("%(number)s is registered.") % {"number": ticket.number}
    )
    messages.success(request, said, extra_tags="ok")
    return redirect(ticket.url)


def _register(
    cleaned: dict[str, Any], party: Party, category: Category | None, user: User
) -> tuple[Ticket, Department | None]:
    """The ticket and, where it goes out at once, its department: both or neither."""
    residence = party.residence
    report = Report(
        site=party.site,
        kind=Kind(cleaned["kind"]),
        channel=ReportChannel(cleaned["channel"]),
        description=cleaned["description"],
        category=category,
        severity=Severity(cleaned["severity"]),
        unit=residence.unit if residence else party.unit,
        resident=residence.resident if residence else None,
        visitor_name="" if residence else cleaned["visitor_name"],
        visitor_phone="" if residence else cleaned["visitor_phone"],
        occurred_at=cleaned["occurred_at"],
        place=cleaned["place"],
        about=cleaned["about"],
        demand=cleaned["demand"],
        contact=cleaned["contact"],
        wished_on=cleaned["wished_on"],
        request_key=cleaned["request_key"],
    )
    with transaction.atomic():
        ticket = services.register_ticket(report, by=user)
        if not cleaned["dispatch_now"] or report.kind == Kind.PRAISE or ticket.version > 1:
            return ticket, ticket.department
        department = _department(party.site, cleaned["department"], category)
        if department is not None:
            ticket = services.dispatch_ticket(ticket.pk, department, by=user)
    return ticket, department


def _department(site: Site, chosen: int | None, category: Category | None) -> Department | None:
    """The chosen department, else the category's, else customer service (where the site has it)."""
    here = {department.code: department for department in departments_at(site.pk)}
    if chosen is not None and chosen in departments() and departments()[chosen].site_id == site.pk:
        return departments()[chosen]
    wanted = category.department_code if category else ""
    return here.get(wanted) or here.get(FALLBACK_DEPARTMENT)


def _party(user: User, typed: Any) -> Party:
    """Who reports. Raises Unclear when that cannot be told from the form."""
    named = (typed.get("chosen_party") or typed.get("party") or "")[:40]
    if named:
        residence = _residence(user, named)
        if residence is not None:
            return Party(residence.unit.site, residence, residence.unit)
    room = typed.get("room", "")[:60].replace("\0", "")
    visitor = typed.get("visitor_name", "").strip()
    found = find_residents(room, user) if room.strip() else []
    exact = [row for row in found if row.unit.digits == room_digits(room)] or found
    if visitor:
        unit = exact[0].unit if exact and exact[0].unit.digits == room_digits(room) else _empty_unit(user, room)
        return Party(unit.site if unit else _own_site(user), None, unit)
    if len(exact) == 1:
        return Party(exact[0].unit.site, exact[0], exact[0].unit)
    if exact:
        raise Unclear(_("Several people match “%(text)s”: choose one of them.") % {"text": room.strip()}, exact)
    if room.strip():
        raise Unclear(
            _("Nobody matches “%(text)s”. Record a new visitor with name and phone.") % {"text": room.strip()}
        )
    raise Unclear(_("Say who reports it: a room, a name, or a new visitor."))


def _residence(user: User, party: str) -> Residence | None:
    """``<unit>:<resident>`` as a form names them, where this person may see the pair and it still holds."""
    unit, _colon, resident = party.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (unit, resident)):
        return None
    current = Residence.objects.current(timezone.localdate()).filter(unit__in=Unit.objects.visible_to(user))
    return current.select_related("unit__site", "resident").filter(unit_id=unit, resident_id=resident).first()


def _empty_unit(user: User, room: str) -> Unit | None:
    digits = room_digits(room)
    return Unit.objects.visible_to(user).select_related("site").filter(digits=digits).first() if digits else None


def _own_site(user: User) -> Site:
    everywhere, mine = user.scope.sites_as(DESK)
    known = sites()
    if mine and not everywhere:
        # One that was made this minute is not in every process's memory yet.
        return known.get(min(mine)) or Site.objects.get(pk=min(mine))
    return next(iter(known.values()))


def _category(typed: Any) -> Category | None:
    code = (typed.get("subcategory") or typed.get("category") or "")[:30]
    return next((category for category in _categories() if category.code == code), None)


@for_a_moment
def _categories() -> tuple[Category, ...]:
    return tuple(Category.objects.filter(retired_at=None).select_related("parent"))


@login_required
@the_desk
@never_cache
@require_GET
def residents(request: HttpRequest) -> HttpResponse:
    """The matches under the cursor, best first; the last line is always a new visitor."""
    user = user_of(request)
    text = request.GET.get("q", "")[:60]
    found = find_residents(text, user)
    cases = _open_cases(user, {row.unit_id for row in found})
    hits = [
        {
            "party": f"{row.unit_id}:{row.resident_id}",
            "room": row.unit.room,
            "name": row.resident.name,
            "relation": str(Relation(row.relation).label),
            "phone": row.resident.masked_phone,
            "address": row.resident.addressed,
            "open": cases.get(row.unit_id, []),
        }
        for row in found
    ]
    hint = _("record name and phone") if found else _("nobody matches: record name and phone")
    hits.append({"visitor": True, "room": "", "name": _("New visitor"), "relation": "", "phone": hint})
    return JsonResponse({"results": hits})


def _open_cases(user: User, units: set[int]) -> dict[int, list[dict[str, str]]]:
    """What is open at those homes, newest first; one statement."""
    found: dict[int, list[dict[str, str]]] = {}
    if not units:
        return found
    for ticket in (
        Ticket.objects.visible_to(user)
        .open()
        .filter(unit__in=units)
        .order_by("-received_at", "-pk")[: OPEN_CASES * len(units)]
    ):
        cases = found.setdefault(ticket.unit_id or 0, [])
        if len(cases) < OPEN_CASES:
            cases.append(
                {
                    "number": ticket.number,
                    "url": ticket.url,
                    "matter": ticket.title,
                    "status": str(ticket.get_status_display()),
                }
            )
    return found


def _page(
    request: HttpRequest,
    form: RegisterForm,
    *,
    party: Party | None = None,
    matches: list[Residence] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    site = party.site if party else _own_site(user)
    residence = party.residence if party else None
    chosen = {name: str(form.data.get(name, "")) for name in ("category", "subcategory", "severity")}
    kind = str(form["kind"].value() or "")
    kind = kind if kind in Kind.values else Kind.COMPLAINT.value
    context = {
        "form": form,
        "errors": [(f"id_{name}", said) for name, found in form.errors.items() for said in found],
        "problem": problem,
        "party": f"{residence.unit_id}:{residence.resident_id}" if residence else "",
        "matches": [
            {
                "party": f"{row.unit_id}:{row.resident_id}",
                "room": row.unit.room,
                "name": row.resident.name,
                "relation": Relation(row.relation).label,
                "phone": row.resident.masked_phone,
            }
            for row in matches or []
        ],
        "categories": _shown_categories(site, chosen),
        "severities": [
            {
                "value": severity.value,
                "label": severity.label,
                "bars": shown.BARS[severity],
                "limits": _limits_by_kind(site.pk, severity, kind),
                "chosen": chosen["severity"] == severity,
            }
            for severity in Severity
        ],
        "departments": departments_at(site.pk),
        "department": form.data.get("department", ""),
        "phrases": _phrases(kind),
        "open_details": any(
            name in form.errors for name in ("occurred_at", "place", "about", "contact", "demand", "wished_on")
        ),
        "visitor_open": bool(form.data.get("visitor_name")) or "visitor_phone" in form.errors,
        "limits_line": _("Reception from %(time)s: dispatch and signature have their own clocks.")
        % {"time": moments.short(timezone.now(), site.zone, seconds=True)},
    }
    return render(request, "complaints/register.html", context, status=status)


def _shown_categories(site: Site, chosen: dict[str, str]) -> dict[str, Any]:
    """Level 1 with its digits, the rest behind one line, level 2 in groups; their order is the rank of the rows."""
    names = {department.code: str(department) for department in departments_at(site.pk)}
    fallback = names.get(FALLBACK_DEPARTMENT, "")

    def line(category: Category, picked: str) -> dict[str, Any]:
        return {
            "code": category.code,
            "name": str(category),
            "severity": category.severity,
            "department": names.get(category.department_code, fallback),
            "chosen": category.code == picked,
        }

    coarse = [category for category in _categories() if category.parent_id is None]
    finer: dict[int, list[dict[str, Any]]] = {}
    for category in _categories():
        if category.parent_id is not None:
            finer.setdefault(category.parent_id, []).append(line(category, chosen["subcategory"]))
    lines = [line(category, chosen["category"]) for category in coarse]
    return {
        "first": lines[:DIGITS],
        "rest": lines[DIGITS:],
        "rest_chosen": any(one["chosen"] for one in lines[DIGITS:]),
        "finer": [{"name": str(one), "code": one.code, "lines": finer[one.pk]} for one in coarse if one.pk in finer],
    }


def _limits_by_kind(site_id: int, severity: Severity, chosen: str) -> list[dict[str, Any]]:
    """The limits of each kind, those of the chosen one shown; the script shows the others when the kind changes."""
    found: dict[str, list[str]] = {}
    for kind in Kind:
        found.setdefault(_limits(site_id, kind, severity), []).append(kind)
    return [
        {"kinds": " ".join(kinds), "words": words, "hidden": chosen not in kinds}
        for words, kinds in found.items()
        if words
    ]


def _limits(site_id: int, kind: Kind, severity: Severity) -> str:
    """What that severity promises, from its policy: "reply 2 d, resolve 10 d"."""
    policy = policies.policy_for(site_id, kind, severity, "")
    if policy is None:
        return ""
    said = []
    for target in (Target.REPLY, Target.RESOLVE, Target.HAND_UP_SUPERVISING_MANAGER, Target.HAND_UP_GENERAL_MANAGER):
        row = policy.for_turn(target)
        if row is None:
            continue
        limit = policies.limit_of(row)
        what = str(shown.DUE[target])
        if limit.rule == Rule.END_OF_LOCAL_DAY:
            said.append(_("%(what)s the same day") % {"what": what})
        else:
            said.append(pgettext("limit", "%(what)s %(limit)s") % {"what": what, "limit": amount_words(limit.amount)})
    return pgettext("between limits", ", ").join(said)


def _phrases(kind: str) -> dict[str, Any]:
    """What to say, with the places that the script fills once resident and category are known."""
    texts = phrase_texts(get_language() or "")
    return {
        "openings": [
            {
                "first": first,
                "text": _with_places(texts.get(code, "")),
                "kinds": " ".join(kinds),
                "hidden": kind not in kinds,
            }
            for first, code, kinds in (
                (_("First say sorry:"), "complaint_open", [Kind.COMPLAINT]),
                (_("Say:"), "service_reply", [Kind.SERVICE_REQUEST, Kind.HELP]),
                (_("Say:"), "phone_hold", [Kind.ENQUIRY]),  # nobody is sent to an enquiry, a suggestion or praise
            )
        ],
        "later": [
            {"when": _("Read it back"), "text": texts.get("complaint_readback", "")},
            {"when": _("At the end"), "text": texts.get("complaint_close", "")},
        ],
    }


def _with_places(text: str) -> SafeString:
    escaped = str(conditional_escape(text))
    for token, css, filler in (
        ("{resident}", "data-who", _("Sir or madam")),
        ("{department}", "data-sorry", _("our department")),
    ):
        escaped = escaped.replace(token, format_html("<span {}>{}</span>", mark_safe(css), filler))  # noqa: S308 - a constant
    return mark_safe(escaped)  # noqa: S308 - escaped above

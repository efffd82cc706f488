"""The disposition register 投诉处置记录表 as a page, on paper and as a workbook (C7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints import dispositions
from complaints.dispositions import HANDLED, READERS, RETURNED, SIGNED, TOLD, Line, RegisterFilterForm
from complaints.models import Ticket, TicketQuerySet, title_of
from complaints.remembered import placed
from complaints.searching import names_somebody
from complaints.services import How
from complaints.shielding import names_shown_to, shielded
from complaints.states import EventKind, Kind, Severity, Status
from complaints.views import shown
from complaints.views.queue import mark, request_text
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site, User
from portal.organization.roles import DESK, LEADERSHIP, MANAGEMENT
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import departments_at, sites
from portal.pages.menu import MOST_COUNTED, counted
from portal.workbooks import answer, workbook
from residents import phones
from residents.finding import kind_of

PAGE = 50
MOST_ON_PAPER = 1000
MOST_IN_WORKBOOK = 20_000
WHERE = "/tickets/register/"
NARROWING = ("site", "month", "since", "until", "kind", "severity", "department", "kept", "q")


class Asked:
    """What the address asks for, within what this person may see."""

    def __init__(self, request: HttpRequest) -> None:
        self.user, self.now = user_of(request), timezone.now()
        self.form = RegisterFilterForm(request.GET)
        self.typed = request_text(self.form)
        self.values = self.form.usable()
        self.sites = sites_of(self.user)
        if not self.sites:
            raise Http404
        self.site = next((one for one in self.sites if one.pk == self.values["site"]), self.sites[0])
        self.days = dispositions.days_asked(self.values, self.now.astimezone(self.site.zone).date())
        if names_somebody(self.values["q"] or ""):
            record(AuditAction.SEARCHED, by=self.user, fields=[kind_of(self.values["q"])], request=request)

    @property
    def tickets(self) -> TicketQuerySet:
        visible = Ticket.objects.visible_to(self.user).select_related("unit", "resident")
        if self.values["q"]:
            visible = visible.filter(names_shown_to(self.user.scope))
        return dispositions.lines_asked(visible, self.site, self.values, self.days, self.now)

    def lines(self, tickets: Iterable[Ticket]) -> Iterator[Line]:
        """A hidden name stays at the desk, here too."""
        return dispositions.lines_of((shielded(one, self.user.scope) for one in tickets), self.now)

    @property
    def query(self) -> str:
        said = {name: self.values[name] for name in NARROWING if self.values[name]}
        if "month" in said:
            said["month"] = f"{said['month']:%Y-%m}"
        return urlencode(said)

    @property
    def errors(self) -> list[str]:
        return [said for found in self.form.errors.values() for said in found]


def sites_of(user: User) -> list[Site]:
    everywhere, mine = user.scope.sites_as(READERS)
    return [site for site in sites().values() if everywhere or site.pk in mine]


@only_for(READERS)
@never_cache
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    return _page(request, Asked(request))


def _page(request: HttpRequest, asked: Asked, problem: str = "", status: int = 200) -> HttpResponse:
    found = list(dispositions.going_on(asked.tickets, asked.values["after"])[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    last = found[-1] if found else None
    context = {
        "problem": problem,
        "errors": asked.errors,
        "filter": _filter(asked),
        "rows": [_row(line, asked.site) for line in asked.lines(found)],
        "count": counted(asked.tickets.order_by()[: MOST_COUNTED + 1].count()),
        "paper_url": f"{WHERE}print/?{asked.query}",
        "export_url": f"{WHERE}export.xlsx?{asked.query}" if may_export(asked.user, asked.site) else "",
        "first_url": f"{WHERE}?{asked.query}" if asked.values["after"] else "",
        "next_url": f"{WHERE}?{asked.query}&after={mark(last.received_at, last.pk)}" if more and last else "",
    }
    return render(request, "complaints/dispositions.html", context, status=status)


@only_for(READERS)
@never_cache
@require_GET
def paper(request: HttpRequest) -> HttpResponse:
    """The whole range on A4, in the order of reception."""
    asked = Asked(request)
    found = list(asked.tickets[: MOST_ON_PAPER + 1])
    if len(found) > MOST_ON_PAPER:
        return _page(request, asked, _too_many(MOST_ON_PAPER), status=422)
    context = {
        "site": asked.site,
        "days": _days(asked.days),
        "said": ", ".join(_said(asked)),
        "rows": [_row(line, asked.site, on_paper=True) for line in asked.lines(found[::-1])],
        "signatures": [_("Drawn up by"), _("Checked by"), _("Approved by")],
        "printed": f"{timezone.localtime(asked.now, asked.site.zone):%Y-%m-%d %H:%M}",
        "back": f"{WHERE}?{asked.query}",
    }
    return render(request, "complaints/dispositions_paper.html", context)


@only_for(READERS & LEADERSHIP)
@never_cache
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """As a workbook: no phone is in it, and one that somebody typed into a text is masked. On record."""
    asked = Asked(request)
    if not may_export(asked.user, asked.site):
        return _page(request, asked, _("The register of this site may not be exported by you."), status=403)
    found = asked.tickets
    if found.order_by()[: MOST_IN_WORKBOOK + 1].count() > MOST_IN_WORKBOOK:
        return _page(request, asked, _too_many(MOST_IN_WORKBOOK), status=422)
    record(
        AuditAction.EXPORTED,
        by=asked.user,
        subject=f"register {asked.site.code}",
        fields=["tickets", *(day.isoformat() for day in asked.days)],
        request=request,
    )
    oldest_first = found.order_by("received_at", "pk").iterator(dispositions.BATCH)
    rows = _cells(asked.lines(oldest_first), asked.site)
    content = workbook([(_("Disposition register"), [str(name) for name in _columns()], rows)])
    return answer(content, f"register-{asked.site.code}-{asked.days[0]}-{asked.days[1]}")


def may_export(user: User, site: Site) -> bool:
    return user.scope.holds(LEADERSHIP, site.pk)


def _too_many(most: int) -> str:
    return _("More than %(count)d lines: choose a shorter time, or narrow the list.") % {"count": most}


def _filter(asked: Asked) -> dict[str, Any]:
    values = asked.values
    chooses = asked.user.scope.holds(DESK | MANAGEMENT, asked.site.pk)
    named = values["since"] or values["until"]
    return {
        "site": asked.site.pk,
        "sites": asked.sites if len(asked.sites) > 1 else [],
        "month": "" if named and not values["month"] else f"{asked.days[0]:%Y-%m}",
        "since": values["since"] or "",
        "until": values["until"] or "",
        "days": _days(asked.days),
        "kind": values["kind"] or Kind.COMPLAINT,
        "kinds": [(dispositions.ANY_KIND, _("Any kind")), *Kind.choices],
        "severity": values["severity"],
        "severities": Severity.choices,
        "department": values["department"],
        "departments": [(one.pk, str(one)) for one in departments_at(asked.site.pk)] if chooses else [],
        "kept": values["kept"],
        "how_kept": dispositions.HOW_KEPT,
        "q": asked.typed,
        "used": bool(asked.query),
        "clear_url": WHERE,
    }


def _said(asked: Asked) -> list[str]:
    """What narrows the register beside its days, for the head of the paper."""
    values = asked.values
    kinds = {**dict(Kind.choices), dispositions.ANY_KIND: _("Any kind")}
    department = next((d for d in departments_at(asked.site.pk) if d.pk == values["department"]), "")
    found = [
        kinds[values["kind"] or Kind.COMPLAINT],
        dict(Severity.choices).get(values["severity"], ""),
        department,
        dict(dispositions.HOW_KEPT).get(values["kept"], ""),
        values["q"] and f"“{values['q']}”",
    ]
    return [str(part) for part in found if part]


def _days(days: tuple[date, date]) -> str:
    return f"{days[0]:%Y-%m-%d} – {days[1]:%Y-%m-%d}"


def _row(line: Line, site: Site, *, on_paper: bool = False) -> dict[str, Any]:
    ticket = placed(line.ticket)

    def moment(at: datetime | None) -> str:
        if at is None:
            return ""
        return f"{at.astimezone(site.zone):%m-%d %H:%M}" if on_paper else moments.short(at, site.zone)

    def fact(name: str) -> dict[str, str]:
        found = line.facts.get(name)
        return {"at": moment(found.at), "who": found.who, "text": found.text} if found else {}

    return {
        "number": ticket.number,
        "url": ticket.url,
        "round": ticket.round,
        "received": moment(ticket.received_at),
        "who": ticket.who,
        "room": ticket.unit.room if ticket.unit else "",
        "matter": ticket.description if on_paper else title_of(ticket.description),
        "category": str(ticket.category or ""),
        "severity": ticket.severity,
        "severity_word": ticket.get_severity_display(),
        "bars": shown.bars_of(ticket),
        "department": str(ticket.department or ""),
        "signed": fact(SIGNED),
        "handled": fact(HANDLED),
        "returned": fact(RETURNED),
        "told": fact(TOLD) | {"how": _how(line)} if TOLD in line.facts else {},
        "callback": _callback(line),
        "due": moment(line.due_at),
        "kept": line.kept,
        "kept_word": dict(dispositions.HOW_KEPT).get(line.kept, ""),
        "first": _as_first_set(line, moment(line.first_due_at)),
        "status": ticket.get_status_display(),
    }


def _as_first_set(line: Line, due: str) -> str:
    """Where more time was granted both results stand: as approved, and as first set."""
    if line.first_due_at is None:
        return ""
    words = dict(dispositions.HOW_KEPT).get(line.kept_at_first, "")
    return _("as first set: %(due)s %(kept)s") % {"due": due, "kept": words}


def _how(line: Line) -> str:
    told = line.facts[TOLD]
    if told.kind == EventKind.DECLINED:
        return str(EventKind.DECLINED.label)
    how = told.details.get("how")
    return str(How(how).label) if how in How.values else ""


def _callback(line: Line) -> str:
    if line.callback is None:
        return ""
    if line.callback.satisfaction:
        return _("%(score)s of 5 points") % {"score": line.callback.satisfaction}
    return str(line.callback.get_outcome_display())


def _with_day(at: datetime, site: Site) -> str:
    return f"{at.astimezone(site.zone):%Y-%m-%d %H:%M}"


def _columns() -> list[str]:
    return [
        _("Number"), _("Received"), _("Kind"), _("Severity"), _("Category"), _("Resident"), _("Unit"),
        _("What happened"), _("Status"), pgettext("register", "Round"), _("Department"), _("Signed at"), _("Signed by"),
        _("Handled at"), _("Result"), _("Form returned at"), _("Told at"), _("Told by"), _("How"),
        _("What the resident said"), _("Callback"), _("Limit"), _("Within the limit?"), _("Limit as first set"),
        _("Within it?"),
    ]  # fmt: skip


def _cells(lines: Iterator[Line], site: Site) -> Iterator[list[Any]]:
    # Once for all lines: Django looks a label up, and translates all of its neighbours, each time it is asked.
    words = {value: str(label) for value, label in dispositions.HOW_KEPT}
    kinds, severities, statuses = (
        {value: str(label) for value, label in choices.choices} for choices in (Kind, Severity, Status)
    )
    for line in lines:
        ticket = placed(line.ticket)
        facts = {name: line.facts.get(name) for name in (SIGNED, HANDLED, RETURNED, TOLD)}
        at = {name: _with_day(fact.at, site) if fact else "" for name, fact in facts.items()}
        signed, handled, told = facts[SIGNED], facts[HANDLED], facts[TOLD]
        yield [
            ticket.number,
            _with_day(ticket.received_at, site),
            kinds[ticket.kind],
            severities[ticket.severity],
            str(ticket.category or ""),
            ticket.who,
            ticket.unit.room if ticket.unit else "",
            phones.masked_in(ticket.description),
            statuses[ticket.status],
            ticket.round,
            str(ticket.department or ""),
            at[SIGNED],
            signed.who if signed else "",
            at[HANDLED],
            phones.masked_in(handled.text) if handled else "",
            at[RETURNED],
            at[TOLD],
            told.who if told else "",
            _how(line) if told else "",
            phones.masked_in(str(told.details.get("said", ""))) if told else "",
            _callback(line),
            _with_day(line.due_at, site) if line.due_at else "",
            words.get(line.kept, ""),
            _with_day(line.first_due_at, site) if line.first_due_at else "",
            words.get(line.kept_at_first, ""),
        ]

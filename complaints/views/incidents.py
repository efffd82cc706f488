"""Incidents 突发事件: a ticket's own page of it, and the list of those who answer for the house (C16)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from complaints import services
from complaints.errors import Refusal
from complaints.models import Incident, Ticket, TicketTimer
from complaints.services.incidents import WRITERS
from complaints.states import Severity, Target
from complaints.views import shown
from complaints.views.asking import desk_and_leaders, user_of
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.promises.models import TimerState

PAGE = 50
LONGEST_AGO = timedelta(days=366)
TARGETS = (Target.INCIDENT_REPORT, Target.WRITTEN_REPORT)


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


class MarkForm(forms.Form):
    what = forms.CharField(label=gettext_lazy("What happened"), max_length=4000, widget=_area())
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When it happened (empty: unknown, from now)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_happened_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["happened_at"]
        if moment and moment > timezone.now():
            raise ValidationError(_("This lies in the future."))
        if moment and moment < timezone.now() - LONGEST_AGO:
            raise ValidationError(_("This is more than a year ago. Please look at the date."))
        return moment


class ReportForm(forms.Form):
    to = forms.CharField(label=gettext_lazy("To whom in the company it was reported"), max_length=200)
    to_group = forms.CharField(
        label=gettext_lazy("To whom in the group's property department (major ones)"), max_length=200, required=False
    )


class WrittenForm(forms.Form):
    cause = forms.CharField(label=gettext_lazy("Cause"), max_length=4000, widget=_area())
    course = forms.CharField(label=gettext_lazy("Course"), max_length=4000, widget=_area())
    measures = forms.CharField(label=gettext_lazy("Measures"), max_length=4000, required=False, widget=_area())
    losses = forms.CharField(label=gettext_lazy("Losses"), max_length=4000, required=False, widget=_area(2))


FORMS: dict[str, type[forms.Form]] = {"mark": MarkForm, "report": ReportForm, "write": WrittenForm}
TITLES = {
    "mark": gettext_lazy("Mark as an incident"),
    "report": gettext_lazy("Reported to the company"),
    "write": gettext_lazy("Written report to the general manager"),
}


@login_required
@desk_and_leaders
@never_cache
@require_http_methods(["GET", "POST"])
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """What is known of it, and the form that is this person's next."""
    user = user_of(request)
    ticket = get_object_or_404(Ticket.objects.visible_to(user).select_related("site", "unit"), number=number)
    found = Incident.objects.filter(ticket=ticket).select_related("written_by").first()
    if request.method == "GET":
        return _page(request, ticket, found)
    do = request.POST.get("do", "")
    if do not in FORMS or do not in _whose(user, ticket):
        raise PermissionDenied
    form = FORMS[do](request.POST)
    if not form.is_valid():
        return _page(request, ticket, found, do, form, status=422)
    try:
        _take(do, ticket, form.cleaned_data, user)
    except Refusal as refusal:
        return _page(request, ticket, found, do, form, problem=refusal.user_message, status=409)
    messages.success(request, _("%(number)s: saved.") % {"number": number}, extra_tags="ok")
    return redirect(f"{ticket.url}incident/")


def _whose(user: User, ticket: Ticket) -> set[str]:
    mine = {"mark", "report"} if user.scope.holds(DESK, ticket.site_id) else set()
    return mine | ({"write"} if user.scope.holds(WRITERS, ticket.site_id) else set())


def _take(do: str, ticket: Ticket, typed: dict[str, Any], user: User) -> None:
    if do == "mark":
        severity = Severity(typed["severity"])
        services.mark_incident(ticket.pk, typed["what"], severity, by=user, happened_at=typed["happened_at"])
    elif do == "report":
        services.report_incident(ticket.pk, typed["to"], typed["to_group"], by=user)
    else:
        services.write_incident_report(ticket.pk, **typed, by=user)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    found: Incident | None,
    refused: str = "",
    form: forms.Form | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    due = _due(ticket, found) & _whose(user, ticket)
    blanks = {do: FORMS[do](initial=_initial(do, ticket, found)) for do in FORMS if do in due | {refused} - {""}}
    if form is not None:
        blanks[refused] = form
    words = shown.Words(now)
    timers = TicketTimer.objects.filter(ticket=ticket, target__in=TARGETS).exclude(state=TimerState.CANCELLED)
    context = {
        "ticket": ticket,
        "incident": found,
        "problem": problem,
        "timers": [_timer_line(timer, words, ticket) for timer in timers.order_by("pk")],
        "forms": [
            {"do": do, "title": TITLES[do], "form": blank, "errors": _errors(blank)} for do, blank in blanks.items()
        ],
    }
    return render(request, "complaints/incident.html", context, status=status)


def _due(ticket: Ticket, found: Incident | None) -> set[str]:
    """The forms that have a use now."""
    if found is None:
        return set() if ticket.is_over else {"mark"}
    forms_due = set() if found.reported_at else {"report"}
    return forms_due | ({"write"} if found.is_major else set())


def _initial(do: str, ticket: Ticket, found: Incident | None) -> dict[str, Any]:
    if do == "write" and found is not None:
        return {name: getattr(found, name) for name in ("cause", "course", "measures", "losses")}
    return {"what": ticket.description, "severity": ticket.severity, "happened_at": ticket.occurred_at}


def _errors(form: forms.Form) -> list[tuple[str, str]]:
    return [(f"id_{name}", str(said)) for name, found in form.errors.items() for said in found]


def _timer_line(timer: TicketTimer, words: shown.Words, ticket: Ticket) -> dict[str, Any]:
    left = words.left(timer.due_at, timer.started_at, timer.warn_at)
    return {
        "name": Target(timer.target).label,
        "running": timer.state == TimerState.RUNNING,
        "late": timer.breached_at is not None,
        "due_at": timer.due_at,
        "met_at": timer.met_at,
        "left": left,
        "clock": shown.clock_attributes(left, ticket.site.zone),
    }


@login_required
@desk_and_leaders
@never_cache
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, and what is still missing of each."""
    found = Incident.objects.visible_to(user_of(request)).select_related("ticket__site", "ticket__unit")
    page = Paginator(found.order_by("-noticed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "incident": one,
            "severity_word": str(Severity(one.severity).label),
            "bars": shown.BARS[Severity(one.severity)],
            "unreported": one.reported_at is None,
            "unwritten": one.is_major and one.written_at is None,
        }
        for one in page.object_list
    ]
    return render(request, "complaints/incidents.html", {"lines": lines, "pager": page})

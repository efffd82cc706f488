"""Common issues 共性投诉 (C18): their list, one with its callers and its one message, and what owners read of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints import services
from complaints.dispositions import YEARS
from complaints.errors import Refusal
from complaints.models import Callback, CommonIssue, IssueTicket, Ticket
from complaints.models.issues import TOLD
from complaints.services import WAYS, How
from complaints.services.issues import PUBLISHERS, Told
from complaints.states import OVER, Status
from complaints.views import shown
from complaints.views.known import family
from portal.organization.models import User
from portal.organization.roles import DESK, MANAGEMENT
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from portal.pages.houses import site_of

PAGE = 20
MOST_OPEN = 50
MOST_CALLERS = 500
MOST_CANDIDATES = 50
LOOKS_BACK = timedelta(days=30)
SEE_ISSUES = DESK | MANAGEMENT


class AttachForm(forms.Form):
    """An open issue, or the title of a new one."""

    issue = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    title = forms.CharField(max_length=80, required=False)


class OutcomeForm(forms.Form):
    how = forms.ChoiceField(choices=WAYS, required=False)
    text = forms.CharField(max_length=4000, required=False)
    title = forms.CharField(max_length=80, required=False)


@only_for(SEE_ISSUES)
@never_cache
@require_GET
def issues(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = CommonIssue.objects.visible_to(user).select_related("category", "department").with_counts()
    page = request.GET.get("page", "")
    closed = visible.exclude(closed_at=None).order_by("-closed_at", "-pk")
    context = {
        "open": [_line(one) for one in visible.open().order_by("-opened_at", "-pk")[:MOST_OPEN]],
        "page_of": (page_of := Paginator(closed, PAGE).get_page(page if page.isascii() else 1)),
        "closed": [_line(one) for one in page_of],
    }
    return render(request, "complaints/issues.html", context)


def _line(issue: CommonIssue) -> dict[str, Any]:
    zone = site_of(issue.site_id).zone
    return {
        "issue": issue,
        "opened": moments.short(issue.opened_at, zone),
        "closed": moments.short(issue.closed_at, zone) if issue.closed_at else "",
        "waiting": issue.calling - issue.told,  # type: ignore[attr-defined]
    }


@only_for(SEE_ISSUES)
@never_cache
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Its callers; a POST adds some, takes one out, tells the outcome or publishes it."""
    user = user_of(request)
    found = get_object_or_404(CommonIssue.objects.visible_to(user), pk=issue_id)
    if request.method == "GET":
        return _page(request, found)
    act = ACTS.get(request.POST.get("do", ""))
    form = OutcomeForm(request.POST)
    if act is None or not form.is_valid():
        said = [words for errors in form.errors.values() for words in errors]
        return _page(request, found, said[0] if said else _("Choose what to do with it."), status=422)
    try:
        words = act(found, user, request, form.cleaned_data)
    except Refusal as refusal:
        return _page(request, found, refusal.user_message, status=409)
    messages.success(request, words, extra_tags="ok")
    return redirect(found.url)


def _add(found: CommonIssue, user: User, request: HttpRequest, typed: dict[str, Any]) -> str:
    picked = request.POST.getlist("ticket")[:MOST_CANDIDATES]
    tickets = Ticket.objects.visible_to(user).filter(number__in=[one[:24].replace("\0", "") for one in picked])
    for ticket in tickets.order_by("pk"):
        services.join_issue(ticket.pk, found.pk, by=user)
    return ngettext("%(count)d caller added.", "%(count)d callers added.", len(tickets)) % {"count": len(tickets)}


def _leave(found: CommonIssue, user: User, request: HttpRequest, typed: dict[str, Any]) -> str:
    number = request.POST.get("number", "")[:24].replace("\0", "")
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    services.leave_issue(ticket.pk, found.pk, by=user)
    return _("%(number)s is no longer part of it.") % {"number": ticket.number}


def _tell(found: CommonIssue, user: User, request: HttpRequest, typed: dict[str, Any]) -> str:
    told = services.tell_callers(found.pk, How(typed["how"] or How.MESSAGE), typed["text"], by=user)
    request.session[f"told:{found.pk}"] = [list(one) for one in told]
    done = sum(not one.problem for one in told)
    return ngettext("%(count)d caller told.", "%(count)d callers told.", done) % {"count": done}


def _publish(found: CommonIssue, user: User, request: HttpRequest, typed: dict[str, Any]) -> str:
    today = timezone.localdate(timezone=site_of(found.site_id).zone)
    services.publish_issue(found.pk, typed["text"], on=today, by=user, title=typed["title"])
    return _("It stands in the month's list for owners.")


ACTS: dict[str, Callable[[CommonIssue, User, HttpRequest, dict[str, Any]], str]] = {
    "add": _add,
    "leave": _leave,
    "tell": _tell,
    "publish": _publish,
}


def _page(request: HttpRequest, found: CommonIssue, problem: str = "", status: int = 200) -> HttpResponse:
    user, zone = user_of(request), site_of(found.site_id).zone
    callers = list(Ticket.objects.filter(in_issue__issue=found).with_people().order_by("pk")[:MOST_CALLERS])
    calls = {one.ticket_id: one for one in Callback.objects.filter(ticket__in=callers).order_by("round")}
    at_desk = user.scope.holds(DESK, found.site_id)
    words = shown.Words(timezone.now())
    context = {
        "issue": found,
        "problem": problem,
        "typed": request.POST.get("text", "")[:4000].replace("\0", ""),
        "callers": [
            {
                "ticket": one,
                "received": moments.short(one.received_at, zone),
                "ready": one.status == Status.RESOLVED and not one.waits_for_form,
                "told": one.status in TOLD,
                "status": words.step_of(one),
                "callback": _callback(calls.get(one.pk)),
                "may_leave": at_desk and one.status not in OVER | TOLD,
            }
            for one in callers
        ],
        "ready": sum(one.status == Status.RESOLVED and not one.waits_for_form for one in callers),
        "candidates": _candidates(found, user) if at_desk and found.closed_at is None else [],
        "how": WAYS,
        "default_how": How.MESSAGE,
        "how_word": dict(How.choices).get(found.how, ""),
        "closed": moments.short(found.closed_at, zone) if found.closed_at else "",
        "at_desk": at_desk,
        "may_publish": user.scope.holds(PUBLISHERS, found.site_id),
        "results": [Told(*one) for one in request.session.pop(f"told:{found.pk}", [])],
    }
    return render(request, "complaints/issue.html", context, status=status)


def _callback(callback: Callback | None) -> str:
    if callback is None:
        return ""
    return str(callback.get_outcome_display()) if callback.finished_at else pgettext("callback", "due")


def _candidates(found: CommonIssue, user: User) -> list[Ticket]:
    """Open tickets of the same category that are part of no issue, the newest first."""
    if found.category is None:
        return []
    alike = Ticket.objects.visible_to(user).open().filter(family(found.category), site=found.site_id, in_issue=None)
    newest = alike.filter(received_at__gte=timezone.now() - LOOKS_BACK).with_people().order_by("-received_at", "-pk")
    return list(newest[:MOST_CANDIDATES])


@only_for(DESK)
@never_cache
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """From the ticket: into an open issue, or into a new one."""
    user = user_of(request)
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    form = AttachForm(request.POST)
    try:
        if not form.is_valid():
            problem = next(iter(form.errors.values()))[0]
        elif form.cleaned_data["issue"]:
            known = get_object_or_404(CommonIssue.objects.visible_to(user), pk=form.cleaned_data["issue"])
            return redirect(services.join_issue(ticket.pk, known.pk, by=user).url)
        else:
            return redirect(services.open_issue(ticket.pk, form.cleaned_data["title"], by=user).url)
    except CommonIssue.DoesNotExist:
        problem = _("That issue belongs to another site.")
    except Refusal as refusal:
        problem = refusal.user_message
    from complaints.views.cases import similar_page

    return similar_page(request, ticket, problem, status=409 if form.is_valid() else 422)


def issue_of(user: User, ticket: Ticket) -> dict[str, Any]:
    """What a ticket's side shows: the issue it is part of, or those that the desk may put it into."""
    link = IssueTicket.objects.filter(ticket=ticket).select_related("issue").first()
    if link is not None:
        return {"of": link.issue, "linked": user.scope.holds(SEE_ISSUES, ticket.site_id)}
    if not user.scope.holds(DESK, ticket.site_id) or ticket.status in OVER:
        return {}
    open_ones = CommonIssue.objects.visible_to(user).open().filter(site=ticket.site_id)
    return {"open": list(open_ones.order_by("-opened_at")[:MOST_OPEN]), "may_attach": True}


@only_for(SEE_ISSUES)
@never_cache
@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """What owners read of one month, on paper."""
    user, today = user_of(request), timezone.localdate()
    field = forms.DateField(input_formats=["%Y-%m"])
    try:
        month = field.clean(request.GET.get("month") or f"{today:%Y-%m}")
    except forms.ValidationError:
        month = today
    first = (month if month.year in YEARS else today).replace(day=1)
    found = CommonIssue.objects.visible_to(user).filter(published_on__gte=first, published_on__lt=_next(first))
    context = {
        "month": f"{first:%Y-%m}",
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{_next(first):%Y-%m}",
        "issues": [(one, site_of(one.site_id)) for one in found.order_by("site", "published_on", "pk")],
        "back": "/common-issues/",
    }
    return render(request, "complaints/issues_published.html", context)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)

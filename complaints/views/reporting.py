"""Reporting as a colleague (C26): what anybody of the house saw, from the own start page; the desk dispatches it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints import services
from complaints.errors import Refusal
from complaints.menu import SEE_TICKETS
from complaints.models import Category, Ticket
from complaints.remembered import categories
from complaints.services import Report
from complaints.states import EventKind, Kind, ReportChannel
from complaints.views.asking import user_of
from complaints.views.correction import home_called
from complaints.views.drafting import REPORT, bring_in
from portal.drafts import services as drafts
from portal.drafts.shown import FormDraft, of_form
from portal.organization.models import Site, User
from portal.organization.roles import Role
from portal.pages import moments
from portal.pages.asking import only_for
from portal.pages.houses import sites

WHERE = "/tickets/report/"
EVERYBODY = frozenset(Role)
MOST_LISTED = 20
KINDS = (Kind.SERVICE_REQUEST, Kind.COMPLAINT, Kind.SUGGESTION, Kind.HELP)
CHANNELS = (ReportChannel.INSPECTION, ReportChannel.VISIT, ReportChannel.BAR, ReportChannel.COUNTER)


class ColleagueForm(forms.Form):
    """What was seen, and where; who reports it is whoever is signed in."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    site = forms.TypedChoiceField(
        label=gettext_lazy("Site"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(one.value, one.label) for one in KINDS], widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("On what occasion"),
        choices=[(one.value, one.label) for one in CHANNELS],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    description = forms.CharField(
        label=gettext_lazy("What you saw"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    place = forms.CharField(
        label=gettext_lazy("Where"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A common place, a piece of equipment, or a home such as 3-2-1801."),
    )

    def __init__(self, *args: Any, here: list[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = [(site.pk, site.name) for site in here]  # type: ignore[attr-defined]
        self.fields["site"].initial = here[0].pk
        if len(here) == 1:
            self.fields["site"].widget = forms.HiddenInput()
        coarse = [(one.code, str(one)) for one in categories().values() if one.parent_id is None]
        self.fields["category"].choices = [("", _("The desk decides")), *coarse]  # type: ignore[attr-defined]


@only_for(EVERYBODY)
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    here = _sites_of(user)
    if not here:
        messages.info(request, _("There is no site yet. An administrator sets one up first."), extra_tags="soon")
        return redirect("pages:me")
    if request.method == "GET":
        draft = of_form(user, REPORT)
        start = {"request_key": uuid.uuid4(), "kind": Kind.SERVICE_REQUEST, "channel": _usual_channel(user)}
        return _page(request, ColleagueForm(initial={**start, **draft.words}, here=here), draft)
    form = ColleagueForm(request.POST, here=here)
    files_refused = bring_in(request, user, REPORT)
    sent = of_form(user, REPORT).without_offer()
    if files_refused or not form.is_valid():
        return _page(request, form, sent, files_refused, status=422)
    try:
        ticket = _register(user, form.cleaned_data, sites()[form.cleaned_data["site"]])
    except Refusal as refusal:
        return _page(request, form, sent, refusal.user_message, status=409)
    said = _("%(number)s is registered: the front desk sends it on.") % {"number": ticket.number}
    messages.success(request, said, extra_tags="ok")
    return redirect(WHERE)


def _register(user: User, said: dict[str, Any], site: Site) -> Ticket:
    category: Category | None = categories().get(said["category"])
    unit, _unclear = home_called(said["place"], site.pk)  # anything else is a place, and stands there as typed
    seen = Report(
        site=site,
        kind=Kind(said["kind"]),
        channel=ReportChannel(said["channel"]),
        description=said["description"],
        category=category,
        unit=unit,
        colleague=user,
        visitor_name=user.name,
        place=said["place"],
        request_key=said["request_key"],
    )
    with transaction.atomic():
        files = drafts.use_up(user, REPORT)
        ticket = services.register_ticket(seen, by=user)
        services.attach_to_step(ticket.pk, files, by=user, kind=EventKind.REGISTERED)
        if ticket.version == 1:
            services.keep_registration(ticket, by=user)
    return ticket


def _sites_of(user: User) -> list[Site]:
    everywhere, mine = user.scope.sites_as(EVERYBODY)
    return [site for site in sites().values() if everywhere or site.pk in mine]


def _usual_channel(user: User) -> ReportChannel:
    return ReportChannel.BAR if user.scope.holds({Role.BAR_ATTENDANT, Role.SALESPERSON}) else ReportChannel.INSPECTION


def _page(
    request: HttpRequest, form: ColleagueForm, draft: FormDraft, problem: str = "", status: int = 200
) -> HttpResponse:
    user = user_of(request)
    mine = Ticket.objects.filter(colleague=user).select_related("site").order_by("-received_at", "-pk")
    seen = user.scope.holds(SEE_TICKETS)
    context = {
        "form": form,
        "draft": draft,
        "problem": problem,
        "errors": [(f"id_{name}", said) for name, found in form.errors.items() for said in found],
        "mine": [
            {
                "number": one.number,
                "url": one.url if seen else "",
                "title": one.title,
                "status": one.get_status_display(),
                "at": moments.with_today(one.received_at, one.site.zone),
                "iso": moments.iso(one.received_at),
            }
            for one in mine[:MOST_LISTED]
        ],
    }
    return render(request, "complaints/report.html", context, status=status)

"""The suggestion box 意见箱 (N2): opening it, slip by slip, and when it was opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints import services
from complaints.errors import Refusal
from complaints.models import BoxOpening
from complaints.remembered import categories
from complaints.services import Slip
from complaints.services.box import missed_weeks
from complaints.states import Kind
from complaints.views.party import own_site
from portal.drafts import services as drafts
from portal.drafts.shown import FormDraft, of_form
from portal.organization.models import Site, User
from portal.organization.roles import DESK, MANAGEMENT
from portal.pages.asking import only_for, user_of
from portal.pages.houses import site_of
from residents.finding import one_home
from residents.models import Unit

SEE_THE_BOX = DESK | MANAGEMENT
ROWS_AT_FIRST, MORE_ROWS, MOST_ROWS = 3, 3, 12
MOST_LISTED = 30
WEEKS_BACK = 12
DRAFT = "suggestion-box"


class SlipForm(forms.Form):
    """One slip. A row without words is none."""

    text = forms.CharField(
        label=pgettext_lazy("slip", "What it says"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.SUGGESTION,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    category = forms.ChoiceField(
        label=gettext_lazy("Category"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    room = forms.CharField(
        label=pgettext_lazy("slip", "Room, if it says"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(
        label=pgettext_lazy("slip", "Name, if it says"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        coarse = [(one.code, str(one)) for one in categories().values() if one.parent_id is None]
        self.fields["category"].choices = [("", "–"), *coarse]  # type: ignore[attr-defined]

    def clean_room(self) -> Unit | None:
        if not self.cleaned_data["room"].strip():
            return None
        return one_home(self.cleaned_data["room"], Unit.objects.filter(site=self.site))

    @property
    def slip(self) -> Slip | None:
        said = self.cleaned_data
        if not said.get("text"):  # a row left as it came
            return None
        category = categories().get(said["category"])
        return Slip(said["text"], Kind(said["kind"]), category, said["room"], said["name"])


class OpeningForm(forms.Form):
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    opened_on = forms.DateField(
        label=gettext_lazy("Opened on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


SlipFormSet = forms.formset_factory(SlipForm, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


@only_for(SEE_THE_BOX)
@never_cache
@require_http_methods(["GET", "POST"])
def box(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    site = _site(user)
    if request.method == "GET" or not user.scope.holds(DESK, site.pk):
        status = 200 if request.method == "GET" else 403
        return _page(request, site, *_fresh(user, site), of_form(user, DRAFT), status=status)
    opening, slips = OpeningForm(request.POST), SlipFormSet(request.POST, prefix="slip", form_kwargs={"site": site})
    sent = of_form(user, DRAFT).without_offer()
    if "more" in request.POST:
        return _page(request, site, opening, _longer(request, site), sent)
    if not (opening.is_valid() and slips.is_valid()):
        odd = _("This page was out of date. Look at it again, then decide.") if slips.non_form_errors() else ""
        return _page(request, site, opening, slips, sent, odd, status=422)
    try:
        with transaction.atomic():
            drafts.use_up(user, DRAFT)
            said = [form.slip for form in slips if form.slip]
            found = services.open_box(
                site,
                said,
                on=opening.cleaned_data["opened_on"],
                request_key=opening.cleaned_data["request_key"],
                by=user,
            )
    except Refusal as refusal:
        return _page(request, site, opening, slips, sent, refusal.user_message, status=409)
    count = found.tickets.count()
    words = ngettext("The box was opened: %(count)d slip.", "The box was opened: %(count)d slips.", count)
    messages.success(request, words % {"count": count}, extra_tags="ok")
    return redirect("/suggestion-box/")


def _site(user: User) -> Site:
    """The desk's own; a manager's first."""
    everywhere, mine = user.scope.sites_as(SEE_THE_BOX)
    return own_site(user) if everywhere or user.scope.holds(DESK) else site_of(min(mine))


def _fresh(user: User, site: Site) -> tuple[OpeningForm, Any]:
    words = of_form(user, DRAFT).words
    rows = words.get("slip-TOTAL_FORMS", "")
    count = min(int(rows), MOST_ROWS) if rows.isascii() and rows.isdigit() and len(rows) < 4 else ROWS_AT_FIRST
    today = timezone.localdate(timezone=site.zone)
    kept = [{name: words.get(f"slip-{n}-{name}", "") for name in SlipForm.base_fields} for n in range(count)]
    initial = [row | {"kind": row["kind"] or Kind.SUGGESTION} for row in kept]
    opened = words.get("opened_on") or today
    return (
        OpeningForm(initial={"request_key": uuid4(), "opened_on": opened}),
        SlipFormSet(prefix="slip", initial=initial, form_kwargs={"site": site}),
    )


def _longer(request: HttpRequest, site: Site) -> Any:
    """The same rows with some more, for who sends the form without script."""
    typed = request.POST.copy()
    rows = SlipFormSet(request.POST, prefix="slip", form_kwargs={"site": site}).total_form_count()
    typed["slip-TOTAL_FORMS"] = str(min(rows + MORE_ROWS, MOST_ROWS))
    for n in range(rows, MOST_ROWS):
        typed.setdefault(f"slip-{n}-kind", Kind.SUGGESTION)
    return SlipFormSet(typed, prefix="slip", form_kwargs={"site": site})


def _page(
    request: HttpRequest,
    site: Site,
    opening: OpeningForm,
    slips: Any,
    draft: FormDraft,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user, today = user_of(request), timezone.localdate(timezone=site.zone)
    openings = BoxOpening.objects.visible_to(user).filter(site=site).select_related("opened_by")
    said = [(opening[name].id_for_label, words) for name, found in opening.errors.items() for words in found]
    if slips.is_bound:
        said += [
            (form[name].id_for_label, words)
            for form in slips
            for name, found in form.errors.items()
            for words in found
            if name in form.fields
        ]
    context = {
        "site": site,
        "opening": opening,
        "slips": slips,
        "errors": said,
        "problem": problem,
        "draft": draft,
        "may_open": user.scope.holds(DESK, site.pk),
        "may_grow": slips.total_form_count() < MOST_ROWS,
        "openings": openings.prefetch_related("tickets").order_by("-opened_on", "-pk")[:MOST_LISTED],
        "missed": [(monday, monday + timedelta(days=6)) for monday in missed_weeks(site.pk, today, WEEKS_BACK)],
    }
    return render(request, "complaints/box.html", context, status=status)

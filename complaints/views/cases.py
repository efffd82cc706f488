"""The case library 案例库 (C17): its list, one case with its history, writing one, and what is like a ticket."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from complaints import services
from complaints.errors import Refusal, Stale
from complaints.models import LibraryCase, Ticket
from complaints.models.cases import CASE_TEXTS
from complaints.remembered import categories
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.issues import issue_of
from complaints.views.known import MOST_ALIKE
from portal.drafts import services as drafts
from portal.drafts.shown import of_form
from portal.organization.roles import LEADERSHIP
from portal.pages.houses import department_of, departments

PAGE = 20


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class CaseForm(forms.Form):
    """The fields of a case, by the names of CASE_TEXTS."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=pgettext_lazy("case", "Title"), max_length=80)
    cause = _text(gettext_lazy("Cause"))
    lesson = _text(gettext_lazy("Lesson"))
    corrective = _text(gettext_lazy("Corrective action"))
    preventive = _text(gettext_lazy("Preventive action"))


class LibraryForm(forms.Form):
    """What narrows the library. A value that is none of those offered does not narrow."""

    q = forms.CharField(max_length=60, required=False)
    category = forms.CharField(max_length=30, required=False)
    department = forms.CharField(max_length=30, required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)

    def usable(self) -> dict[str, Any]:
        self.full_clean()
        return dict.fromkeys(self.fields, "") | getattr(self, "cleaned_data", {})


@login_required
@who_see_tickets
@never_cache
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    asked = LibraryForm(request.GET).usable()
    found = LibraryCase.objects.visible_to(user_of(request)).select_related("category", "department")
    if asked["q"]:
        found = found.matching(asked["q"])
    if asked["category"]:
        found = found.filter(category__in=_family(asked["category"]))
    if asked["department"]:
        found = found.filter(department__code=asked["department"])
    page = Paginator(found.order_by("-written_at", "-pk"), PAGE).get_page(asked["page"] or 1)
    kept = {name: asked[name] for name in ("q", "category", "department") if asked[name]}
    context = {
        "page_of": page,
        "query": urlencode(kept),
        "asked": asked,
        "categories": [(one.code, str(one)) for one in categories().values() if one.parent_id is None],
        "departments": list({one.code: str(one) for one in departments().values()}.items()),
        "tab": "cases",
        "sees_repeats": user_of(request).scope.holds(LEADERSHIP),
    }
    return render(request, "complaints/cases.html", context)


def _family(code: str) -> list[int]:
    """The category of that code and the finer ones below it."""
    return [one.pk for one in categories().values() if one.code == code or (one.parent and one.parent.code == code)]


@login_required
@who_see_tickets
@never_cache
@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    user = user_of(request)
    visible = LibraryCase.objects.visible_to(user)
    found = get_object_or_404(visible.select_related("category", "department", "written_by"), pk=case_id)
    ticket = Ticket.objects.visible_to(user).filter(pk=found.ticket_id).first()
    versions = list(found.versions.select_related("by").order_by("-number"))
    labels = {name: LibraryCase._meta.get_field(name).verbose_name for name in CASE_TEXTS}
    context = {
        "case": found,
        "texts": [(labels[name], getattr(found, name)) for name in CASE_TEXTS[1:]],
        "ticket": ticket,
        "may_write": ticket is not None and services.may_write_case(user, ticket),
        "versions": [
            {"one": one, "texts": [(labels[name], one.words.get(name, "")) for name in CASE_TEXTS]} for one in versions
        ],
    }
    return render(request, "complaints/case.html", context)


@login_required
@who_see_tickets
@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a ticket's case: its first wording, or the next."""
    user = user_of(request)
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    found = LibraryCase.objects.filter(ticket=ticket).first()
    if not services.may_write_case(user, ticket):
        raise PermissionDenied
    key = f"case:{number}"
    if request.method == "GET":
        draft = of_form(user, key)
        typed = {name: getattr(found, name) for name in CASE_TEXTS} if found else {"title": ticket.title}
        initial = {**typed, **draft.words, "version": found.version if found else ""}
        return _form_page(request, ticket, CaseForm(initial=initial), draft)
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _form_page(request, ticket, form, of_form(user, key).without_offer(), status=422)
    try:
        with transaction.atomic():
            drafts.use_up(user, key)
            knew = form.cleaned_data["version"] or 0
            saved = services.write_case(ticket.pk, form.cleaned_data, by=user, version=knew)
    except Refusal as refusal:
        now = found.version if isinstance(refusal, Stale) and found else None
        return _form_page(
            request, ticket, form, of_form(user, key).without_offer(), refusal.user_message, version=now, status=409
        )
    messages.success(request, _("The case stands in the library."), extra_tags="ok")
    return redirect(saved.url)


def _form_page(
    request: HttpRequest,
    ticket: Ticket,
    form: CaseForm,
    draft: Any,
    problem: str = "",
    *,
    version: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """``version``: after somebody else's wording, which the next sending then replaces knowingly."""
    context = {
        "ticket": ticket,
        "form": form,
        "draft": draft,
        "problem": problem,
        "version": form["version"].value() if version is None else version,
        "theirs": LibraryCase.objects.filter(ticket=ticket).first() if version is not None else None,
        "fields": [form[name] for name in CASE_TEXTS],
    }
    return render(request, "complaints/case_form.html", context, status=status)


@login_required
@who_see_tickets
@never_cache
@require_GET
def similar(request: HttpRequest, number: str) -> HttpResponse:
    """Beside a ticket: its own case, and three that are like it. A fragment, and a page of its own without script."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user_of(request)), number=number)
    return similar_page(request, ticket)


def similar_page(request: HttpRequest, ticket: Ticket, problem: str = "", status: int = 200) -> HttpResponse:
    user = user_of(request)
    cases = LibraryCase.objects.visible_to(user)
    own = cases.filter(ticket=ticket).first()
    alike = cases.exclude(ticket=ticket).like(ticket.description, ticket.category_id)
    if ticket.department_id is not None:
        alike = alike.filter(department__code=department_of(ticket.department_id).code)
    context = {
        "ticket": ticket,
        "own": own,
        "may_write": services.may_write_case(user, ticket),
        "alike": list(alike[:MOST_ALIKE]),
        "common": issue_of(user, ticket),
        "problem": problem,
        "typed": request.POST.get("title", "")[:80].replace("\0", ""),
    }
    name = "_similar" if request.htmx else "similar"  # type: ignore[attr-defined]
    return render(request, f"complaints/{name}.html", context, status=status)

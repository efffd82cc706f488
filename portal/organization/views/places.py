"""Company, sites, departments: the same pages in the settings and in the set-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.organization.errors import Refused
from portal.organization.forms import CompanyForm, DepartmentForm, NewDepartmentForm, SiteForm
from portal.organization.models import Company, Department, Site
from portal.organization.services import places
from portal.organization.views.asking import administrators, problems
from portal.organization.views.frames import frame_of, settings_frame


def _saved(request: HttpRequest) -> HttpResponse:
    """Back to the page itself, which says so; in the set-up the way on stands below it."""
    messages.success(request, _("Saved."), extra_tags="ok")
    return redirect(request.path)


def _show(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    context = {**frame_of(request.path), "form": form, "errors": problems(form), **more}
    return render(request, f"portal/settings/{template}.html", context, status=422 if form.errors else 200)


@administrators
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, instance=Company.objects.order_by("pk").first())
    if request.method == "POST" and form.is_valid():
        places.save_company(**form.cleaned_data, request=request)
        return _saved(request)
    return _show(request, "company", form)


@administrators
@require_http_methods(["GET", "POST"])
def sites(request: HttpRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            places.add_site(**form.cleaned_data, request=request)
        except Refused as refusal:
            form.add_error(None, refusal.user_message)
        else:
            return _saved(request)
    return _show(request, "sites", form, sites=list(Site.objects.all()), company=Company.objects.exists())


@administrators
@require_http_methods(["GET", "POST"])
def site(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Site, pk=pk)
    form = SiteForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        places.change_site(pk, **form.cleaned_data, request=request)
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect("organization:sites")
    return _show(request, "place", form, **settings_frame("/settings/sites/"), heading=f"{found.name} {found.code}")


@administrators
@require_http_methods(["GET", "POST"])
def departments(request: HttpRequest) -> HttpResponse:
    """Those of each site; where usual ones are missing they are proposed, on a new site ticked."""
    if request.method == "POST" and "take" in request.POST:
        return _take(request)
    form = NewDepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        found = said.pop("site")
        if places.add_departments(found.pk, [said], request=request):
            return _saved(request)
        form.add_error("code", _("This site has a department of that code already."))
    found_sites = list(Site.objects.prefetch_related("departments"))
    return _show(request, "departments", form, sites=[_proposal(one) for one in found_sites])


def _proposal(found: Site) -> dict[str, Any]:
    there = {one.code for one in found.departments.all()}
    return {
        "pk": found.pk,
        "name": found.name,
        "departments": list(found.departments.all()),
        "usual": [
            {"code": code, "name": name, "name_en": name_en, "ticked": not there}
            for code, name, name_en in places.USUAL_DEPARTMENTS
            if code not in there
        ],
    }


def _take(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("site", "")
    found = get_object_or_404(Site, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    taken, outside = set(request.POST.getlist("take")), set(request.POST.getlist("outside"))
    wanted = [
        {"code": code, "name": name, "name_en": name_en, "outside_firm": code in outside}
        for code, name, name_en in places.USUAL_DEPARTMENTS
        if code in taken
    ]
    places.add_departments(found.pk, wanted, request=request)
    return _saved(request)


@administrators
@require_http_methods(["GET", "POST"])
def department(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Department.objects.select_related("site"), pk=pk)
    form = DepartmentForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        places.change_department(pk, **form.cleaned_data, request=request)
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect("organization:departments")
    return _show(
        request, "place", form, **settings_frame("/settings/departments/"), heading=f"{found.site.name} · {found}"
    )

"""Goals 目标 (P4): the settings page of the shares and numbers that the house wants to reach."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.organization.models import Site
from portal.organization.views.asking import administrators, problems
from portal.organization.views.frames import settings_frame
from reports import goals

PAGE = "/settings/goals/"


class GoalsForm(forms.Form):
    """A field for each goal; of a site it may stay empty, and says what holds then."""

    def __init__(self, *args: Any, site: Site | None, **kwargs: Any) -> None:
        of_company = goals.goals_of(None)
        super().__init__(*args, initial=goals.goals_of(site) if site else _shipped() | of_company, **kwargs)
        for code, aim in goals.AIMS.items():
            usual = of_company.get(code, aim.shipped)
            self.fields[code] = forms.IntegerField(
                label=capfirst(aim.label),
                min_value=aim.least,
                max_value=aim.most,
                required=site is None,
                help_text=_("Empty: the company's, %(amount)s.") % {"amount": usual} if site else "",
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (str(title), [self[code] for code, aim in goals.AIMS.items() if aim.model is model])
            for model, title in goals.TITLES.items()
        ]


def _shipped() -> dict[str, int]:
    return {code: aim.shipped for code, aim in goals.AIMS.items()}


@administrators
@require_http_methods(["GET", "POST"])
def of_company(request: HttpRequest) -> HttpResponse:
    return _page(request, None)


@administrators
@require_http_methods(["GET", "POST"])
def of_site(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(Site, pk=pk))


def _page(request: HttpRequest, site: Site | None) -> HttpResponse:
    form = GoalsForm(request.POST or None, site=site)
    if request.method == "POST" and form.is_valid():
        goals.set_goals(site, form.cleaned_data, request=request)
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect(request.path)
    context = {
        **settings_frame(PAGE),
        "form": form,
        "errors": problems(form),
        "address": request.path,
        "places": [(PAGE, _("The company"), site is None, False)]
        + [(f"{PAGE}{one.pk}/", one.name, one == site, True) for one in Site.objects.order_by("pk")],
    }
    return render(request, "reports/goals.html", context, status=422 if form.errors else 200)

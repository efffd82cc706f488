"""Where a supervisor or an administrator keeps tables, menu, stock, hats and checklists as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bar_service.errors import Refused
from bar_service.models import Bar, BarTable, CheckItem, Gear, Product, StockItem
from bar_service.roles import KEEP
from bar_service.services import keeping
from bar_service.views.asking import bars_of
from portal.organization.models import User
from portal.pages.asking import only_for, user_of
from portal.pages.houses import sites

DAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """``bar`` is set by the view: its uniqueness is the service's to say."""

    def validate_constraints(self) -> None:
        """The database's, in the service's words."""


class BarForm(RowForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Open on"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Bar
        fields = ("name", "servings_per_seat", "weekdays")


class TableForm(RowForm):
    class Meta:
        model = BarTable
        fields = ("kind", "name", "name_en", "seats", "smoking", "rank")


class ProductForm(RowForm):
    """With a field for each thing in stock: what one serving uses."""

    class Meta:
        model = Product
        fields = ("kind", "name", "name_en", "method", "method_en", "rank")
        widgets: ClassVar = {
            "method": forms.Textarea(attrs={"rows": 2}),
            "method_en": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, bar: Bar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = {line.item_id: line.amount for line in self.instance.recipe.all()} if self.instance.pk else {}
        for item in StockItem.objects.filter(bar=bar, retired_at=None, is_cup=False):
            label = _("%(item)s in a serving, %(unit)s") % {"item": item, "unit": item.unit_words}
            self.fields[f"uses_{item.pk}"] = forms.IntegerField(
                label=label, min_value=0, max_value=100_000, required=False, initial=used.get(item.pk)
            )

    @property
    def recipe(self) -> dict[int, int]:
        said = self.cleaned_data
        return {int(name[5:]): said[name] or 0 for name in said if name.startswith("uses_")}


class StockItemForm(RowForm):
    class Meta:
        model = StockItem
        fields = ("name", "name_en", "unit", "unit_en", "is_cup", "rank")


class GearForm(RowForm):
    class Meta:
        model = Gear
        fields = ("kind", "size", "number")


class LineForm(RowForm):
    class Meta:
        model = CheckItem
        fields = ("number", "text", "text_en")


class OpenBarForm(forms.Form):
    site = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("name"), max_length=40)


@dataclass(frozen=True)
class Kept:
    """One kind of row: its page, its form, and how a row is said in a line."""

    label: str | Promise
    model: type[models.Model]
    form: type[RowForm]
    line: Callable[[Any], str]
    fixed: tuple[tuple[str, str], ...] = ()


KEPT: dict[str, Kept] = {
    "tables": Kept(
        pgettext_lazy("bar", "Tables"),
        BarTable,
        TableForm,
        lambda one: _("%(kind)s, %(seats)d seats") % {"kind": one.get_kind_display(), "seats": one.seats},
    ),
    "products": Kept(
        pgettext_lazy("bar", "Menu and recipe cards"),
        Product,
        ProductForm,
        lambda one: one.method_words,
    ),
    "stock": Kept(pgettext_lazy("bar", "Things in stock"), StockItem, StockItemForm, lambda one: one.unit_words),
    "gear": Kept(gettext_lazy("Hats and boots"), Gear, GearForm, lambda one: one.size),
    "open": Kept(
        CheckItem.Checklist.OPEN.label, CheckItem, LineForm, lambda one: f"{one.number}", (("checklist", "open"),)
    ),
    "close": Kept(
        CheckItem.Checklist.CLOSE.label, CheckItem, LineForm, lambda one: f"{one.number}", (("checklist", "close"),)
    ),
    "patrol": Kept(
        CheckItem.Checklist.PATROL.label, CheckItem, LineForm, lambda one: f"{one.number}", (("checklist", "patrol"),)
    ),
}


@only_for(KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The bars of one's sites; where there is none it is opened here."""
    user = user_of(request)
    bars = {bar.site_id: bar for bar in bars_of(user) if user.scope.holds(KEEP, bar.site_id)}
    mine = [site for site in sites().values() if user.scope.holds(KEEP, site.pk)]
    form, problem, status = OpenBarForm(request.POST or None), "", 200
    if request.method == "POST":
        site = next((one for one in mine if form.is_valid() and one.pk == form.cleaned_data["site"]), None)
        if form.is_valid() and site is None:
            raise Http404
        if site is not None:
            keeping.open_bar(site.pk, form.cleaned_data["name"], by=user)
            messages.success(request, _("Saved."), extra_tags="ok")
            return redirect("/bar/settings/")
        problem, status = _("Give the bar a name."), 422
    places = [{"site": site, "bar": bars.get(site.pk), "typed": form.data.get("name", "")} for site in mine]
    return render(request, "bar_service/settings.html", {"places": places, "problem": problem}, status=status)


@only_for(KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def bar_itself(request: HttpRequest, pk: int) -> HttpResponse:
    bar = _bar(user_of(request), pk)
    return _edit(request, bar, "", bar, BarForm(request.POST or None, instance=bar))


@only_for(KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def rows(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Every row in use, those retired below, and the form for a new one."""
    bar, kept = _bar(user_of(request), pk), _kept(what)
    row = kept.model(bar=bar, **dict(kept.fixed))
    return _edit(request, bar, what, row, _form(kept, request, row, bar))


@only_for(KEEP)
@never_cache
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int, what: str, row_pk: int) -> HttpResponse:
    """One row: changed, retired, or brought back."""
    user = user_of(request)
    bar, kept = _bar(user, pk), _kept(what)
    found = get_object_or_404(kept.model._default_manager.filter(bar=bar, **dict(kept.fixed)), pk=row_pk)
    do = request.POST.get("do", "")
    if do in {"retire", "back"}:
        try:
            (keeping.retire if do == "retire" else keeping.bring_back)(bar.pk, found, by=user)
        except Refused as refusal:
            return _page(request, bar, what, found, _form(kept, None, found, bar), refusal.words, 409)
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect(f"/bar/settings/{bar.pk}/{what}/")
    return _edit(request, bar, what, found, _form(kept, request, found, bar))


def _edit(request: HttpRequest, bar: Bar, what: str, row: models.Model, form: RowForm) -> HttpResponse:
    if request.method == "GET":
        return _page(request, bar, what, row, form)
    if not form.is_valid():
        return _page(request, bar, what, row, form, status=422)
    recipe = form.recipe if isinstance(form, ProductForm) else None
    try:
        keeping.save_row(bar.pk, form.save(commit=False), by=user_of(request), recipe=recipe)
    except Refused as refusal:
        return _page(request, bar, what, row, form, refusal.words, 409)
    messages.success(request, _("Saved."), extra_tags="ok")
    return redirect(f"/bar/settings/{bar.pk}/{what}/" if what else "/bar/settings/")


def _page(
    request: HttpRequest, bar: Bar, what: str, row: models.Model, form: RowForm, problem: str = "", status: int = 200
) -> HttpResponse:
    kept = KEPT.get(what)
    in_use, retired = _listed(bar, kept) if kept is not None and row.pk is None else ([], [])
    context = {
        "bar": bar,
        "what": what,
        "heading": kept.label if kept else bar.name,
        "tabs": [(code, one.label) for code, one in KEPT.items()],
        "row": row,
        "form": form,
        "problem": problem,
        "lines": in_use,
        "retired": retired,
        "can_retire": bool(row.pk and what and getattr(row, "retired_at", None) is None),
    }
    return render(request, "bar_service/settings_rows.html", context, status=status)


def _listed(bar: Bar, kept: Kept) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    found = kept.model._default_manager.filter(bar=bar, **dict(kept.fixed))
    lines = [{"row": one, "words": kept.line(one), "retired": one.retired_at} for one in found]  # type: ignore[attr-defined]
    return [one for one in lines if not one["retired"]], [one for one in lines if one["retired"]]


def _form(kept: Kept, request: HttpRequest | None, row: models.Model, bar: Bar) -> RowForm:
    typed = (request.POST or None) if request is not None else None
    if issubclass(kept.form, ProductForm):
        return kept.form(typed, instance=row, bar=bar)
    return kept.form(typed, instance=row)


def _kept(what: str) -> Kept:
    if what not in KEPT:
        raise Http404
    return KEPT[what]


def _bar(user: User, pk: int) -> Bar:
    bar = get_object_or_404(Bar.objects.visible_to(user).select_related("site"), pk=pk)
    if not user.scope.holds(KEEP, bar.site_id):
        raise Http404
    return bar


__all__ = ["bar_itself", "row", "rows", "settings"]

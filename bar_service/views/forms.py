"""The shape of each press: what comes with it. Rules are the services'."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bar_service.models import CheckItem, Party
from bar_service.states import ActKind
from portal.organization.models import User

MOST = 2**31 - 1
K = ActKind


def _id(*, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=MOST, required=required, widget=forms.HiddenInput)


def _number(label: Any, most: int, initial: int | None = None, *, least: int = 0) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, initial=initial, widget=widget)


def _words(label: Any, most: int, *, required: bool = False, listed: str = "") -> forms.CharField:
    attrs = {"class": "form-control", "autocomplete": "off"} | ({"list": listed} if listed else {})
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


class TableForm(forms.Form):
    table = _id()


class SeatForm(TableForm):
    size = _number(_("people"), 40, 2, least=1)
    brought_by = forms.IntegerField(min_value=1, max_value=MOST, required=False)

    def clean_brought_by(self) -> User | None:
        pk = self.cleaned_data["brought_by"]
        found = User.objects.filter(pk=pk, is_active=True).first() if pk else None
        if pk and found is None:
            raise forms.ValidationError(_("Nobody of that name sells here."))
        return found


class NoDrinksForm(TableForm):
    reason = forms.ChoiceField(choices=Party.NoDrinks.choices)


class OrderForm(TableForm):
    product = _id()
    quantity = forms.IntegerField(min_value=1, max_value=40, required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class CancelForm(TableForm):
    order = _id()


class GearForm(forms.Form):
    gear = _id()


class LendForm(GearForm):
    to = _words(_("name"), 40)


class NameForm(GearForm):
    to = _words(_("name"), 40, required=True)


class ItemForm(forms.Form):
    item = _id()
    amount = _number(pgettext_lazy("stock", "how many"), 1_000_000, least=1)


class PurchaseForm(ItemForm):
    expires_on = forms.DateField(
        label=_("best before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def clean_expires_on(self) -> date | None:
        found: date | None = self.cleaned_data["expires_on"]
        if found is not None and found.year > 2200:
            raise forms.ValidationError(_("Please look at the date."))
        return found


class WasteForm(ItemForm):
    reason = _words(_("why"), 100)


class CountForm(forms.Form):
    item = _id()
    counted = _number(pgettext_lazy("stock", "counted"), 1_000_000)


class LineForm(forms.Form):
    checklist = forms.ChoiceField(choices=CheckItem.Checklist.choices)
    item = _id()


class ChecklistForm(forms.Form):
    checklist = forms.ChoiceField(choices=CheckItem.Checklist.choices)


class SignForm(ChecklistForm):
    """The guard's own number and password; who it is the view finds out."""

    remarks = _words(_("Remarks"), 300)
    guard_number = _words(_("Night guard's staff number"), 40, required=True)
    guard_password = forms.CharField(
        label=_("Night guard's password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class PatrolForm(forms.Form):
    place = _id()


class EnquireForm(forms.Form):
    text = _words(_("What they ask"), 300, required=True)
    answer = _words(_("Answer, if you know it"), 300)
    pass_to = forms.IntegerField(min_value=1, max_value=MOST, required=False)
    table = _id(required=False)

    def clean_pass_to(self) -> User | None:
        pk = self.cleaned_data["pass_to"]
        return User.objects.filter(pk=pk, is_active=True).first() if pk else None


class AnswerForm(forms.Form):
    enquiry = _id()
    answer = _words(_("Answer"), 300, required=True)


class AskForm(forms.Form):
    size = _number(_("people"), 40, 4)
    vip = forms.BooleanField(label=_("VIP room"), required=False)
    hats = _number(_("hard hats"), 40, 0)
    hat_size = _words(_("hat size"), 6, listed="sizes-hat")
    boots = _number(_("rain boots"), 40, 0)
    boots_size = _words(_("boot size"), 6, listed="sizes-boots")
    note = _words(_("drinks and other wishes"), 200)
    minutes = _number(_("in how many minutes"), 720, 10)


class RequestForm(forms.Form):
    request = _id()


class UndoForm(forms.Form):
    act = _id()


FORMS: dict[ActKind, type[forms.Form]] = {
    **dict.fromkeys((K.OFFER, K.SERVE, K.REFILL, K.ASHTRAY, K.ROUND, K.LEAVE, K.CLEAR), TableForm),
    **dict.fromkeys((K.RETURN, K.CLEAN, K.DAMAGE, K.LOSE), GearForm),
    **dict.fromkeys((K.TICK, K.UNTICK), LineForm),
    **dict.fromkeys((K.READY, K.WITHDRAW), RequestForm),
    K.SEAT: SeatForm,
    K.NO_DRINKS: NoDrinksForm,
    K.ORDER: OrderForm,
    K.CANCEL: CancelForm,
    K.LEND: LendForm,
    K.NAME: NameForm,
    K.PURCHASE: PurchaseForm,
    K.WASTE: WasteForm,
    K.COUNT: CountForm,
    K.SIGN: SignForm,
    K.FINISH: ChecklistForm,
    K.PATROL: PatrolForm,
    K.ENQUIRE: EnquireForm,
    K.ANSWER: AnswerForm,
    K.ASK: AskForm,
    K.UNDO: UndoForm,
}

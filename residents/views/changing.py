"""The forms that change the archive: one small page each, the same with and without script."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.organization.models import User
from portal.organization.roles import DESK
from portal.pages.asking import only_for, user_of
from residents import services
from residents.errors import Refused
from residents.forms import (
    IdentityForm,
    LastDayForm,
    MoveInForm,
    NoteForm,
    NumberForm,
    ResidentForm,
    UnitForm,
    VehicleForm,
)
from residents.models import Relation, Resident, Unit
from residents.services import Newcomer
from residents.views.archive import resident_url, unit_url, visible_resident, visible_unit

Subject = Any  # a Unit or a Resident: each table below names one
Said = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A form and the service that it feeds. ``of``: the relation in which a row of the subject is named (``?of=``)."""

    title: str | Promise
    form: type[forms.Form]
    apply: Callable[[Subject, Said, int, User], object]
    initial: Callable[[Subject], Said] = lambda _subject: {}
    of: str = ""


class NoFields(forms.Form):
    """Asks once, naming the thing."""


def _newcomer(said: Said) -> Newcomer:
    return Newcomer(
        name=said["name"],
        relation=Relation(said["relation"]),
        form_of_address=said["form_of_address"],
        numbers=[said["number"]] if said["number"] else [],
        since=said["since"],
    )


def _of_resident(resident: Resident) -> Said:
    quiet = resident.do_not_call[0] if resident.do_not_call else {"start": None, "end": None}
    return {name: getattr(resident, name) for name in ("name", "form_of_address", "birthday", "contact", "remarks")} | {
        "quiet_from": quiet["start"],
        "quiet_to": quiet["end"],
    }


def _change_resident(resident: Resident, form: Said, _of: int, by: User) -> object:
    return services.change_resident(resident.pk, form, by=by)


UNIT: dict[str, Change] = {
    "move-in": Change(
        gettext_lazy("Add a person"),
        MoveInForm,
        lambda unit, said, _of, by: services.move_in(unit.pk, _newcomer(said), by=by),
        lambda _unit: {"relation": Relation.OWNER},
    ),
    "move-out": Change(
        gettext_lazy("Move out"),
        LastDayForm,
        lambda _unit, said, of, by: services.move_out(of, said["until"], by=by),
        of="residences",
    ),
    "note": Change(
        gettext_lazy("Staff note"),
        NoteForm,
        lambda unit, said, _of, by: services.write_note(unit.pk, said["text"], said["until"], said["review_on"], by=by),
    ),
    "end-note": Change(
        gettext_lazy("End the note"), NoFields, lambda _unit, _said, of, by: services.end_note(of, by=by), of="notes"
    ),
    "vehicle": Change(
        gettext_lazy("Add a vehicle"),
        VehicleForm,
        lambda unit, said, _of, by: services.add_vehicle(unit.pk, said["plate"], said["space"], by=by),
    ),
    "end-vehicle": Change(
        gettext_lazy("Vehicle gone"),
        LastDayForm,
        lambda _unit, said, of, by: services.end_vehicle(of, said["until"], by=by),
        of="vehicles",
    ),
    "change": Change(
        gettext_lazy("Change the unit"),
        UnitForm,
        lambda unit, said, _of, by: services.change_unit(unit.pk, said, by=by),
        lambda unit: {name: getattr(unit, name) for name in ("status", "area", "layout", "use", "remarks")},
    ),
}
RESIDENT: dict[str, Change] = {
    "change": Change(gettext_lazy("Change the person"), ResidentForm, _change_resident, _of_resident),
    "phone": Change(
        gettext_lazy("Add a phone"),
        NumberForm,
        lambda resident, said, _of, by: services.add_number(resident.pk, said["number"], by=by),
    ),
    "drop-phone": Change(
        gettext_lazy("Phone no longer theirs"),
        NoFields,
        lambda _resident, _said, of, by: services.drop_number(of, by=by),
        of="phones",
    ),
    "identity": Change(
        gettext_lazy("Identity number"),
        IdentityForm,
        lambda resident, said, _of, by: services.set_identity(resident.pk, said["number"], by=by),
    ),
    "sign-out": Change(
        gettext_lazy("Phone lost: sign out of the app"),
        NoFields,
        lambda resident, _said, _of, by: services.sign_out_of_app(resident.pk, by=by),
    ),
}


@only_for(DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def change_unit(request: HttpRequest, unit_uuid: uuid.UUID, slug: str) -> HttpResponse:
    unit = visible_unit(user_of(request), unit_uuid)
    if not user_of(request).scope.holds(DESK, site_id=unit.site_id):
        raise Http404
    return _change(request, UNIT[slug], unit, f"{unit_url(unit.uuid)}", unit.room)


@only_for(DESK)
@never_cache
@require_http_methods(["GET", "POST"])
def change_resident(request: HttpRequest, resident_uuid: uuid.UUID, slug: str) -> HttpResponse:
    resident = visible_resident(user_of(request), resident_uuid)
    return _change(request, RESIDENT[slug], resident, resident_url(resident.uuid), resident.name)


def _change(request: HttpRequest, change: Change, subject: Unit | Resident, back: str, name: str) -> HttpResponse:
    of = _row_of(request, change, subject)
    form = change.form(request.POST if request.method == "POST" else None, initial=change.initial(subject))
    if request.method == "POST" and form.is_valid():
        said = form.changes(subject) if isinstance(form, ResidentForm) else form.cleaned_data
        try:
            change.apply(subject, said, of, user_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            messages.success(request, _("Done: %(what)s.") % {"what": change.title}, extra_tags="ok")
            return redirect(back)
    context = {
        "form": form,
        "title": change.title,
        "name": name,
        "back": back,
        "of": of or "",
        "fields": bool(form.fields),
    }
    return render(request, "residents/change.html", context, status=422 if form.errors else 200)


def _row_of(request: HttpRequest, change: Change, subject: Unit | Resident) -> int:
    """The row that the change is about, which has to be one of this very subject; 0 where it is about none."""
    if not change.of:
        return 0
    asked = (request.POST if request.method == "POST" else request.GET).get("of", "")
    row = asked if asked.isascii() and asked.isdigit() and len(asked) < 19 else "0"
    if not getattr(subject, change.of).filter(pk=row).exists():
        raise Http404
    return int(row)

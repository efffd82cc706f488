"""The form that corrects a ticket 更正, and what it changes in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from complaints.forms import FURTHEST_WISH_DAYS, VersionForm
from complaints.models import Ticket
from complaints.remembered import categories
from complaints.services.correcting import Facts, changes_of, facts_of
from complaints.states import Kind, Severity
from portal.pages.houses import departments_at
from residents import phones
from residents.finding import homes_named, several_homes
from residents.models import Contact, Relation, Residence, Unit

NAMES: dict[str, str | Promise] = {
    "kind": _("Kind"),
    "category": _("Category"),
    "severity": _("Severity"),
    "unit": _("Unit"),
    "resident": _("Resident"),
    "visitor_name": _("Caller's name"),
    "visitor_phone": _("Caller's phone"),
    "description": _("What happened"),
    "occurred_at": _("When it happened"),
    "place": _("Where"),
    "about": _("Person or department complained about"),
    "demand": _("What the resident asks for"),
    "contact": _("Prefers to be reached by"),
    "wished_on": _("Wished date"),
}
TEXTS = ("visitor_name", "description", "place", "about", "demand")


def _select(label: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.Select(attrs={"class": "form-select"}), **options)


def _area(label: Any, most: int, rows: int = 2, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options)


class CorrectForm(VersionForm):
    """Everything that was written down at the reception, as it stands. A home of several people asks who it was."""

    kind = _select(NAMES["kind"], choices=Kind.choices)
    category = _select(NAMES["category"], required=False)
    room = forms.CharField(
        label=NAMES["unit"], max_length=60, required=False, help_text=_("Whole, such as 3-2-1801; empty for no home.")
    )
    reporter = forms.CharField(
        label=_("Who reports"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    visitor_name = forms.CharField(label=NAMES["visitor_name"], max_length=60, required=False)
    visitor_phone = forms.CharField(label=NAMES["visitor_phone"], max_length=20, required=False)
    no_phone = forms.BooleanField(label=_("Take the caller's phone out"), required=False)
    description = _area(NAMES["description"], 4000, 3)
    occurred_at = forms.DateTimeField(
        label=NAMES["occurred_at"],
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label=NAMES["place"], max_length=200, required=False)
    about = forms.CharField(label=NAMES["about"], max_length=200, required=False)
    demand = _area(NAMES["demand"], 1000, required=False)
    contact = _select(NAMES["contact"], choices=[("", _("As on file")), *Contact.choices], required=False)
    wished_on = forms.DateField(
        label=NAMES["wished_on"],
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What you write here counts as agreed with the resident."),
    )
    text = _area(_("Why it is corrected"), 1000)

    def __init__(self, *args: Any, ticket: Ticket, initial: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, initial={**_as_it_stands(ticket), **initial}, **kwargs)
        self.ticket = ticket
        self.fields["category"].choices = _categories(ticket)  # type: ignore[attr-defined]
        self.unclear = ""
        self.unit = ticket.unit
        typed = str((self.data if self.is_bound else self.initial).get("room", "") or "")
        if typed.strip() != (ticket.unit.room if ticket.unit else ""):
            self.unit, self.unclear = home_called(typed, ticket.site_id)
        self.people = _people_of(self.unit, ticket)
        self.fields["reporter"].widget.choices = [  # type: ignore[attr-defined]
            ("", _("nobody of the register")),
            *((str(pk), words) for pk, words in self.people.items()),
        ]
        if ticket.visitor_phone:
            kept = _now("Now %(phone)s; empty leaves it.") % {"phone": phones.masked(ticket.visitor_phone)}
            self.fields["visitor_phone"].help_text = kept
        else:
            del self.fields["no_phone"]

    def clean_room(self) -> str:
        if self.unclear:
            raise ValidationError(self.unclear)
        return str(self.cleaned_data["room"])

    def clean_visitor_phone(self) -> str:
        typed: str = self.cleaned_data["visitor_phone"]
        try:
            return phones.normalized(typed) if typed else ""
        except ValueError:
            raise ValidationError(_("This is no phone number. Ask for it again, or leave it empty.")) from None

    def clean_occurred_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["occurred_at"]
        was = self.ticket.occurred_at
        if moment is not None and was is not None and moment == was.replace(second=0, microsecond=0):
            return was  # the field shows no seconds
        now = timezone.now()
        if moment is not None and moment > now:
            raise ValidationError(_("This lies in the future."))
        if moment is not None and moment < now - timedelta(days=366):
            raise ValidationError(_("This is more than a year ago. Please look at the date."))
        return moment

    def clean_wished_on(self) -> date | None:
        wished: date | None = self.cleaned_data["wished_on"]
        today = timezone.now().astimezone(self.ticket.site.zone).date()
        new = wished is not None and wished != self.ticket.wished_on
        if new and wished is not None and not today <= wished <= today + timedelta(days=FURTHEST_WISH_DAYS):
            raise ValidationError(_("Choose a date from today to %(days)d days ahead.") % {"days": FURTHEST_WISH_DAYS})
        return wished

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        chosen = self._reporter(said)
        if not self.errors:
            said["facts"] = self._facts(said, chosen)
        return said

    def _reporter(self, said: dict[str, Any]) -> int | None:
        """One of the home; where another home was written down, its only one."""
        chosen = str(said.get("reporter", ""))
        if not chosen or self.unclear:
            return None
        if chosen.isascii() and chosen.isdigit() and int(chosen[:18]) in self.people:
            return int(chosen)
        if len(self.people) == 1:
            return next(iter(self.people))
        if self.people:
            self.add_error("reporter", _("Choose who of this home it was."))
        return None

    def _facts(self, said: dict[str, Any], reporter: int | None) -> Facts:
        was = facts_of(self.ticket)
        texts = {name: _same(said[name], getattr(was, name)) for name in TEXTS}
        phone = "" if said.get("no_phone") else said["visitor_phone"] or was.visitor_phone
        resident = was.resident
        if reporter != (was.resident.pk if was.resident else None):
            lives = Residence.objects.filter(unit=self.unit, resident=reporter).select_related("resident").first()
            resident = lives.resident if lives else None
        return Facts(
            kind=Kind(said["kind"]),
            category=categories().get(said["category"]),
            unit=self.unit,
            resident=resident,
            visitor_phone=phone,
            occurred_at=said["occurred_at"],
            contact=said["contact"],
            wished_on=said["wished_on"],
            **texts,
        )


def _same(typed: str, was: str) -> str:
    """What stands there already, where only line ends and spaces around it differ."""
    return was if typed.split() == was.split() else typed


def _as_it_stands(ticket: Ticket) -> dict[str, Any]:
    same = ("kind", "visitor_name", "description", "occurred_at", "place", "about", "demand", "contact", "wished_on")
    return {name: getattr(ticket, name) for name in same} | {
        "category": ticket.category.code if ticket.category else "",
        "room": ticket.unit.room if ticket.unit else "",
        "reporter": str(ticket.resident_id or ""),
    }


def _categories(ticket: Ticket) -> list[Any]:
    """Coarse ones, each with its finer ones below it; none only where the ticket has none yet."""
    found = list(categories().values())
    finer: dict[int, list[tuple[str, str]]] = {}
    for one in found:
        if one.parent_id is not None:
            finer.setdefault(one.parent_id, []).append((one.code, f"· {one}"))
    listed: list[Any] = [] if ticket.category_id else [("", _("not chosen yet"))]
    for one in found:
        if one.parent_id is None:
            listed += [(one.code, str(one)), *finer.get(one.pk, [])]
    return listed


def _people_of(unit: Unit | None, ticket: Ticket) -> dict[int, str]:
    """Who lives there now, and whom the ticket names already where the home is the same."""
    found: dict[int, str] = {}
    if ticket.resident is not None and unit == ticket.unit:
        found[ticket.resident.pk] = ticket.resident.name
    if unit is not None:
        living = Residence.objects.current(timezone.localdate()).filter(unit=unit).select_related("resident")
        for one in living.order_by("pk"):
            found[one.resident_id] = f"{one.resident.name} ({Relation(one.relation).label})"
    return found


def home_called(text: str, site_id: int) -> tuple[Unit | None, str]:
    """The one home that is written like this, part by part; or why not. Nothing written is no home."""
    if not text.strip():
        return None, ""
    homes = homes_named(text.replace("\0", ""), Unit.objects.filter(site=site_id))
    if len(homes) == 1:
        return homes[0], ""
    if homes:
        return None, several_homes(text, homes)
    return None, _now("There is no home %(room)s at this site.") % {"room": text.strip()}


def changes_in_words(found: Ticket, typed: dict[str, Any]) -> list[str]:
    """What the form would change, and what it would not do by itself."""
    facts: Facts = typed["facts"]
    said = [line_of(one) for one in changes_of(facts_of(found), facts)]
    warning = department_warning(found, typed)
    return [*said, warning] if warning else said


def department_warning(found: Ticket, typed: dict[str, Any]) -> str:
    """Another category does not send the form to another department; that it may be another's is said."""
    facts: Facts = typed["facts"]
    if found.department is None or facts.category is None or facts.category == found.category:
        return ""
    code = facts.category.department_code
    ought = next((one for one in departments_at(found.site_id) if one.code == code), None)
    if ought is None or ought.pk == found.department_id:
        return ""
    return _now("By its category this is for %(ought)s; it stays with %(has)s until you transfer it.") % {
        "ought": ought,
        "has": found.department,
    }


def line_of(change: dict[str, str]) -> str:
    """ "Category: Lift → Water": one of the changes that the history keeps."""
    name = change.get("field", "")
    return _now("%(what)s: %(more)s") % {
        "what": NAMES.get(name, name),
        "more": f"{_word(name, change.get('old', ''))} → {_word(name, change.get('new', ''))}",
    }


def lines_of(details: dict[str, Any], *, but: Iterable[str] = ()) -> str:
    """All of an entry's changes as one line, but for those fields."""
    left_out = frozenset(but)
    shown = [line_of(one) for one in details.get("changes", []) if one.get("field") not in left_out]
    return pgettext("between changes", "; ").join(shown)


def _word(name: str, code: str) -> str:
    if not code:
        return pgettext("corrected", "none")
    if name == "category":
        return str(categories().get(code, code))
    if name in {"kind", "severity", "contact"}:
        return str(dict({"kind": Kind, "severity": Severity, "contact": Contact}[name].choices).get(code, code))
    if name == "visitor_phone":
        return phones.masked(code)
    if name == "occurred_at":
        return date_format(timezone.localtime(datetime.fromisoformat(code)), "Y-m-d H:i")
    return code

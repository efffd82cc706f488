"""What salespeople ask for, what guests ask, and the patrol (B8)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from bar_service.errors import NotHere, Refused
from bar_service.models import BarTable, CheckItem, Enquiry, SalesRequest
from bar_service.promised import Target
from bar_service.services.change import Change
from portal.invisible import is_blank
from portal.organization.models import User
from portal.organization.roles import Role

LONGEST_WAIT = 12 * 60  # minutes
MOST_ITEMS = 40


def ask_for(
    change: Change,
    size: int = 0,
    vip: bool = False,
    hats: int = 0,
    hat_size: str = "",
    boots: int = 0,
    boots_size: str = "",
    note: str = "",
    minutes: int = 10,
) -> None:
    """A party of four, two hats size L, in ten minutes; the promise runs to that moment."""
    if not (size or hats or boots or not is_blank(note)):
        raise Refused(_("What do you need?"))
    if not (0 <= minutes <= LONGEST_WAIT and max(size, hats, boots) <= MOST_ITEMS):
        raise Refused(_("That is too much, or too far ahead."))
    wanted_at = change.at + timedelta(minutes=minutes)
    request = SalesRequest(
        bar=change.bar,
        by=change.by,
        asked_at=change.at,
        wanted_at=wanted_at,
        size=size,
        vip=vip,
        hats=hats,
        hat_size=hat_size,
        boots=boots,
        boots_size=boots_size,
        note=note.strip()[:200],
        matter=change.matter(change.by.name),
    )
    change.make(request)
    change.about = f"request:{request.pk}"
    change.begin(Target.SALES_REQUEST, request.matter, change.at, wanted_at)
    change.tell_role(
        Role.BAR_ATTENDANT, "request", f"request:{request.pk}", label=change.by.name, at=wanted_at.isoformat()
    )


def make_ready(change: Change, request: int) -> None:
    found = _request(change, request)
    change.meet(found.matter)
    change.set(found, ready_at=change.at, ready_by_id=change.by.pk)
    change.tell(
        [found.by_id],
        "request_ready",
        f"ready:{found.pk}:{change.now.timestamp():.0f}",
        label=change.by.name,
        at=found.wanted_at.isoformat(),
    )


def withdraw_request(change: Change, request: int) -> None:
    """By whoever asked; what is ready already is fetched or not."""
    found = _request(change, request)
    if found.by_id != change.by.pk:
        raise NotHere(_("There is no such request."))
    change.cancel(found.matter, "withdrawn")
    change.set(found, withdrawn_at=change.at)


def note_enquiry(
    change: Change, text: str, answer: str = "", pass_to: User | None = None, table: int | None = None
) -> None:
    """A guest's question: answered here, or passed to sales, who hear of it at once."""
    words, said = text.strip()[:300], answer.strip()[:300]
    if not words:
        raise Refused(_("What do they ask?"))
    if bool(said) == (pass_to is not None):
        raise Refused(_("Write the answer, or name who of sales answers."))
    if pass_to is not None and not pass_to.scope.holds({Role.SALESPERSON}, change.bar.site_id):
        raise Refused(_("Nobody of that name sells here."))
    where = BarTable.objects.filter(bar=change.bar, pk=table).first() if table else None
    enquiry = Enquiry(
        bar=change.bar,
        table=where,
        text=words,
        answer=said,
        asked_at=change.at,
        asked_by=change.by,
        passed_to=pass_to,
        answered_at=change.at if said else None,
        answered_by=change.by if said else None,
    )
    change.make(enquiry)
    change.about, change.words = f"enquiry:{enquiry.pk}", words
    if pass_to is not None:
        change.tell([pass_to.pk], "enquiry", f"enquiry:{enquiry.pk}", label=change.by.name)


def answer_enquiry(change: Change, enquiry: int, answer: str) -> None:
    """By the bar, or by whom of sales it was passed to."""
    found = Enquiry.objects.filter(bar=change.bar, pk=enquiry, withdrawn_at=None).first()
    is_of_sales_alone = not change.by.scope.holds({Role.BAR_ATTENDANT, Role.SUPERVISOR}, change.bar.site_id)
    if found is None or (is_of_sales_alone and found.passed_to_id != change.by.pk):
        raise NotHere(_("There is no such enquiry."))
    if found.answered_at is not None:
        raise Refused(_("This is answered already."))
    said = answer.strip()[:300]
    if not said:
        raise Refused(_("Write the answer."))
    change.about, change.words = f"enquiry:{found.pk}", said
    change.set(found, answer=said, answered_at=change.at, answered_by_id=change.by.pk)


def patrol(change: Change, place: int) -> None:
    """Hall, terrace, scale model 沙盘: looked at while nobody needs anything."""
    found = CheckItem.objects.filter(bar=change.bar, checklist=CheckItem.Checklist.PATROL, pk=place, retired_at=None)
    item = found.first()
    if item is None:
        raise NotHere(_("There is no such place."))
    change.about, change.words = f"patrol:{item.pk}", item.text


def _request(change: Change, request: int) -> SalesRequest:
    found = SalesRequest.objects.select_related("matter").filter(bar=change.bar, pk=request).first()
    if found is None or found.withdrawn_at is not None:
        raise NotHere(_("There is no such request."))
    if found.ready_at is not None:
        raise Refused(_("This is ready already."))
    change.about = f"request:{found.pk}"
    return found

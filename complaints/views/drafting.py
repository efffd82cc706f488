"""The drafts of the ticket's and the counter's forms: their keys, their places, and who is writing just now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints import services
from complaints.models import Ticket
from complaints.views.steps import COMPOSERS, SPECS, StepSpec, Take
from portal.drafts import services as drafts
from portal.drafts.models import Draft
from portal.drafts.places import FormPlace
from portal.files.models import StoredFile
from portal.files.refusals import FileRefused
from portal.organization.models import User

REGISTER = "register"
REPORT = "report"
WRITING_FOR = timedelta(seconds=90)  # since the last save: somebody who thinks for a minute is still writing


def key_of(number: str, slug: str) -> str:
    return f"ticket:{number}:{slug}"


def of_ticket(number: str) -> str:
    return f"ticket:{number}:"


def ticket_place(rest: str) -> FormPlace | None:
    found = re.fullmatch(r"([A-Za-z0-9]{1,6}-[0-9]{8}-[0-9]{4,9}):([a-z-]+)", rest)
    if found is None or found[2] not in SPECS or SPECS[found[2]].form is None:
        return None
    number, slug = found[1], found[2]
    title = _("%(number)s: %(step)s") % {"number": number, "step": SPECS[slug].label}
    where = f"#{slug}" if slug in COMPOSERS else f"?do={slug}#do"
    return FormPlace(title, f"/tickets/{number}/{where}")


def register_place(rest: str) -> FormPlace | None:
    return None if rest else FormPlace(_("Register"), "/tickets/new/")


def report_place(rest: str) -> FormPlace | None:
    return None if rest else FormPlace(_("Report something"), "/tickets/report/")


def callback_place(rest: str) -> FormPlace | None:
    if not (rest.isascii() and rest.isdigit() and len(rest) < 19):
        return None
    return FormPlace(_("Callback"), f"/callbacks/?call={rest}")


def bring_in(request: HttpRequest, user: User, key: str) -> str:
    """Put the files that came with the form beside its draft, where a refusal does not lose them; or why not."""
    sent = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    try:
        drafts.add_files(user, key, sent)
    except FileRefused as refusal:
        return refusal.user_message
    return ""


@transaction.atomic
def send(ticket: Ticket, user: User, spec: StepSpec, typed: dict[str, object]) -> None:
    """Take the step, use up its draft and pass its files on: all or nothing."""
    files: list[StoredFile] = drafts.use_up(user, key_of(ticket.number, spec.slug))
    take: Take = spec.take
    take(ticket, user, {**typed, "with_files": bool(files)})
    services.attach_to_step(ticket.pk, files, by=user, for_resident=spec.slug == "reply")


def writing_words(found: list[Draft], user: User, now: datetime) -> str:
    """ "Chen Fang is writing": the others with a form of this ticket open and in use."""
    names = sorted({one.user.name for one in found if one.user_id != user.pk and now - one.saved_at < WRITING_FOR})
    if not names:
        return ""
    return _("%(names)s: writing here now") % {"names": pgettext("between names", ", ").join(names)}


def drafts_about(number: str) -> list[Draft]:
    """Everybody's drafts of that ticket's forms; one statement."""
    return list(Draft.objects.about(of_ticket(number)).select_related("user").with_files())


def case_place(rest: str) -> FormPlace | None:
    if not re.fullmatch(r"[A-Za-z0-9]{1,6}-[0-9]{8}-[0-9]{4,9}", rest):
        return None
    return FormPlace(_("%(number)s: case") % {"number": rest}, f"/tickets/{rest}/case/")


def box_place(rest: str) -> FormPlace | None:
    return None if rest else FormPlace(_("Suggestion box"), "/suggestion-box/")

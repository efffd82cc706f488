"""The way of a paper 编制 → 审核 → 批准: each signature another person's, the last one issues and freezes it (P3)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from unicodedata import category

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours, Stale
from portal.organization.models import User
from portal.promises import clock
from reports import promised
from reports.models import Edition, Report, ReportEvent
from reports.papers.counting import TEXTS
from reports.papers.document import as_bytes, sha256_of
from reports.papers.kinds import APPROVE, Signing
from reports.services.making import count, lapse, meet, promise_again, tell

IN_HAND = (Report.Status.DRAFT, Report.Status.PREPARED, Report.Status.REVIEWED)
AFTER = {Signing.PREPARED: Report.Status.PREPARED, Signing.REVIEWED: Report.Status.REVIEWED}
LONGEST_TEXT = 4000
LONGEST_REASON = 300


def next_signing(report: Report) -> Signing | None:
    """Whose signature it waits for; None where it waits for none."""
    if report.status not in IN_HAND:
        return None
    done = {one["step"] for one in report.signed}
    return next((step for step in report.form.signed_by if step not in done), None)


def may_sign(report: Report, user: User) -> bool:
    """The role of the next step at this site, and not somebody who has signed this paper already."""
    step = next_signing(report)
    if step is None or user.pk in {one["user"] for one in report.signed}:
        return False
    return user.scope.holds(report.form.signed_by[step], site_id=report.site_id)


def may_write(report: Report, user: User) -> bool:
    """Texts and figures are whose who sign first."""
    first = next(iter(report.form.signed_by.values()))
    return report.status == Report.Status.DRAFT and user.scope.holds(first, site_id=report.site_id)


def may_send_back(report: Report, user: User) -> bool:
    """Whoever could sign next, or has signed."""
    signed = user.pk in {one["user"] for one in report.signed}
    return report.status in {Report.Status.PREPARED, Report.Status.REVIEWED} and (may_sign(report, user) or signed)


def may_correct(report: Report, user: User) -> bool:
    first = next(iter(report.form.signed_by.values()))
    return report.status == Report.Status.ISSUED and user.scope.holds(first, site_id=report.site_id)


def may_publish(report: Report, user: User) -> bool:
    """Monthly and quarterly reports go to the owners too, by whoever approves them; each edition once."""
    newest = report.editions.aggregate(newest=Max("number"))["newest"]
    return (
        report.form.for_owners
        and report.status == Report.Status.ISSUED
        and newest != report.published_edition
        and user.scope.holds(APPROVE, site_id=report.site_id)
    )


@transaction.atomic
def write(number: str, version: int, texts: dict[str, str], by: User, *, sign: bool = False) -> Report:
    """Keep the words; with ``sign`` sign them in the same breath. Raises NotYours, NotPossible, Stale."""
    report = _locked(number, version)
    _allow(may_write(report, by))
    report.texts = _texts(report, texts)
    report.version += 1
    report.save()
    return _signed(report, by) if sign else report


@transaction.atomic
def count_again(number: str, version: int, texts: dict[str, str], by: User) -> Report:
    """What was recorded late comes in as long as nobody has signed; the words typed meanwhile are kept."""
    report, now = _locked(number, version), clock.now()
    _allow(may_write(report, by))
    report.texts = _texts(report, texts)
    count(report, now)
    report.save()
    _note(report, ReportEvent.Kind.COUNTED, now, by)
    return report


@transaction.atomic
def sign(number: str, version: int, by: User) -> Report:
    """The next signature; the last one issues the report. Raises NotYours, NotPossible, Stale."""
    return _signed(_locked(number, version), by)


@transaction.atomic
def send_back(number: str, version: int, reason: str, by: User) -> Report:
    """To whoever prepared it; all signatures lapse."""
    report, now = _locked(number, version), clock.now()
    _allow(may_send_back(report, by))
    told = {one["user"] for one in report.signed}
    _take_up(report, now, ReportEvent.Kind.SENT_BACK, by, reason=_reason(reason))
    first = next(iter(report.form.signed_by.values()))
    tell(report, first if told else (), "sent_back", now, reason=_reason(reason))
    return report


@transaction.atomic
def correct(number: str, version: int, reason: str, by: User) -> Report:
    """Begin another edition, counted anew; the issued one stays as it is, beside it."""
    report, now = _locked(number, version), clock.now()
    _allow(may_correct(report, by))
    issued = json.loads(report.editions.latest("number").content)
    report.texts, report.reason = issued["texts"], _reason(reason)
    count(report, now)
    promise_again(report, now, by)
    _take_up(report, now, ReportEvent.Kind.CORRECTION, by, reason=report.reason)
    return report


@transaction.atomic
def drop(number: str, version: int, by: User) -> Report:
    """Leave a correction that nobody has signed yet; the issued edition is the newest again."""
    report, now = _locked(number, version), clock.now()
    _allow(may_write(report, by) and report.editions.exists())
    _put_away(report)
    lapse(report, now, by)
    _note(report, ReportEvent.Kind.DROPPED, now, by)
    return report


@transaction.atomic
def publish(number: str, version: int, by: User) -> Report:
    """The owners' version of the newest edition is what hangs out from now on."""
    report, now = _locked(number, version), clock.now()
    _allow(may_publish(report, by))
    newest = report.editions.latest("number")
    report.published_edition, report.published_at, report.published_by = newest.number, now, by
    report.version += 1
    report.save()
    _note(report, ReportEvent.Kind.PUBLISHED, now, by, edition=newest.number)
    return report


def _signed(report: Report, by: User) -> Report:
    step, now = next_signing(report), clock.now()
    if step is not None and by.pk in {one["user"] for one in report.signed}:
        raise NotYours(_("You have signed this paper already; the next signature is somebody else's."))
    _allow(may_sign(report, by))
    assert step is not None
    at = now.astimezone(report.site.zone).isoformat(timespec="seconds")
    report.signed = [*report.signed, {"step": step, "user": by.pk, "name": by.name, "at": at}]
    report.version += 1
    following = next_signing(report)
    if following is None:
        return _issue(report, by, now)
    report.status = AFTER[step]
    report.save()
    _note(report, ReportEvent.Kind.SIGNED, now, by, step=step)
    tell(report, report.form.signed_by[following], "to_sign", now)
    return report


def _issue(report: Report, by: User, now: datetime) -> Report:
    """Freeze figures, words and signatures as bytes with their hash."""
    number = (report.editions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    signed = [{name: one[name] for name in ("step", "name", "at")} for one in report.signed]
    content = as_bytes(
        {
            "number": report.number,
            "edition": number,
            "document": json.loads(report.figures),
            "texts": report.texts,
            "signed": signed,
            "reason": report.reason,
        }
    ).decode()
    sha256, late = sha256_of(content), report.timers.late(now).exists()
    Edition.objects.create(report=report, number=number, content=content, sha256=sha256, issued_at=now, issued_by=by)
    _put_away(report)
    _note(report, ReportEvent.Kind.ISSUED, now, by, edition=number, sha256=sha256, late=late)
    meet(report, promised.issued_target(report.kind), now, by)
    tell(report, report.form.goes_to, "issued", now, edition=number)
    return report


def _take_up(report: Report, now: datetime, kind: ReportEvent.Kind, by: User, **details: Any) -> None:
    report.status, report.signed = Report.Status.DRAFT, []
    report.version += 1
    report.save()
    _note(report, kind, now, by, **details)


def _put_away(report: Report) -> None:
    """Nothing is in hand any more."""
    report.status, report.figures, report.texts, report.signed, report.reason = Report.Status.ISSUED, "", {}, [], ""
    report.version += 1
    report.save()


def _locked(number: str, version: int) -> Report:
    report = Report.objects.select_for_update(of=("self",)).select_related("site__company").get(number=number)
    if report.version != version:
        raise Stale(_("Somebody changed this report meanwhile. See what it says now, then do it again."))
    return report


def _allow(allowed: bool) -> None:
    if not allowed:
        raise NotYours(_("This step is not yours, or the report has gone on meanwhile."))


def _texts(report: Report, typed: dict[str, str]) -> dict[str, str]:
    """Of the sections that this paper has; what was not sent stays as it is."""
    ours = [code for code in TEXTS if code in report.form.sections]
    return {code: printable(typed.get(code, report.texts.get(code, "")))[:LONGEST_TEXT] for code in ours}


def printable(text: str) -> str:
    """Without what no font draws: control characters, as pasted from elsewhere, and halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(one for one in lines if one == "\n" or category(one) not in {"Cc", "Cs", "Cn", "Co"}).strip()


def _reason(reason: str) -> str:
    said = printable(reason)[:LONGEST_REASON]
    if not said:
        raise NotPossible(_("Say why."))
    return said


def _note(report: Report, kind: ReportEvent.Kind, now: datetime, by: User, **details: Any) -> None:
    ReportEvent.objects.create(report=report, kind=kind, at=now, by=by, details=details)

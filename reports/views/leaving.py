"""How a report leaves the house: printed, as PDF, as workbook, as its frozen bytes; and the owners' version."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal import workbooks
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.roles import LEADERSHIP
from portal.pages.asking import only_for, user_of
from reports.models import Edition, Report
from reports.papers.drawing import lists_in_words
from reports.papers.pdf import NoPdf, pdf_of
from reports.papers.workbook import workbook_of
from reports.views.papers import content_of, found_by, page, sheet_of

DRAFT = "draft"


@only_for(LEADERSHIP)
@never_cache
@require_GET
def leave(request: HttpRequest, number: str, which: str, how: str) -> HttpResponse:
    """``which`` is an edition's number or the draft, ``how`` one of PAPERS and FILES."""
    report = found_by(request, number)
    edition = _edition(report, which)
    if how.startswith("owners") and (edition is None or not report.form.for_owners):
        raise Http404
    if how in PAPERS:
        sheet = sheet_of(request, report, edition, for_owners=how == "owners")
        return render(request, "reports/papers/paper.html", {"sheet": sheet, "back": report.url, "which": which})
    record(AuditAction.EXPORTED, by=user_of(request), subject=f"report {report.number}", fields=[how], request=request)
    return FILES[how](request, report, edition)


def _edition(report: Report, which: str) -> Edition | None:
    if which == DRAFT and report.figures:
        return None
    edition = report.editions.filter(number=which).first() if which.isascii() and which.isdigit() else None
    if edition is None:
        raise Http404
    return edition


def _pdf(request: HttpRequest, report: Report, edition: Edition | None, *, for_owners: bool = False) -> HttpResponse:
    sheet = sheet_of(request, report, edition, for_owners=for_owners)
    try:
        content = pdf_of(sheet, get_language() or "zh-hans")
    except NoPdf as refusal:
        return page(request, report, refusal.user_message, 503)
    return _attached(HttpResponse(content, content_type="application/pdf"), f"{_name(report, edition)}.pdf")


def _owners_pdf(request: HttpRequest, report: Report, edition: Edition | None) -> HttpResponse:
    return _pdf(request, report, edition, for_owners=True)


def _xlsx(request: HttpRequest, report: Report, edition: Edition | None) -> HttpResponse:
    document, _texts = content_of(report, edition)
    book = workbook_of(sheet_of(request, report, edition), lists_in_words(document), report.site.zone)
    return workbooks.answer(book, _name(report, edition))


def _bytes(request: HttpRequest, report: Report, edition: Edition | None) -> HttpResponse:
    """What the hash is of."""
    if edition is None:
        raise Http404
    return _attached(HttpResponse(edition.content, content_type="application/json"), f"{_name(report, edition)}.json")


def _name(report: Report, edition: Edition | None) -> str:
    return f"{report.number}-{edition.number if edition else DRAFT}"


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


PAPERS = ("paper", "owners")
FILES = {"pdf": _pdf, "owners.pdf": _owners_pdf, "xlsx": _xlsx, "json": _bytes}

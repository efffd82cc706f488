"""The reports of a site 报表 (P3): what there is, the paper with its figures that open, the way to its signatures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.notifications.models import Channel, Message
from portal.organization.models import Site, User
from portal.organization.roles import LEADERSHIP, Role
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from reports.models import Edition, Report, ReportEvent, ReportTimer
from reports.papers import drawing, words
from reports.papers.counting import TEXTS
from reports.papers.document import Document, sha256_of
from reports.papers.kinds import PaperKind, Signing
from reports.papers.sheet import Sheet, Stamp
from reports.periods import YEARS
from reports.services import signing
from reports.services.making import told_key
from reports.views import behind
from reports.views.asked import sites_of

DAYS_LISTED, MONTHS_LISTED = 14, 400  # both in days: daily reports, and all others


@only_for(LEADERSHIP)
@never_cache
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What there is; with ``day`` the daily report of that day."""
    user = user_of(request)
    site = _site_asked(request, user)
    if day := request.GET.get("day", ""):
        return _of_day(request, site, day)
    return render(request, "reports/papers/reports.html", _listed(request, site, None))


def _of_day(request: HttpRequest, site: Site, day: str) -> HttpResponse:
    try:
        first = date.fromisoformat(day)
    except ValueError:
        first = None
    daily = Report.objects.filter(site=site, kind=PaperKind.OWNER_DAILY, first=first).first() if first else None
    if daily is not None:
        return redirect(daily.url)
    context = _listed(request, site, None) | {"problem": _("There is no daily report of that day."), "day": day}
    return render(request, "reports/papers/reports.html", context, status=422)


def _site_asked(request: HttpRequest, user: User) -> Site:
    sites = sites_of(user)
    if not sites:
        raise Http404
    return next((one for one in sites if str(one.pk) == request.GET.get("site", "")), sites[0])


def _listed(request: HttpRequest, site: Site, chosen: Report | None) -> dict[str, Any]:
    """The list beside the paper: each kind's reports, the newest first."""
    today = timezone.localdate(timezone=site.zone)
    year = _year_asked(request)
    visible = Report.objects.visible_to(user_of(request)).filter(_of_year(year) if year else _lately(today), site=site)
    late = set(ReportTimer.objects.filter(report__site=site).late(timezone.now()).values_list("report", flat=True))
    groups: dict[str, list[dict[str, Any]]] = {kind: [] for kind in PaperKind}
    for report in visible.order_by("-first").defer("figures"):
        report.site = site
        groups[report.kind].append(_entry(report, chosen, late=report.pk in late))
    sites = sites_of(user_of(request))
    return {
        "site": site,
        "sites": [(f"/reports/?site={one.pk}", one.name, one == site) for one in sites] if len(sites) > 1 else [],
        "groups": [(PaperKind(kind).label, entries) for kind, entries in groups.items() if entries],
        "chosen": chosen,
        "older": f"/reports/?site={site.pk}&year={(year or today.year) - 1}",
    }


def _year_asked(request: HttpRequest) -> int | None:
    """Anything but a year is none."""
    said = request.GET.get("year", "")
    return next((year for year in YEARS if str(year) == said), None)


def _of_year(year: int) -> Q:
    return Q(first__year=year) & ~Q(kind=PaperKind.OWNER_DAILY)


def _lately(today: date) -> Q:
    daily, others = today - timedelta(days=DAYS_LISTED), today - timedelta(days=MONTHS_LISTED)
    of_days = Q(kind=PaperKind.OWNER_DAILY)
    return of_days & Q(first__gte=daily) | ~of_days & Q(first__gte=others)


CHIPS = {"planned": "", "draft": "soon", "prepared": "soon", "reviewed": "soon", "issued": "ok"}


def _entry(report: Report, chosen: Report | None, *, late: bool) -> dict[str, Any]:
    if report.status == Report.Status.PLANNED:
        day = report.makes_at.astimezone(report.site.zone).date()
        chip = pgettext("report to be counted", "due %(day)s") % {"day": f"{day:%m-%d}"}
    else:
        chip = report.get_status_display()
    return {
        "url": report.url,
        "period": drawing.period_words(report.period_code, report.site.time_zone),
        "chip": chip,
        "css": "late" if late else CHIPS[report.status],
        "current": chosen is not None and report.pk == chosen.pk,
    }


@only_for(LEADERSHIP)
@never_cache
@require_GET
def report(request: HttpRequest, number: str) -> HttpResponse:
    return page(request, found_by(request, number))


def found_by(request: HttpRequest, number: str) -> Report:
    visible = Report.objects.visible_to(user_of(request)).select_related("site__company", "published_by")
    found = visible.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def page(
    request: HttpRequest, found: Report, problem: str = "", status: int = 200, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    user, editions = user_of(request), list(found.editions.select_related("issued_by"))
    due, is_late = _due(found)
    edition = edition_asked(request, editions, found)
    context = _listed(request, found.site, found) | {
        "report": found,
        "title": PaperKind(found.kind).label,
        "period": drawing.period_words(found.period_code, found.site.time_zone),
        "due": due,
        "is_late": is_late,
        "newest": editions[-1].number if editions else 0,
        "published": moments.short(found.published_at, found.site.zone) if found.published_at else "",
        "due_made": moments.short(found.makes_at, found.site.zone),
        "editions": [_edition_line(found, one, edition) for one in reversed(editions)],
        "edition": edition,
        "events": _events(found),
        "may": _may(found, user),
        "next_step": _next_step(found),
        "problem": problem,
        "typed": typed or {},
    }
    if edition is None and not found.figures:
        return render(request, "reports/papers/report.html", context, status=status)
    document, texts = content_of(found, edition)
    query = f"?edition={edition.number}&" if edition else "?"
    figure = request.GET.get("figure", "")
    context |= {
        "sheet": sheet_of(request, found, edition),
        "figure_url": f"{query}figure=",
        "figure": figure if figure in document["figures"] else "",
        "panel": behind.panel_of(document, figure),
        "texts": [_text(code, texts.get(code, ""), typed or {}) for code in _written(document)],
        "differences": behind.compared(found, editions, edition),
        "counted": drawing.moment(document["counted_at"]),
        "stamped": _stamped(found, edition) if edition else None,
        "delivered": _delivered(found, edition) if edition else [],
        "download": f"{found.url}{edition.number if edition else 'draft'}",
    }
    return render(request, "reports/papers/report.html", context, status=status)


def edition_asked(request: HttpRequest, editions: list[Edition], found: Report) -> Edition | None:
    """The one the address names; else the paper in hand, which is None; else the newest."""
    asked = request.GET.get("edition", "")
    if asked:
        edition = next((one for one in editions if str(one.number) == asked), None)
        if edition is None:
            raise Http404
        return edition
    return None if found.figures or not editions else editions[-1]


def content_of(found: Report, edition: Edition | None) -> tuple[Document, dict[str, str]]:
    if edition is None:
        return json.loads(found.figures), found.texts
    content = json.loads(edition.content)
    return content["document"], content["texts"]


def sheet_of(request: HttpRequest, found: Report, edition: Edition | None, *, for_owners: bool = False) -> Sheet:
    document, texts = content_of(found, edition)
    content = json.loads(edition.content) if edition else {"signed": found.signed, "reason": found.reason}
    stamp = _stamp(request, found, edition)
    return drawing.sheet_of(document, texts, content["signed"], stamp, reason=content["reason"], for_owners=for_owners)


def _stamp(request: HttpRequest, found: Report, edition: Edition | None) -> Stamp | None:
    if edition is None:
        return None
    at = edition.issued_at.astimezone(found.site.zone).isoformat(timespec="seconds")
    return Stamp(
        drawing.moment(at),
        edition.sha256,
        edition.number,
        request.build_absolute_uri(f"/reports/check/{edition.sha256}/"),
    )


def _stamped(found: Report, edition: Edition) -> dict[str, Any]:
    """What the frozen side says: who, when, the hash, and whether the bytes still have it."""
    content = json.loads(edition.content)
    return {
        "signed": [(Signing(one["step"]).label, one["name"], drawing.moment(one["at"])) for one in content["signed"]],
        "sha256": edition.sha256,
        "unchanged": sha256_of(edition.content) == edition.sha256,
        "reason": content["reason"],
    }


def _delivered(found: Report, edition: Edition) -> list[dict[str, str]]:
    """To whom the edition went, and when each opened the message."""
    told = Message.objects.filter(key=told_key(found, "issued", edition.number), channel=Channel.IN_APP)
    return [
        {
            "name": one.recipient.name,
            "sent": moments.short(one.sent_at or one.not_before, found.site.zone),
            "read": moments.short(one.read_at, found.site.zone) if one.read_at else "",
        }
        for one in told.select_related("recipient").order_by("pk")
    ]


def _edition_line(found: Report, edition: Edition, shown: Edition | None) -> dict[str, Any]:
    return {
        "number": edition.number,
        "at": moments.short(edition.issued_at, found.site.zone),
        "by": edition.issued_by.name,
        "url": f"{found.url}?edition={edition.number}",
        "current": shown is not None and shown.pk == edition.pk,
    }


def _due(found: Report) -> tuple[str, bool]:
    """By when it is promised to be out, and whether that has passed; nothing once it is out."""
    timer = found.timers.open().order_by("-due_at").first()
    if timer is None or timer.due_at is None:
        return "", False
    return moments.short(timer.due_at, found.site.zone), timer.due_at < timezone.now()


def _events(found: Report) -> list[dict[str, Any]]:
    return [
        {
            "at": moments.short(event.at, found.site.zone),
            "what": _what(event),
            "by": event.by.name if event.by else "",
            "text": event.details.get("reason", ""),
        }
        for event in found.events.select_related("by").order_by("-pk")
    ]


def _what(event: ReportEvent) -> str:
    if event.kind == ReportEvent.Kind.SIGNED:
        return str(Signing(event.details["step"]).label)
    if "edition" in event.details:
        said = _("%(what)s, edition %(n)d") % {"what": event.get_kind_display(), "n": event.details["edition"]}
        return f"{said} · {_('after its limit')}" if event.details.get("late") else said
    return str(event.get_kind_display())


def _may(found: Report, user: User) -> dict[str, bool]:
    return {
        "write": signing.may_write(found, user),
        "sign": signing.may_sign(found, user),
        "send_back": signing.may_send_back(found, user),
        "correct": signing.may_correct(found, user),
        "drop": signing.may_write(found, user) and found.editions.exists(),
        "publish": signing.may_publish(found, user),
    }


def _next_step(found: Report) -> dict[str, Any] | None:
    """Whose signature it waits for, and whether that one issues it."""
    step = signing.next_signing(found)
    if step is None:
        return None
    roles = found.form.signed_by[step]
    return {
        "label": step.label,
        "roles": pgettext("between roles", ", ").join(str(role.label) for role in Role if role in roles),
        "issues": step == list(found.form.signed_by)[-1],
        "signed": drawing.signatures(found.kind, found.signed),
    }


def _text(code: str, stands: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """A section's words: what was typed and refused, and beside it what stands there by now."""
    mine = typed.get(code, stands)
    return {"code": code, "label": words.SECTIONS[code], "text": mine, "theirs": stands if mine != stands else ""}


def _written(document: Document) -> list[str]:
    return [one["code"] for one in document["sections"] if one["code"] in TEXTS]


@only_for(LEADERSHIP)
@never_cache
@require_GET
def check(request: HttpRequest, sha256: str) -> HttpResponse:
    """Where a scanned paper leads: to its edition, whose bytes are compared. Unknown and foreign are the same 404."""
    visible = Report.objects.visible_to(user_of(request))
    edition = Edition.objects.filter(sha256=sha256, report__in=visible).select_related("report").first()
    if edition is None:
        raise Http404
    return redirect(f"{edition.report.url}?edition={edition.number}")

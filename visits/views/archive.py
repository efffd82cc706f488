"""The archive (V7): every visit, those of one home, what was heard by topic, and the rows behind the coverage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.models import Category
from portal.organization.models import Site
from portal.pages import moments
from portal.pages.asking import only_for, user_of
from residents.finding import room_matches
from residents.models import Unit
from visits.coverage import State, cells_of
from visits.forms import ArchiveForm
from visits.goals import rule_of
from visits.models import VISITORS, HomeVisit, Opinion
from visits.states import Kind, Status
from visits.views.asking import page_context, site_asked
from visits.views.mapping import STATE_WORDS, coverage_card
from visits.views.shown import CHIP
from visits.words import rule_words

PAGE = 50
SHOWN = {"seen": (State.SEEN,), "missing": (State.DUE, State.NEVER), "never": (State.NEVER,), "all": ()}


@only_for(VISITORS)
@never_cache
@require_GET
def archive(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    site = site_asked(request, user)
    form = ArchiveForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    found = HomeVisit.objects.visible_to(user).filter(site=site)
    found = _narrowed(found, asked, site)
    pager = Paginator(_newest_first(found), PAGE).get_page(request.GET.get("page"))
    context = page_context(
        request,
        site=site,
        lines=[_line(visit, site) for visit in pager.object_list],
        pager=pager,
        query=_query(request),
        asked={name: _typed(asked.get(name)) for name in form.fields},
        kinds=Kind.choices,
        statuses=Status.choices,
    )
    return render(request, "visits/archive.html", context)


def _narrowed(found: QuerySet[HomeVisit], asked: dict[str, Any], site: Site) -> QuerySet[HomeVisit]:
    if said := (asked.get("q") or "").strip():
        room = room_matches(said)
        found = found.filter(unit__in=Unit.objects.filter(room, site=site)) if room is not None else found.none()
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("status") in Status.values:
        found = found.filter(status=asked["status"])
    found = found.annotate(when=Coalesce("ended_at", "starts_at", "made_at"))
    if asked.get("since"):
        found = found.filter(when__gte=_midnight(asked["since"], site.zone))
    if asked.get("until"):
        found = found.filter(when__lt=_midnight(asked["until"] + timedelta(days=1), site.zone))
    return found


def _newest_first(found: QuerySet[HomeVisit]) -> QuerySet[HomeVisit]:
    return found.with_people().annotate(heard=Count("opinions")).order_by("-when", "-pk")  # type: ignore[attr-defined,no-any-return]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _typed(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value or "")


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _line(visit: HomeVisit, site: Site) -> dict[str, Any]:
    return {
        "url": visit.url,
        "at": moments.short(visit.when, site.zone),  # type: ignore[attr-defined]
        "room": visit.unit.room,
        "who": visit.who,
        "kind": Kind(visit.kind).label,
        "purpose": visit.purpose,
        "status": Status(visit.status).label,
        "css": CHIP.get(Status(visit.status), ""),
        "people": "、".join(user.name for user in visit.going),
        "heard": visit.heard,  # type: ignore[attr-defined]
        "remarks": visit.remarks,
    }


@only_for(VISITORS)
@never_cache
@require_GET
def home(request: HttpRequest, unit_uuid: UUID) -> HttpResponse:
    """Every visit of one home, and to book the next."""
    user = user_of(request)
    unit = get_object_or_404(Unit.objects.visible_to(user).select_related("site", "entrance__building"), uuid=unit_uuid)
    when = Coalesce("ended_at", "starts_at", "made_at")
    found = HomeVisit.objects.visible_to(user).filter(unit=unit).annotate(when=when)
    pager = Paginator(_newest_first(found), PAGE).get_page(request.GET.get("page"))
    context = page_context(
        request,
        site=unit.site,
        unit=unit,
        status=unit.get_status_display(),
        lines=[_line(visit, unit.site) for visit in pager.object_list],
        pager=pager,
        query="",
        opinions=_heard(_with_names(Opinion.objects.filter(visit__unit=unit))[:PAGE], unit.site),
    )
    return render(request, "visits/home.html", context)


@only_for(VISITORS)
@never_cache
@require_GET
def opinions(request: HttpRequest) -> HttpResponse:
    """What was heard in a year, by topic; a topic opens its opinions."""
    user = user_of(request)
    site = site_asked(request, user)
    year = _year(request, site)
    january = datetime(year, 1, 1, tzinfo=site.zone)
    seen = HomeVisit.objects.visible_to(user).filter(site=site)
    heard = Opinion.objects.filter(
        visit__in=seen.values("pk"), at__gte=january, at__lt=datetime(year + 1, 1, 1, tzinfo=site.zone)
    )
    counted = heard.order_by().values("topic").annotate(all=Count("pk"), tickets=Count("ticket"))
    names = {topic.pk: topic for topic in Category.objects.filter(pk__in=[row["topic"] for row in counted])}
    chosen = request.GET.get("topic", "")
    rows = [
        {
            "code": names[row["topic"]].code if row["topic"] else "none",
            "name": str(names[row["topic"]]) if row["topic"] else "",
            "all": row["all"],
            "tickets": row["tickets"],
        }
        for row in sorted(counted, key=lambda row: -row["all"])
    ]
    most = max((row["all"] for row in rows), default=1)
    if chosen:
        heard = heard.filter(topic=None) if chosen == "none" else heard.filter(topic__code=chosen.replace("\0", ""))
    page = Paginator(_with_names(heard), PAGE).get_page(request.GET.get("page"))
    context = page_context(
        request,
        site=site,
        year=year,
        years=[year - 1, year, year + 1],
        this_year=timezone.localdate(timezone=site.zone).year,
        topics=[row | {"share": round(100 * row["all"] / most)} for row in rows],
        chosen=chosen,
        heard=_heard(page.object_list, site),
        pager=page,
        query=_query(request),
    )
    return render(request, "visits/opinions.html", context)


def _year(request: HttpRequest, site: Site) -> int:
    text = request.GET.get("year", "")
    this_year = timezone.localdate(timezone=site.zone).year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= this_year else this_year


def _with_names(found: QuerySet[Opinion]) -> QuerySet[Opinion]:
    return found.select_related("topic", "ticket", "visit__unit", "by").order_by("-at", "-pk")


def _heard(rows: Iterable[Opinion], site: Site) -> list[dict[str, Any]]:
    return [
        {
            "at": moments.short(one.at, site.zone),
            "text": one.text,
            "topic": str(one.topic) if one.topic else "",
            "room": one.visit.unit.room,
            "url": one.visit.url,
            "number": one.ticket.number if one.ticket else "",
            "by": one.by.name,
        }
        for one in rows
    ]


@only_for(VISITORS)
@never_cache
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """The rows behind the figure: the homes that were seen this year, that were not, that never were."""
    user = user_of(request)
    site = site_asked(request, user)
    today = timezone.localdate(timezone=site.zone)
    cells, rule = cells_of(site, today), rule_of(site.pk)
    show = request.GET.get("show", "") if request.GET.get("show", "") in SHOWN else "all"
    building = request.GET.get("building", "")
    counted = [cell for cell in cells if cell.state != State.EMPTY]
    wanted = [
        cell
        for cell in counted
        if (not SHOWN[show] or cell.state in SHOWN[show]) and (not building or cell.building == building)
    ]
    wanted.sort(key=lambda cell: (cell.last or date.min, len(cell.building), cell.building, cell.digits))
    pager = Paginator(wanted, PAGE).get_page(request.GET.get("page"))
    codes = dict.fromkeys(cell.building for cell in counted)
    context = page_context(
        request,
        site=site,
        coverage=coverage_card(cells, rule.percent, today),
        rule=rule_words(rule),
        show=show,
        building=building if building in codes else "",
        codes=sorted(codes, key=lambda code: (len(code), code)),
        counts=[
            {"show": name, "count": sum(1 for cell in counted if not states or cell.state in states)}
            for name, states in SHOWN.items()
        ],
        rows=[
            {
                "room": cell.room,
                "url": f"/visits/homes/{cell.uuid}/",
                "words": STATE_WORDS[cell.state],
                "state": cell.state,
                "last": f"{cell.last:%Y-%m-%d}" if cell.last else "",
            }
            for cell in pager.object_list
        ],
        pager=pager,
        query=_query(request),
    )
    return render(request, "visits/coverage.html", context)

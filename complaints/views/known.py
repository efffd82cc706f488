"""What is known while a report is typed: what is open at the same home and building, and what is like it (C17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, F, IntegerField, Q, Subquery, Value, When
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints.like_words import alike_from, pairs_of
from complaints.models import Category, LibraryCase, Ticket, TicketQuerySet
from complaints.states import Status
from complaints.views.asking import the_desk, user_of
from complaints.views.offering import category_of
from complaints.views.party import ids_of, own_site
from portal.organization.models import User
from portal.pages import moments
from residents.models import Unit

FEWEST_CHARACTERS = 6
MOST_SHOWN = 5
MOST_COUNTED = 20
MOST_ALIKE = 3
LOOKS_BACK = timedelta(days=90)
MOST_COMPARED = 2000
READ_OF_EACH = 500  # characters of an older report that are compared


@login_required
@the_desk
@never_cache
@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """The fragment beside the form. By POST: what a resident says has no place in an address or a log."""
    named = ids_of(request.POST.get("party", "")[:40])
    found = known_at(
        user_of(request), named[0] if named else None, category_of(request.POST), request.POST.get("description", "")
    )
    return render(request, "complaints/_known.html", {"known": found})


def known_at(user: User, unit_id: int | None, category: Category | None, text: str) -> list[dict[str, Any]]:
    """Groups of tickets with their headings, the nearest first; at most four statements, none for an empty form."""
    visible = Ticket.objects.visible_to(user).select_related("site", "unit")
    groups, seen = [], set()
    if unit_id is not None:
        home = _newest(visible.open().filter(unit_id=unit_id))
        groups.append((_("Open at this unit"), home))
        seen = {ticket.pk for ticket in home}
    if unit_id is not None and category is not None:
        building = Unit.objects.filter(pk=unit_id).values("entrance__building")
        beside = _newest(
            visible.open()
            .filter(family(category), unit__entrance__building=Subquery(building))
            .exclude(unit_id=unit_id)
        )
        words = ngettext(
            "%(count)d open case in this building about “%(category)s”",
            "%(count)d open cases in this building about “%(category)s”",
            len(beside),
        ) % {"count": len(beside), "category": category.parent or category}
        groups.append((words, beside))
        seen |= {ticket.pk for ticket in beside}
    lessons = lessons_like(user, text)
    alike = _in_like_words(visible, user, unit_id, text)
    groups.append((_("Similar reports of the last 90 days"), [t for t in alike if t.pk not in seen][:MOST_ALIKE]))
    shown = [{"words": words, "cases": [_case(t) for t in found[:MOST_SHOWN]]} for words, found in groups if found]
    return [*shown, {"words": _("From the case library"), "cases": [], "lessons": lessons}] if lessons else shown


def lessons_like(user: User, text: str) -> list[LibraryCase]:
    """What was learnt from the like of it."""
    if len(text.strip()) < FEWEST_CHARACTERS:
        return []
    return list(LibraryCase.objects.visible_to(user).like(text)[:MOST_ALIKE])


def _newest(tickets: TicketQuerySet) -> list[Ticket]:
    return list(tickets.order_by("-received_at", "-pk")[:MOST_COUNTED])


def family(category: Category) -> Q:
    """The coarse category and all finer ones below it."""
    coarse = category.parent_id or category.pk
    return Q(category_id=coarse) | Q(category__parent_id=coarse)


def _in_like_words(visible: TicketQuerySet, user: User, unit_id: int | None, text: str) -> list[Ticket]:
    """Those that share the most pairs of characters with what is typed.

    Most Chinese words have two characters, too short for a trigram index, and a common one would lead to a great part
    of the table. So the index is that of the site's newest tickets: at most MOST_COMPARED rows are read, however many
    there are, and PostgreSQL compares the beginnings of these.
    """
    pairs = pairs_of(text)
    if len(text.strip()) < FEWEST_CHARACTERS or not pairs:
        return []
    site: Any = Subquery(Unit.objects.filter(pk=unit_id).values("site")) if unit_id else own_site(user).pk
    newest = Ticket.objects.filter(site=site, received_at__gte=timezone.now() - LOOKS_BACK).order_by("-received_at")
    visible = visible.exclude(status=Status.VOID)
    shared: Any = Value(0)
    for pair in pairs:
        shared += Case(When(begins__contains=pair, then=1), default=0, output_field=IntegerField())
    compared = visible.filter(pk__in=newest.values("pk")[:MOST_COMPARED])
    alike = (
        compared.annotate(begins=Left("description", READ_OF_EACH))
        .annotate(shared=shared)
        .filter(shared__gte=alike_from(pairs))
    )
    return list(alike.order_by(F("shared").desc(), "-received_at")[: MOST_ALIKE + MOST_SHOWN])


def _case(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "url": ticket.url,
        "matter": ticket.title or ticket.number,
        "room": ticket.unit.room if ticket.unit else "",
        "status": ticket.get_status_display(),
        "over": ticket.is_over,
        "received": moments.short(ticket.received_at, ticket.site.zone),
    }

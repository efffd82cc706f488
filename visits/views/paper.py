"""The note that is left at a door 留言条 (A6): when we came, whom to ring, and a code that dials the hotline."""

from __future__ import annotations

from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.phrases import say
from portal.pages.asking import only_for, user_of
from visits.views.asking import SEE_VISITS, page_context, visit_asked


@only_for(SEE_VISITS)
@never_cache
@require_GET
def note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    user = user_of(request)
    found = visit_asked(user, uuid)
    came_at = found.ended_at or found.started_at or found.starts_at or found.made_at
    company = found.site.company
    words = say(
        "visit_note",
        get_language() or "",
        resident=found.resident.addressed if found.resident else found.unit.room,
        time=f"{came_at.astimezone(found.site.zone):%Y-%m-%d %H:%M}",
        company=company.name,
        name=user.name,
    )
    context = page_context(
        request,
        site=found.site,
        visit=found,
        words=words,
        room=found.unit.room,
        hotline=company.hotline,
        code=code_of(company.hotline, str(found.uuid)[:8].upper()),
        reference=str(found.uuid)[:8].upper(),
        at_once=request.GET.get("print") == "1",
        back=found.url,
    )
    return render(request, "visits/note.html", context)


def code_of(hotline: str, reference: str) -> SafeString:
    """Scanned it rings us; without a hotline it is the note's own number. It says nothing about anybody."""
    digits = "".join(sign for sign in hotline if sign.isdigit() or sign == "+")
    content = f"tel:{digits}" if digits else reference
    drawing = segno.make_qr(content, error="m").svg_inline(border=0, omitsize=True, svgclass="qr", title=reference)
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from digits

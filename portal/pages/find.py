"""The find box: a page of its own without script, the list under Ctrl K with it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.pages import finding
from portal.pages.asking import user_of

LONGEST = 60
SHORTEST = 2


@login_required
@never_cache
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """At most eight of each kind that this person may see; looking for people goes on record, without the words."""
    user = user_of(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups: list[dict[str, Any]] = []
    personal = []
    for kind in finding.kinds():
        hits = kind.find(user, text, finding.MOST) if len(text) >= SHORTEST or kind.code == "commands" else []
        if hits:
            groups.append({"kind": kind, "hits": hits, "count": len(hits)})
            if kind.personal:
                personal.append(kind.code)
    if personal:
        record(AuditAction.SEARCHED, by=user, fields=personal, request=request)
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    context = {"q": text, "groups": groups, "total": sum(group["count"] for group in groups), "most": finding.MOST}
    response = render(request, "portal/_found.html" if fragment else "portal/find.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response

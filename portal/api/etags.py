"""Strong ETags: the hash of exactly what is sent."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from portal.api.problems import Problem

KNOWN = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The ETag that the client has.")
MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag that the change is based on.")


def json_answer(facts: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """JSON bytes with the ETag of these bytes."""
    body = JSONRenderer().render(facts)
    return HttpResponse(
        body, status=status, content_type="application/json", headers={"ETag": _etag(body), **(headers or {})}
    )


def conditional(request: Request, facts: Any) -> HttpResponse:
    """The answer to a GET: 304 where ``If-None-Match`` names what the client already has."""
    answer = json_answer(facts)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or answer["ETag"] in [tag.removeprefix("W/") for tag in known]:
        return HttpResponse(status=304, headers={"ETag": answer["ETag"]})
    return answer


def require_match(request: Request, facts: Any) -> None:
    """Raises Problem 412 where ``If-Match`` names something else than what is there now. Weak tags never match."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = parse_etags(wanted)
    if "*" not in tags and _etag(JSONRenderer().render(facts)) not in tags:
        raise Problem(412, _("It has changed since you read it. Read it again, then decide."))


def _etag(body: bytes) -> str:
    return quote_etag(hashlib.sha256(body).hexdigest()[:32])

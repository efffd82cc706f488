"""``Idempotency-Key``: the first 2xx answer is kept in the transaction that made it, and given again byte for byte."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.problems import Problem

PRINTABLE = re.compile(r"[\x20-\x7e]{1,128}")
KEPT_HEADERS = ("Location", "ETag", "Content-Type")
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 128 printable ASCII characters, kept for a day.",
)
Handler = Callable[..., Response | HttpResponse]


def idempotent(handler: Handler) -> Handler:
    """Wrap a POST handler of a signed-in resident.

    While the first is still running: 409 with Retry-After. The same key with another body: 422. A refused request
    frees its key, since its transaction is rolled back. After a crash nothing of it is there.
    """

    @functools.wraps(handler)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not PRINTABLE.fullmatch(key):
            raise ValidationError({"Idempotency-Key": [_("This is 1 to 128 printable ASCII characters.")]})
        scope = _digest("|".join((request.user.phone, str(request.method), request.path, key)))
        body_hash = _digest(json.dumps(_comparable(request), sort_keys=True))
        with transaction.atomic():
            kept = _take(scope)
            if kept is not None:
                return _again(kept, body_hash)
            answer = _as_bytes(handler(view, request, *args, **kwargs))
            _keep(scope, body_hash, answer)
        return answer

    return once


def _comparable(request: Request) -> Any:
    """The body as parsed; of a form with files its parts, a file by its name and the hash of its bytes."""
    if not request.FILES:
        return request.data
    files = []
    for field, sent in request.FILES.lists():
        for file in sent:
            files.append([field, file.name, hashlib.file_digest(file, "sha256").hexdigest()])
            file.seek(0)
    return {"fields": sorted(request.POST.lists()), "files": sorted(files)}


def _take(scope: str) -> tuple[Any, ...] | None:
    """The kept answer, or None with the key locked until the transaction ends. Raises Problem 409 while it is taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_try_advisory_xact_lock(%s), kept.status, kept.headers, kept.body, kept.body_hash
              FROM (SELECT 1) AS one
              LEFT JOIN residents_idempotentanswer AS kept
                     ON kept.scope = %s AND kept.made_at > clock_timestamp() - interval '24 hours'
            """,
            [int(scope[:15], 16), scope],
        )
        locked, *kept = cursor.fetchone()
    if kept[0] is not None:
        return tuple(kept)
    if not locked:
        raise _still_running()
    return None


def _keep(scope: str, body_hash: str, answer: HttpResponse) -> None:
    headers = {name: answer[name] for name in KEPT_HEADERS if answer.has_header(name)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO residents_idempotentanswer AS kept (scope, body_hash, status, headers, body, made_at)
            VALUES (%s, %s, %s, %s, %s, clock_timestamp())
            ON CONFLICT (scope) DO UPDATE
               SET body_hash = excluded.body_hash, status = excluded.status, headers = excluded.headers,
                   body = excluded.body, made_at = excluded.made_at
             WHERE kept.made_at <= clock_timestamp() - interval '24 hours'
            RETURNING kept.id
            """,
            [scope, body_hash, answer.status_code, json.dumps(headers), answer.content],
        )
        # The first one committed between our look and our lock: roll all of ours back, the next try finds it.
        if cursor.fetchone() is None:
            raise _still_running()


def _again(kept: tuple[Any, ...], body_hash: str) -> HttpResponse:
    status, headers, body, first_hash = kept
    if first_hash != body_hash:
        raise Problem(422, _("This Idempotency-Key was used with another body."))
    if isinstance(headers, str):
        headers = json.loads(headers)
    return HttpResponse(bytes(body), status=status, headers={**headers, "Idempotent-Replayed": "true"})


def _as_bytes(answer: Response | HttpResponse) -> HttpResponse:
    if not isinstance(answer, Response):
        return answer
    body = b"" if answer.data is None else JSONRenderer().render(answer.data)
    return HttpResponse(body, status=answer.status_code, headers=dict(answer.items()), content_type="application/json")


def _still_running() -> Problem:
    return Problem(409, _("The first request with this key is still running."), headers={"Retry-After": "1"})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""The steps of a paper: words, signatures, sending back, corrections, publishing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints.errors import NotYours, Refusal
from portal.organization.models import User
from portal.organization.roles import LEADERSHIP
from portal.pages.asking import only_for, user_of
from reports.models import Report
from reports.services import signing
from reports.views.papers import found_by, page

LONGEST_VERSION = 9  # digits

STEPS: dict[str, Callable[[Report, int, HttpRequest, User], Report]] = {
    "write": lambda r, v, q, by: signing.write(r.number, v, q.POST.dict(), by),
    "prepare": lambda r, v, q, by: signing.write(r.number, v, q.POST.dict(), by, sign=True),
    "count": lambda r, v, q, by: signing.count_again(r.number, v, q.POST.dict(), by),
    "sign": lambda r, v, _q, by: signing.sign(r.number, v, by),
    "send-back": lambda r, v, q, by: signing.send_back(r.number, v, q.POST.get("reason", ""), by),
    "correct": lambda r, v, q, by: signing.correct(r.number, v, q.POST.get("reason", ""), by),
    "drop": lambda r, v, _q, by: signing.drop(r.number, v, by),
    "publish": lambda r, v, _q, by: signing.publish(r.number, v, by),
}


@only_for(LEADERSHIP)
@never_cache
@require_POST
def step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """One step of the paper; refused, the page says why and keeps what was typed."""
    found = found_by(request, number)
    try:
        STEPS[verb](found, _version(request), request, user_of(request))
    except Refusal as refusal:
        status = 403 if isinstance(refusal, NotYours) else 409
        return page(request, found_by(request, number), refusal.user_message, status, request.POST.dict())
    return HttpResponseRedirect(found.url)


def _version(request: HttpRequest) -> int:
    """What the form was opened with; what is none fits no report."""
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_VERSION else -1

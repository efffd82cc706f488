"""Codes, tokens, and what a resident may see and change about themselves."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.addresses import rated_address
from portal.api import rates
from portal.api.etags import KNOWN, MATCH, conditional, json_answer, require_match
from portal.api.problems import Problem
from residents import access, phones
from residents.api.idempotency import KEY, idempotent
from residents.api.serializers import (
    ChangeMeSerializer,
    CodeSerializer,
    MeSerializer,
    NoticePageSerializer,
    PhoneSerializer,
    TokenSerializer,
)
from residents.models import ApiAccount, Residence, ResidenceQuerySet, Resident


def count(scope: str, who: str) -> None:
    """Raises Problem 429 when ``who`` has used up that rate."""
    rate = rates.hit(scope, who)
    if not rate.allowed:
        raise Problem(429, _("Too many requests. Please wait a little."), headers={"Retry-After": str(rate.reset)})


def _hidden(phone: str) -> str:
    return hashlib.sha256(phone.encode()).hexdigest()


class CodeView(APIView):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="send_code", request=PhoneSerializer, responses={202: {"type": "object"}}, auth=[])
    def post(self, request: Request) -> Response:
        """Send a one-time code. The answer is the same for a number that nobody has."""
        count("code_address", rated_address(request))
        form = PhoneSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        phone = form.validated_data["phone"]
        count("code_phone_minute", _hidden(phone))
        count("code_phone_hour", _hidden(phone))
        access.send_code(phone)
        return Response({}, status=202)


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="get_token", request=CodeSerializer, responses={200: TokenSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """A token for a phone and its code."""
        count("token_address", rated_address(request))
        form = CodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            stored, secret = access.exchange_code(**form.validated_data)
        except access.CodeRefused:
            raise ValidationError({"code": [_("This code is not valid. Ask for a new one.")]}) from None
        return Response({"token": secret, "expires_at": timezone.localtime(stored.expiry).isoformat()})


class LogoutView(APIView):
    @extend_schema(operation_id="revoke_token", request=None, responses={204: None}, parameters=[KEY])
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Revoke this token."""
        request.auth.delete()
        return HttpResponse(status=204)


class MeView(APIView):
    @extend_schema(operation_id="me", responses=MeSerializer, parameters=[KNOWN])
    def get(self, request: Request) -> HttpResponse:
        """Who this phone is, and the homes it belongs to now."""
        return conditional(request, facts_about(request.user))

    @extend_schema(operation_id="change_me", request=ChangeMeSerializer, responses=MeSerializer, parameters=[MATCH])
    def patch(self, request: Request) -> HttpResponse:
        """Change language, preferred contact and do-not-call times."""
        form = ChangeMeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        if "do_not_call" in changes:
            changes["do_not_call"] = [_span(span) for span in changes["do_not_call"]]
        with transaction.atomic():
            # Held before they are compared: of two changes that build on the same ETag one is too late.
            people = Resident.objects.filter(residences__in=_homes(request.user)).order_by("pk")
            mine = {person.pk for person in people.select_for_update(of=("self",), no_key=True)}
            require_match(request, facts_about(request.user))
            if changes:
                Resident.objects.filter(pk__in=mine).update(**changes)
        return json_answer(facts_about(request.user))


def facts_about(account: ApiAccount) -> dict[str, Any]:
    homes = list(_homes(account).select_related("unit__site", "resident").order_by("pk"))
    # Of those who belong somewhere now: a number that was given to somebody else must not tell the old name.
    resident = homes[0].resident if homes else None
    return {
        "id": str(account.uuid),
        "name": resident.name if resident else "",
        "phone": phones.masked(account.phone),
        "language": resident.language if resident else "zh-hans",
        "contact": resident.contact if resident else "phone",
        "do_not_call": resident.do_not_call if resident else [],
        "units": [
            {"id": str(home.unit.uuid), "site": home.unit.site.code, "room": home.unit.room, "relation": home.relation}
            for home in homes
        ],
    }


def _homes(account: ApiAccount) -> ResidenceQuerySet:
    return Residence.objects.current(timezone.localdate()).of_phone(account.phone)


def _span(span: dict[str, Any]) -> dict[str, str]:
    return {name: f"{moment:%H:%M}" for name, moment in span.items()}


class NoticesView(APIView):
    @extend_schema(operation_id="notices", responses=NoticePageSerializer)
    def get(self, request: Request) -> Response:
        """Notices now valid for the resident's sites: none are published here yet."""
        return Response({"next": None, "previous": None, "results": []})

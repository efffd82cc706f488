"""Residents' visits: what was agreed with them, and asking for one."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.etags import json_answer
from portal.api.paging import NewestFirst
from residents.api.homes import home_of
from residents.api.idempotency import KEY, idempotent
from residents.api.views import count
from visits import services
from visits.api.serializers import VisitPageSerializer, VisitSerializer, WishSerializer, facts_of
from visits.models import HomeVisit
from visits.states import Status


class NewestMade(NewestFirst):
    ordering = ("-made_at", "-pk")


class VisitsView(APIView):
    @extend_schema(
        operation_id="list_visits",
        parameters=[OpenApiParameter("page_size", int), OpenApiParameter("cursor", str)],
        responses=VisitPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Own visits, newest first: those asked for, and those for which a time was agreed."""
        found = HomeVisit.objects.of_resident(request.user.phone)
        told = Q(asked_by__phone=request.user.phone) | Q(starts_at__isnull=False) | Q(status=Status.DONE)
        pages = NewestMade()
        own = found.filter(told).select_related("site", "unit").prefetch_related("assignments__user")
        page = pages.paginate_queryset(own, request) or []
        return pages.get_paginated_response([facts_of(visit) for visit in page])

    @extend_schema(
        operation_id="ask_for_visit", request=WishSerializer, responses={201: VisitSerializer}, parameters=[KEY]
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Ask for a visit. The desk calls and agrees one of the times, or another."""
        form = WishSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        home = home_of(request.user, wanted.get("unit"))
        count("new_tickets", hashlib.sha256(request.auth.digest.encode()).hexdigest())
        zone = home.unit.site.zone
        times = [
            {name: moment.astimezone(zone).isoformat() for name, moment in one.items()}
            for one in wanted["preferred_times"]
        ]
        made = services.ask_for_visit(home.unit, home.resident, wanted["subject"], times, account=request.user)
        made.site = home.unit.site
        return json_answer(facts_of(made), status=201)

"""Residents' tickets. Every change goes through the services; what is not theirs is 404."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints import services
from complaints.api import serializers
from complaints.models import Attachment, Ticket, TicketEvent, TicketTimer
from complaints.remembered import categories
from complaints.services import Report
from complaints.states import EventKind, Kind, ReportChannel, Target
from portal.api.etags import KNOWN, MATCH, conditional, json_answer, require_match
from portal.api.paging import NewestFirst
from portal.api.problems import Problem
from portal.files.refusals import FileRefused
from portal.files.services import take_in
from portal.files.serving import download
from residents.api.homes import home_of
from residents.api.idempotency import KEY, idempotent
from residents.api.views import count
from residents.models import ApiAccount, Residence


class CategoriesView(APIView):
    @extend_schema(operation_id="categories", responses=serializers.CategoriesSerializer, parameters=[KNOWN])
    def get(self, request: Request) -> HttpResponse:
        """What a report can be about."""
        found = categories().values()
        facts = {"results": [{"code": row.code, "name": str(row), "kinds": row.kinds} for row in found]}
        return conditional(request, facts)


class TicketsView(APIView):
    @extend_schema(
        operation_id="list_tickets",
        parameters=[
            OpenApiParameter("status", str, enum=[value for value, _label in serializers.SHOWN_STATUSES]),
            OpenApiParameter("kind", str, enum=Kind.values),
            OpenApiParameter("page_size", int),
            OpenApiParameter("cursor", str),
        ],
        responses=serializers.TicketPageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Own tickets, newest first: those reported with this phone, and those registered for its person."""
        found = _own(request.user)
        statuses = [str(value) for value, _label in serializers.SHOWN_STATUSES]
        for name, choices in (("status", statuses), ("kind", Kind.values)):
            value = request.query_params.get(name) or None
            if value is not None and value not in choices:
                raise ValidationError({name: [_("This is not one of: %(choices)s.") % {"choices": ", ".join(choices)}]})
            if value is not None:
                found = found.filter(**{f"{name}__in": _read_as(value)})
        pages = NewestFirst()
        page = pages.paginate_queryset(found.prefetch_related(PROMISES, "callbacks"), request) or []
        return pages.get_paginated_response([serializers.facts_of(ticket, whole=False) for ticket in page])

    @extend_schema(
        operation_id="report",
        request=serializers.ReportSerializer,
        responses={201: serializers.TicketSerializer},
        parameters=[KEY],
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Report something. The first second counts: its time limits run from now."""
        account: ApiAccount = request.user
        form = serializers.ReportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = form.validated_data
        home = home_of(account, wanted.get("unit"))
        _check_wished_on(wanted, home)
        # New tickets and not tries: who misspells a field sixty times may still report.
        count("new_tickets", hashlib.sha256(request.auth.digest.encode()).hexdigest())
        report = Report(
            site=home.unit.site,
            kind=Kind(wanted["kind"]),
            channel=ReportChannel.API,
            description=wanted["description"],
            category=wanted.get("category"),
            unit=home.unit,
            resident=home.resident,
            occurred_at=wanted.get("occurred_at"),
            place=wanted.get("place", ""),
            about=wanted.get("about", ""),
            demand=wanted.get("demand", ""),
            contact=wanted.get("contact", ""),
            wished_on=wanted.get("wished_on"),
        )
        ticket, events, timers = services.register(report, resident=account)
        # What was just written needs no reading back.
        ticket._prefetched_objects_cache = {"events": events, "timers": timers, "callbacks": [], "attachments": []}  # type: ignore[attr-defined]
        location = reverse("api:ticket", args=[ticket.uuid])
        return json_answer(serializers.facts_of(ticket), status=201, headers={"Location": location})


class TicketView(APIView):
    @extend_schema(operation_id="ticket", responses=serializers.TicketSerializer, parameters=[KNOWN])
    def get(self, request: Request, uuid: UUID) -> HttpResponse:
        """One of one's own tickets, with its history."""
        ticket = _whole(request, uuid)
        if ticket.result_sent_at is not None:
            services.result_delivered(ticket.pk, resident=request.user)
            ticket = _whole(request, uuid)
        return conditional(request, serializers.facts_of(ticket))


class CommentsView(APIView):
    @extend_schema(
        operation_id="comment",
        request=serializers.CommentSerializer,
        responses={201: serializers.CommentAnswerSerializer},
        parameters=[KEY, MATCH],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> HttpResponse:
        """A message to the desk; one to a ticket that was merged leads to the ticket that goes on."""
        form = serializers.CommentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            ticket = _matched(request, uuid)
            services.comment_as_resident(ticket.pk, form.validated_data["text"], resident=request.user)
            event = ticket.events.filter(kind=EventKind.COMMENT).latest("pk")
        at = event.at.astimezone(ticket.site.zone).isoformat()
        return json_answer({"id": str(event.uuid), "at": at, "text": event.text}, status=201)


class RatingView(APIView):
    @extend_schema(
        operation_id="rate",
        request=serializers.RatingSerializer,
        responses=serializers.TicketSerializer,
        parameters=[KEY, MATCH],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> HttpResponse:
        """How it went: counts as the callback; what is not solved begins its next round."""
        form = serializers.RatingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            ticket = _matched(request, uuid)
            services.rate_ticket(ticket.pk, **form.validated_data, resident=request.user)
        return json_answer(serializers.facts_of(_whole(request, uuid)))


class WithdrawalView(APIView):
    @extend_schema(
        operation_id="withdraw",
        request=serializers.WithdrawalSerializer,
        responses=serializers.TicketSerializer,
        parameters=[KEY, MATCH],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> HttpResponse:
        """Take it back, as long as nobody has resolved it."""
        form = serializers.WithdrawalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            ticket = _matched(request, uuid)
            services.withdraw_ticket(ticket.pk, form.validated_data.get("reason", ""), resident=request.user)
        return json_answer(serializers.facts_of(_whole(request, uuid)))


class AttachmentsView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="attach",
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={201: serializers.AttachmentSerializer},
        parameters=[KEY, MATCH],
    )
    @idempotent
    def post(self, request: Request, uuid: UUID) -> HttpResponse:
        """A photo (JPEG, PNG, WebP, HEIC) or PDF of at most 10 MB; photos are made anew, without place and camera."""
        if not _own(request.user).filter(uuid=uuid).exists():
            raise Http404
        form = serializers.UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            file = take_in(form.validated_data["file"], by=None)  # before the ticket is held: it takes its time
        except FileRefused as refusal:
            if refusal.status == 400:
                raise ValidationError({"file": [refusal.user_message]}) from None
            raise Problem(refusal.status, refusal.user_message) from None
        with transaction.atomic():
            ticket = _matched(request, uuid)
            made = services.attach_as_resident(ticket.pk, file, resident=request.user)
        facts = serializers.attachment_facts(ticket, made)
        return json_answer(facts, status=201, headers={"Location": facts["url"]})


class AttachmentView(APIView):
    @extend_schema(operation_id="attachment", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, uuid: UUID, file: UUID) -> HttpResponseBase:
        """The photo or document itself: for its resident, and whoever lived in that home then and still does."""
        tickets = Ticket.objects.of_home(request.user.phone).filter(uuid=uuid)
        shown = Attachment.objects.filter(ticket__in=tickets, for_resident=True, file__uuid=file)
        found = shown.select_related("file").first()
        if found is None:
            raise Http404
        return download(found.file)


def _read_as(value: str) -> list[str]:
    """The value itself and, of a status, what is shown as it."""
    return [value, *(status.value for status, shown in serializers.SHOWN_AS.items() if shown == value)]


PROMISES = Prefetch("timers", TicketTimer.objects.filter(target__in=[Target.REPLY, Target.RESOLVE]))
HISTORY = Prefetch("events", TicketEvent.objects.order_by("at", "pk"))
FILES = Prefetch("attachments", Attachment.objects.filter(for_resident=True).select_related("file"))


def _own(account: ApiAccount) -> Any:
    shown = Attachment.objects.filter(ticket=OuterRef("pk"), for_resident=True).order_by()
    attached = Coalesce(Subquery(shown.values("ticket").annotate(n=Count("pk")).values("n")), 0)
    own = Ticket.objects.of_resident(account.phone).select_related("site", "unit", "category", "merged_into")
    return own.annotate(attached=attached)


def _whole(request: Request, uuid: UUID) -> Ticket:
    ticket = _own(request.user).filter(uuid=uuid).prefetch_related(PROMISES, HISTORY, FILES, "callbacks").first()
    if ticket is None:
        raise Http404
    found: Ticket = ticket
    return found


def _matched(request: Request, uuid: UUID) -> Ticket:
    """One's own ticket, held until the transaction ends, and as the client last saw it where it says so."""
    ticket: Ticket | None = _own(request.user).select_for_update(of=("self",), no_key=True).filter(uuid=uuid).first()
    if ticket is None:
        raise Http404
    if "If-Match" in request.headers:
        require_match(request, serializers.facts_of(_whole(request, uuid)))
    return ticket


def _check_wished_on(wanted: dict[str, Any], home: Residence) -> None:
    wished_on = wanted.get("wished_on")
    if wished_on is None:
        return
    today = timezone.now().astimezone(home.unit.site.zone).date()
    if not today <= wished_on <= today + timedelta(days=serializers.MOST_DAYS_AHEAD):
        raise ValidationError({"wished_on": [_("This is a day from today to 90 days ahead.")]})

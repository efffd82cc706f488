"""The shape of a ticket as residents send and see it (INTERFACES §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from complaints.for_residents import is_shown, kind_of, words_of
from complaints.models import Attachment, Category, Ticket
from complaints.remembered import categories
from complaints.services import MOST_OF_RESIDENTS
from complaints.states import (
    OVER,
    UNRESOLVED,
    Kind,
    Status,
    Target,
)
from complaints.undone import standing
from portal.api.fields import Moment, TextAsSent
from portal.promises.models import TimerState
from residents.models import Contact

# What was registered by mistake is withdrawn to whoever reported it, and nothing to anybody else.
SHOWN_AS = {Status.VOID: Status.WITHDRAWN}
SHOWN_STATUSES = [(value, label) for value, label in Status.choices if value not in SHOWN_AS]
MOST_DAYS_AHEAD = 90
MOST_DAYS_BACK = 366


class ReportSerializer(serializers.Serializer[Any]):
    """What a resident may say about a report; severity and the rest is the desk's."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    description = TextAsSent(max_length=4000)
    category = TextAsSent(max_length=30, required=False, allow_null=True)
    unit = serializers.UUIDField(required=False, allow_null=True)
    occurred_at = Moment(required=False, allow_null=True)
    place = TextAsSent(max_length=200, required=False, allow_blank=True)
    about = TextAsSent(max_length=200, required=False, allow_blank=True)
    demand = TextAsSent(max_length=1000, required=False, allow_blank=True)
    contact = serializers.ChoiceField(choices=Contact.choices, required=False, allow_blank=True)
    wished_on = serializers.DateField(required=False, allow_null=True)

    def validate_category(self, code: str | None) -> Category | None:
        if code is None:
            return None
        found = categories().get(code)
        if found is None:
            raise serializers.ValidationError(_("There is no such category."))
        return found

    def validate_occurred_at(self, moment: datetime | None) -> datetime | None:
        now = timezone.now()
        if moment is not None and moment > now + timedelta(minutes=1):
            raise serializers.ValidationError(_("This lies in the future."))
        if moment is not None and moment < now - timedelta(days=MOST_DAYS_BACK):
            raise serializers.ValidationError(_("This is more than a year ago."))
        return moment


class CommentSerializer(serializers.Serializer[Any]):
    text = TextAsSent(max_length=4000)


class CommentAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    text = serializers.CharField()


class StrictBoolean(serializers.BooleanField):
    """True and false only: a word or a number is a mistake and not an answer."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class RatingSerializer(serializers.Serializer[Any]):
    satisfaction = serializers.IntegerField(min_value=1, max_value=5)
    solved = StrictBoolean()
    remarks = TextAsSent(max_length=4000, required=False, allow_blank=True)


class WithdrawalSerializer(serializers.Serializer[Any]):
    reason = TextAsSent(max_length=1000, required=False, allow_blank=True)


class UnitInTicketSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = serializers.CharField()
    room = serializers.CharField()


class PromiseSerializer(serializers.Serializer[Any]):
    reply_by = serializers.DateTimeField(allow_null=True)
    resolve_by = serializers.DateTimeField(allow_null=True)


class TimelineEntrySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()


class TicketInListSerializer(serializers.Serializer[Any]):
    """Read only; ``facts_of`` gives the values."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    category = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=SHOWN_STATUSES)
    status_text = serializers.CharField()
    received_at = serializers.DateTimeField()
    round = serializers.IntegerField()
    unit = UnitInTicketSerializer(allow_null=True)
    description = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField()
    about = serializers.CharField()
    demand = serializers.CharField()
    contact = serializers.CharField()
    wished_on = serializers.DateField(allow_null=True)
    promise = PromiseSerializer()
    can = serializers.ListField(child=serializers.CharField())


class UploadSerializer(serializers.Serializer[Any]):
    """What it holds decides what it is; the name and the type that the client gives do not."""

    file = serializers.FileField(allow_empty_file=True)


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    url = serializers.CharField()


class TicketSerializer(TicketInListSerializer):
    attachments = AttachmentSerializer(many=True)
    timeline = TimelineEntrySerializer(many=True)


class TicketPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TicketInListSerializer(many=True)


class CategorySerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Kind.choices))


class CategoriesSerializer(serializers.Serializer[Any]):
    results = CategorySerializer(many=True)


def facts_of(ticket: Ticket, *, whole: bool = True) -> dict[str, Any]:
    """The ticket as its resident sees it. Needs timers, and for the whole one events, at hand."""
    zone = ticket.site.zone

    def shown(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment else None

    due = {
        timer.target: timer.due_at
        for timer in ticket.timers.all()
        if timer.state == TimerState.RUNNING and timer.round == ticket.round
    }
    facts: dict[str, Any] = {
        "id": str(ticket.uuid),
        "number": ticket.number,
        "kind": ticket.kind,
        "category": ticket.category.code if ticket.category else None,
        "status": SHOWN_AS.get(Status(ticket.status), ticket.status),
        "status_text": status_text(ticket),
        "received_at": shown(ticket.received_at),
        "round": ticket.round,
        "unit": {"id": str(ticket.unit.uuid), "site": ticket.site.code, "room": ticket.unit.room}
        if ticket.unit
        else None,
        "description": ticket.description,
        "occurred_at": shown(ticket.occurred_at),
        "place": ticket.place,
        "about": ticket.about,
        "demand": ticket.demand,
        "contact": ticket.contact,
        "wished_on": ticket.wished_on.isoformat() if ticket.wished_on else None,
        "promise": {"reply_by": shown(due.get(Target.REPLY)), "resolve_by": shown(due.get(Target.RESOLVE))},
        "can": what_a_resident_can(ticket),
    }
    if ticket.status == Status.WAITING:
        facts["promise"] = {"reply_by": None, "resolve_by": None}
    if whole:
        facts["attachments"] = [attachment_facts(ticket, one) for one in ticket.attachments.all() if one.for_resident]
        facts["timeline"] = [
            {"at": shown(event.at), "kind": kind_of(event), "text": words_of(event)}
            for event in standing(ticket.events.all())
            if is_shown(event)
        ]
    return facts


def attachment_facts(ticket: Ticket, attachment: Attachment) -> dict[str, Any]:
    file = attachment.file
    url = reverse("api:attachment", args=[ticket.uuid, file.uuid])
    return {
        "id": str(file.uuid),
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "url": url,
    }


def what_a_resident_can(ticket: Ticket) -> list[str]:
    attached = getattr(ticket, "attached", 0)  # counted by the query; a ticket made just now has none
    rated = any(callback.round == ticket.round and callback.solved is not None for callback in ticket.callbacks.all())
    told = ticket.informed_at is not None and ticket.status in {Status.INFORMED, Status.DECLINED, Status.CLOSED}
    return [
        *(["comment"] if ticket.status not in OVER or _goes_on(ticket) else []),
        *(["attach"] if ticket.status not in OVER and attached < MOST_OF_RESIDENTS else []),
        *(["rate"] if told and not rated else []),
        *(["withdraw"] if ticket.status in UNRESOLVED else []),
    ]


def _goes_on(ticket: Ticket) -> bool:
    """Whether it was merged into one that is still open: what is said leads there."""
    into: Ticket | None = ticket.merged_into if ticket.status == Status.MERGED else None
    while into is not None and into.status == Status.MERGED:
        into = into.merged_into
    return into is not None and into.status not in OVER


def status_text(ticket: Ticket) -> str:
    """What the status means to somebody who is waiting at home."""
    return {
        Status.REGISTERED: _("Received, being passed to the department"),
        Status.DISPATCHED: _("With the department"),
        Status.SIGNED: _("Taken on by the department"),
        Status.IN_PROGRESS: _("Being handled"),
        Status.WAITING: _("Waiting"),
        Status.RESOLVED: _("Handled, we will tell you the result today"),
        Status.INFORMED: _("Handled"),
        Status.DECLINED: _("Cannot be met; we told you why"),
        Status.CLOSED: _("Closed"),
        Status.WITHDRAWN: _("Withdrawn by you"),
        Status.MERGED: _("Joined with an earlier report"),
        Status.VOID: _("Withdrawn: it was registered by mistake"),
    }[Status(ticket.status)]

"""The shape of a visit as residents ask for it and see it (INTERFACES §4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from complaints.api.serializers import MOST_DAYS_AHEAD, UnitInTicketSerializer
from portal.api.fields import Moment, TextAsSent
from visits.models import HomeVisit
from visits.states import Kind, Status

MOST_TIMES = 5


class PreferredTimeSerializer(serializers.Serializer[Any]):
    start = Moment()
    end = Moment()

    def validate(self, times: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        if times["end"] <= times["start"]:
            raise serializers.ValidationError({"end": [_("This lies before its start.")]})
        if times["start"] < now or times["end"] > now + timedelta(days=MOST_DAYS_AHEAD):
            raise serializers.ValidationError({"start": [_("This is a time from now to 90 days ahead.")]})
        return times


class WishSerializer(serializers.Serializer[Any]):
    """What a resident says who asks for a visit."""

    unit = serializers.UUIDField(required=False, allow_null=True)
    preferred_times = PreferredTimeSerializer(many=True, min_length=1, max_length=MOST_TIMES)
    subject = TextAsSent(max_length=300)


class TimesSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class VisitSerializer(serializers.Serializer[Any]):
    """Read only; ``facts_of`` gives the values."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    status_text = serializers.CharField()
    unit = UnitInTicketSerializer()
    subject = serializers.CharField()
    preferred_times = TimesSerializer(many=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    visitors = serializers.ListField(child=serializers.CharField())


class VisitPageSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = VisitSerializer(many=True)


def facts_of(visit: HomeVisit) -> dict[str, Any]:
    """What the resident may know: what they asked for, when somebody comes, and who; nothing that staff wrote."""
    zone = visit.site.zone
    starts_at = visit.starts_at.astimezone(zone) if visit.starts_at else None
    return {
        "id": str(visit.uuid),
        "kind": visit.kind,
        "status": visit.status,
        "status_text": str(Status(visit.status).label),
        "unit": {"id": str(visit.unit.uuid), "site": visit.site.name, "room": visit.unit.room},
        "subject": visit.purpose if visit.asked_by_id else "",
        "preferred_times": visit.preferred_times,
        "asked_at": visit.made_at.astimezone(zone).isoformat() if visit.asked_by_id else None,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "ends_at": (starts_at + timedelta(minutes=visit.minutes)).isoformat() if starts_at else None,
        "visitors": [user.name for user in visit.going] if starts_at else [],
    }

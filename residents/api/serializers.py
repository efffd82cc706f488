"""The shape of what residents send and get about themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.api.fields import TextAsSent
from residents import phones
from residents.models import Contact

MOST_SPANS = 10


class MobileField(TextAsSent):
    """A mainland mobile number in any usual spelling; its eleven digits."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return phones.mainland_mobile(text)
        except ValueError:
            raise serializers.ValidationError(_("This is not a mainland mobile number.")) from None


class PhoneSerializer(serializers.Serializer[Any]):
    phone = MobileField(max_length=30)


class CodeSerializer(serializers.Serializer[Any]):
    phone = MobileField(max_length=30)
    code = TextAsSent(max_length=20)


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SpanSerializer(serializers.Serializer[Any]):
    """Wall-clock times; an end before its start reaches past midnight."""

    start = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])
    end = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["start"] == attrs["end"]:
            raise serializers.ValidationError(_("Start and end are the same."))
        return attrs


class MeUnitSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = serializers.CharField()
    room = serializers.CharField()
    relation = serializers.CharField()


class ChangeMeSerializer(serializers.Serializer[Any]):
    """What residents may change about themselves; what is not sent stays."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    contact = serializers.ChoiceField(choices=Contact.choices, required=False)
    do_not_call = SpanSerializer(many=True, required=False, max_length=MOST_SPANS)


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    contact = serializers.ChoiceField(choices=Contact.choices)
    do_not_call = SpanSerializer(many=True)
    units = MeUnitSerializer(many=True)


class NoticePageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = serializers.ListField(child=serializers.DictField())

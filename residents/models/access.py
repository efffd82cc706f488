"""What residents prove themselves with to the API, and the answers that it keeps for a repeated request."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from knox.models import AbstractAuthToken


class ApiAccount(models.Model):
    """Whoever holds a phone number and has proved it: what a resident's token belongs to."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.CharField(max_length=20, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (GinIndex(OpClass("phone", "gin_trgm_ops"), name="account_by_phone"),)  # the search of tickets

    is_authenticated = True
    is_anonymous = False

    def get_username(self) -> str:
        return str(self.uuid)


class ApiToken(AbstractAuthToken):
    """A resident's token, stored hashed (knox), 30 days."""

    user = models.ForeignKey(ApiAccount, models.CASCADE, related_name="auth_token_set")


class OneTimeCode(models.Model):
    """Six digits sent to a phone; kept hashed, five minutes, five tries."""

    phone = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["phone", "-made_at"], name="code_by_phone"),)


class IdempotentAnswer(models.Model):
    """The 2xx answer to a resident's POST with an Idempotency-Key, kept 24 hours to be given again byte for byte."""

    scope = models.CharField(max_length=64, unique=True)  # hash of phone, method, path and key
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["made_at"], name="idempotent_answer_age"),)

"""The outbox: a row per person, channel and thing to tell; written with the change, sent apart from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal.organization.models import User


class Channel(models.TextChoices):
    IN_APP = "in_app", _("In the portal")
    EMAIL = "email", _("E-mail")
    CONSOLE = "console", _("Console")


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self, now: datetime) -> MessageQuerySet:
        """What nobody is sending and whose moment has come."""
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lt=now), sent_at=None, dead_at=None, not_before__lte=now
        )

    def in_bell_of(self, user: User) -> MessageQuerySet:
        return self.filter(recipient=user, channel=Channel.IN_APP).exclude(sent_at=None)

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at=None)

    def leaving(self) -> MessageQuerySet:
        """What goes to somebody else's server, which may be slow or gone."""
        return self.filter(channel=Channel.EMAIL)

    def staying(self) -> MessageQuerySet:
        return self.exclude(channel=Channel.EMAIL)

    def dead(self) -> MessageQuerySet:
        return self.exclude(dead_at=None)


class Message(models.Model):
    """``kind`` and ``params`` are codes and numbers; the words are made when it is read, in the reader's language."""

    key = models.CharField(max_length=120)  # what it is about; with recipient and channel, told once
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    # What went out in one piece: the receiver's dedupe key, and one entry in the bell (a digest).
    delivery = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    problem = models.CharField(
        max_length=100, blank=True, default="", db_default=""
    )  # why the last try failed: a class and a code, no address

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "recipient", "channel"], name="message_once"),)
        indexes = (
            # serves the sender's claim
            models.Index(
                fields=["not_before"], name="message_waiting", condition=Q(sent_at__isnull=True, dead_at__isnull=True)
            ),
            # serves the bell's count
            models.Index(
                fields=["recipient"], name="message_unread", condition=Q(read_at__isnull=True, channel="in_app")
            ),
            # serves the bell's list
            models.Index(fields=["recipient", "-sent_at"], name="message_bell", condition=Q(channel="in_app")),
            # serves the administrator's list of what could not be sent
            models.Index(fields=["-dead_at"], name="message_dead", condition=Q(dead_at__isnull=False)),
        )


class Choice(models.Model):
    """Where one person wants to hear of one group of messages; without a row, as the group has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_choices")
    group = models.CharField(max_length=20)
    bell = models.BooleanField(default=True)
    email = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "group"], name="message_choice_once"),)

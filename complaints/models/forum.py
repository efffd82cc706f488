"""Posts in the owners' forum 业主论坛, their replies, and the courtesies confirmed once for all (C15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.models.tickets import Ticket

if TYPE_CHECKING:
    from portal.organization.models import User

MOST_OF_PLACE = 500
MOST_OF_TEXT = 2000


class ForumPostQuerySet(models.QuerySet["ForumPost"]):
    def visible_to(self, user: User) -> ForumPostQuerySet:
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class ForumPost(models.Model):
    """Where it stands, from when its limit runs, and who watches it 监看人."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="forum_post")
    where = models.CharField(max_length=MOST_OF_PLACE)
    posted_at = models.DateTimeField()
    passed_on_at = models.DateTimeField(null=True, blank=True)
    watcher = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ForumPostQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="forum_passed_on_after_the_post",
                condition=Q(passed_on_at=None) | Q(passed_on_at__gte=F("posted_at")),
            ),
        )
        indexes = (models.Index(fields=["posted_at"], name="forum_open", condition=Q(answered_at=None)),)

    @property
    def is_link(self) -> bool:
        return self.where.startswith(("https://", "http://")) and " " not in self.where


class Courtesy(models.Model):
    """A ready-made courteous reply 礼貌回帖; one that is confirmed needs no further word."""

    text = models.TextField(unique=True)
    text_en = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("pk",)


class ForumReplyQuerySet(models.QuerySet["ForumReply"]):
    def visible_to(self, user: User) -> ForumReplyQuerySet:
        return self.filter(post__ticket__in=Ticket.objects.visible_to(user))

    def waiting(self) -> ForumReplyQuerySet:
        """Those whose text is to be confirmed."""
        return self.filter(posted_at=None, confirmed_at=None, sent_back="")


class ForumReply(models.Model):
    """One public reply: written, confirmed by the company or sent back, posted. One at a time is on its way."""

    post = models.ForeignKey(ForumPost, models.PROTECT, related_name="replies", db_index=False)
    text = models.TextField()
    draft = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    sent_back = models.TextField(blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ForumReplyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["post"], name="one_forum_reply_on_its_way", condition=Q(posted_at=None)),
            models.CheckConstraint(
                name="forum_reply_posted_once_confirmed", condition=Q(posted_at=None) | Q(confirmed_at__isnull=False)
            ),
        )
        indexes = (models.Index(fields=["post", "posted_at"], name="forum_replies_of_post"),)

"""Common issues 共性投诉 (C18): one matter, many callers, one closing message, one publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.models.catalogue import Category
from complaints.models.tickets import Ticket
from complaints.states import Status
from portal.organization.roles import DESK, MANAGEMENT

if TYPE_CHECKING:
    from portal.organization.models import User

READY = Q(callers__ticket__status=Status.RESOLVED, callers__ticket__waits_for_form=False)
TOLD = frozenset({Status.INFORMED, Status.DECLINED, Status.CLOSED})


class CommonIssueQuerySet(models.QuerySet["CommonIssue"]):
    def visible_to(self, user: User) -> CommonIssueQuerySet:
        everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
        return self if everywhere else self.filter(site__in=sites)

    def open(self) -> CommonIssueQuerySet:
        return self.filter(closed_at=None)

    def with_counts(self) -> CommonIssueQuerySet:
        """Each with how many callers it has, how many can be told now, and how many were."""
        return self.annotate(
            calling=Count("callers"),
            ready=Count("callers", filter=READY),
            told=Count("callers", filter=Q(callers__ticket__status__in=TOLD)),
        )


class CommonIssue(models.Model):
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+")
    title = models.CharField(pgettext_lazy("common issue", "What it is"), max_length=80)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(
        "organization.Department", models.PROTECT, null=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    outcome = models.TextField(_("Outcome"), blank=True)  # what every caller is told
    how = models.CharField(max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    published_text = models.TextField(_("For all owners"), blank=True)
    published_on = models.DateField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = CommonIssueQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="issue_closed_has_an_outcome", condition=Q(closed_at=None, outcome="") | ~Q(outcome="")
            ),
            models.CheckConstraint(
                name="issue_published_has_a_text",
                condition=Q(published_on=None, published_text="")
                | (Q(published_on__isnull=False, closed_at__isnull=False) & ~Q(published_text="")),
            ),
        )
        # serves the month's publication
        indexes = (
            models.Index(
                fields=["site", "published_on"], name="issue_published", condition=Q(published_on__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return f"/common-issues/{self.pk}/"


class IssueTicket(models.Model):
    """One caller of a common issue. A ticket belongs to one issue at most."""

    issue = models.ForeignKey(CommonIssue, models.PROTECT, related_name="callers")
    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="in_issue")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

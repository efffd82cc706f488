"""The suggestion box 意见箱 (N2): opened at least weekly by a named person, each slip a ticket."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from complaints.models.tickets import Ticket
from portal.organization.roles import DESK, MANAGEMENT

if TYPE_CHECKING:
    from portal.organization.models import User


class BoxOpeningQuerySet(models.QuerySet["BoxOpening"]):
    def visible_to(self, user: User) -> BoxOpeningQuerySet:
        everywhere, sites = user.scope.sites_as(DESK | MANAGEMENT)
        return self if everywhere else self.filter(site__in=sites)


class BoxOpening(models.Model):
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+", db_index=False)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    noted_at = models.DateTimeField()
    tickets = models.ManyToManyField(Ticket, related_name="+")
    request_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # a form sent twice opens it once

    objects = BoxOpeningQuerySet.as_manager()

    class Meta:
        # serves the list of a site, and whether a week went by without one
        indexes = (models.Index(fields=["site", "-opened_on", "-id"], name="box_opening_of_site"),)

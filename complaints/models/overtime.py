"""More time asked for 超时审批, and claims for damages 赔偿: what is decided above."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.models.tickets import Ticket
from complaints.states import CLAIM_LEVELS, Decision
from portal.organization.roles import Role


class OvertimeRequest(models.Model):
    """A department asks for a later date, and the approver grants, shortens or refuses it (C6)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="overtime_requests")
    round = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    asked_of = models.CharField(max_length=30, choices=Role.choices)
    reason = models.TextField()
    was_due_at = models.DateTimeField(null=True)  # null while the clock stood
    until = models.DateTimeField()
    told_how = models.CharField(max_length=10, blank=True)  # the resident, beforehand; blank: the desk is to tell them
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    granted_until = models.DateTimeField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket"], name="overtime_asked_once", condition=Q(decided_at=None)),
            models.CheckConstraint(
                name="overtime_decided_whole",
                condition=Q(decided_at=None, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="overtime_granted_until",
                condition=Q(decision__in=["", Decision.REFUSED, Decision.LAPSED], granted_until=None)
                | Q(decision__in=[Decision.GRANTED, Decision.SHORTENED], granted_until__isnull=False),
            ),
        )


class Claim(models.Model):
    """What a resident wants to be paid for a damage: it goes up level by level, each adds its word (C23)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="claims")
    what = models.TextField()
    amount_cents = models.PositiveBigIntegerField()
    level = models.CharField(max_length=30, choices=[(role, role.label) for role in CLAIM_LEVELS])
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    granted_cents = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket"], name="claim_open_once", condition=Q(decided_at=None)),
            models.CheckConstraint(
                name="claim_decided_whole",
                condition=Q(decided_at=None, granted_cents=None)
                | Q(decided_at__isnull=False, granted_cents__isnull=False),
            ),
        )


class TicketLink(models.Model):
    """Two tickets that have to do with each other (C19)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="links")
    other = models.ForeignKey(Ticket, models.PROTECT, related_name="linked_from")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket", "other"], name="ticket_link_once"),
            models.CheckConstraint(name="ticket_link_to_another", condition=~Q(ticket=models.F("other"))),
        )

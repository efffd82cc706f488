"""Refusals that the desk can act on. ``user_message`` says what happened and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from complaints.models import Ticket


class Refusal(Exception):
    """A step that was not taken; nothing has changed."""

    def __init__(self, user_message: str, ticket: Ticket | None = None) -> None:
        super().__init__(user_message)
        self.user_message = user_message
        self.ticket = ticket


class TransitionNotAllowed(Refusal):
    """The ticket is not where this step begins."""


class NotYours(Refusal):
    """The step belongs to somebody else."""


class Stale(Refusal):
    """Somebody changed the ticket after this form was opened."""

    @classmethod
    def of(cls, ticket: Ticket) -> Stale:
        return cls(_("Somebody changed this ticket while you were writing. See what changed, then send again."), ticket)


class NotPossible(Refusal):
    """What was asked for cannot be: a department of another site, a date that has passed, a second rating."""

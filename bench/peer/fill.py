"""Tickets for django-helpdesk, half of them open, each with one follow-up. Run in its environment, with how many."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import FollowUp, Queue, Ticket  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from bench.peer import PASSWORD, TOKEN, USER  # noqa: E402

BATCH = 5_000
Ticket._meta.get_field("created").auto_now_add = False  # tickets of former days are made here
QUEUES = ("Front desk", "Engineering", "Housekeeping", "Security", "Bar")


def fill(tickets: int) -> None:
    desk = get_user_model().objects.create_superuser(USER, f"{USER}@example.com", PASSWORD, first_name="Desk")
    Token.objects.create(user=desk, key=TOKEN)
    queues = [make_queue(title) for title in QUEUES]
    for first in range(0, tickets, BATCH):
        made = [_ticket(number, queues, desk) for number in range(first, min(first + BATCH, tickets))]
        Ticket.objects.bulk_create(made)
        FollowUp.objects.bulk_create(_first_follow_up(ticket, desk) for ticket in made)


def make_queue(title: str, **options: Any) -> Queue:
    slug = title.lower().replace(" ", "-")
    return Queue.objects.create(
        title=title, slug=slug, email_address=f"{slug}@example.com", allow_public_submission=True, **options
    )


def _ticket(number: int, queues: list[Queue], desk: Any) -> Ticket:
    received_at = timezone.now() - timedelta(minutes=number)
    return Ticket(
        title=f"Ceiling light in room {number % 900} does not come on",
        queue=queues[number // 2 % len(queues)],
        created=received_at,
        submitter_email=f"resident{number}@example.com",
        assigned_to=desk if number % 4 < 2 else None,
        status=Ticket.OPEN_STATUS if number % 2 else Ticket.CLOSED_STATUS,
        description="The ceiling light in the living room does not come on, please send somebody to look at it.",
        priority=number % 5 + 1,
        due_date=received_at + timedelta(days=number % 14, hours=4),
    )


def _first_follow_up(ticket: Ticket, desk: Any) -> FollowUp:
    return FollowUp(
        ticket=ticket, date=ticket.created, title="Ticket Opened", comment=ticket.description, public=True, user=desk
    )


if __name__ == "__main__":
    fill(int(sys.argv[1]))

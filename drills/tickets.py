"""Late tickets, some by the services and as many as wanted by copying one with its whole history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from complaints.models import Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.tests.house import House
from portal.promises import clock

LATE = timedelta(minutes=11)  # dispatch has warned and passed its limit: two levels, three people told
LEVELS_OF_A_LATE_ONE = 2


def late_tickets(house: House, number: int, *, since: timedelta = LATE, **said: Any) -> list[Ticket]:
    """Reports that nobody dispatched."""
    return [house.report(clock.now() - since, **said) for _ in range(number)]


def copies(ticket: Ticket, number: int, *, apart: timedelta = timedelta()) -> None:
    """So many more like this one, each received ``apart`` later than the one before, with their whole history.

    Only for a ticket whose limits are amounts of time round the clock: then all its moments move alike.
    """
    like = "JOIN complaints_ticket AS made ON made.number LIKE %(number)s || '-%%'"
    nth = "split_part(made.number, '-', 4)::int"
    timers = "JOIN complaints_tickettimer AS was ON was.id = old.timer_id JOIN complaints_tickettimer AS now_is"
    same = "ON now_is.ticket_id = made.id AND (now_is.target, now_is.turn) = (was.target, was.turn)"
    values = {"number": ticket.number, "ticket": ticket.pk, "times": number, "apart": apart}
    with connection.cursor() as cursor:
        for model, own, nth_of, source in (
            (
                Ticket,
                {"number": "old.number || '-' || n", "uuid": "gen_random_uuid()"},
                "n",
                "CROSS JOIN generate_series(1, %(times)s) AS n WHERE old.id = %(ticket)s",
            ),
            (
                TicketEvent,
                {"ticket_id": "made.id", "uuid": "gen_random_uuid()"},
                nth,
                f"{like} WHERE old.ticket_id = %(ticket)s",
            ),
            (TicketTimer, {"ticket_id": "made.id"}, nth, f"{like} WHERE old.ticket_id = %(ticket)s"),
            (TimerStep, {"timer_id": "now_is.id"}, nth, f"{like} {timers} {same} WHERE was.ticket_id = %(ticket)s"),
        ):
            cursor.execute(_copying(model, own, nth_of, source), values)


def _copying(model: Any, own: dict[str, str], nth: str, source: str) -> str:
    """INSERT … SELECT of every column but the id, each moment moved by the nth multiple of ``apart``."""
    moved = f"{nth} * %(apart)s::interval"
    columns = {}
    for column in (field for field in model._meta.concrete_fields if not field.generated):
        value = f"old.{column.column}"
        if isinstance(column, models.DateTimeField):
            value = f"{value} + {moved}"
        elif isinstance(column, ArrayField) and isinstance(column.base_field, models.DateTimeField):
            value = f"ARRAY(SELECT moment + {moved} FROM unnest({value}) AS moment)"
        columns[column.column] = own.get(column.column, value)
    del columns[model._meta.pk.column]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table} AS old {source}"
    )

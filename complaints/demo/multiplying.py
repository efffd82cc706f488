"""A benchmark's tickets: some thousand are played, the others are copies of them, made inside the database.

A copy of a finished ticket lies whole weeks earlier, within a year; one of an open ticket keeps its moments, so that
what it owes is as true as before. Each has a home, a number, a history, timers and callbacks of its own.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from complaints.demo.bulk import next_keys_of, without_indexes
from complaints.models import Callback, OvertimeRequest, Ticket, TicketEvent, TicketTimer, TimerStep
from complaints.states import OVER
from portal.notifications.models import Message

PLAYED = 4000
OPEN_SHARE = 10  # one in so many
WEEKS = 39  # with the three months that are played, a year

# Who may have reported it: of each home one person, with the account of their phone.
_HOMES = """
CREATE TEMP TABLE home ON COMMIT DROP AS
SELECT unit.site_id, row_number() OVER (PARTITION BY unit.site_id ORDER BY unit.id) - 1 AS place,
       unit.id AS unit_id, lives.resident_id, phone.number AS phone, NULL::bigint AS account_id
  FROM residents_unit unit
  CROSS JOIN LATERAL (SELECT resident_id FROM residents_residence WHERE unit_id = unit.id AND until IS NULL
                       ORDER BY id LIMIT 1) lives
  CROSS JOIN LATERAL (SELECT number FROM residents_phone WHERE resident_id = lives.resident_id
                       ORDER BY id LIMIT 1) phone
 WHERE unit.site_id IN (SELECT site_id FROM complaints_ticket);
INSERT INTO residents_apiaccount (uuid, phone, is_active, created_at)
SELECT gen_random_uuid(), phone, true, now() FROM home ON CONFLICT DO NOTHING;
UPDATE home SET account_id = account.id FROM residents_apiaccount account WHERE account.phone = home.phone;
ANALYZE home
"""
# Each played ticket is copied so often that finished and open ones come to their numbers.
_TICKETS = """
CREATE TEMP TABLE copied_ticket ON COMMIT DROP AS
WITH played AS (
    SELECT id, site_id, received_at, over, row_number() OVER (PARTITION BY over ORDER BY id) - 1 AS place,
           count(*) OVER (PARTITION BY over) AS all_of_them
      FROM (SELECT *, status = ANY (%(over)s) AS over FROM complaints_ticket) ticket),
wanted AS (
    SELECT *, CASE WHEN over THEN %(finished)s ELSE %(open)s END - all_of_them AS missing FROM played),
copies AS (
    SELECT id AS old_id, site_id, received_at, abs(hashint8(id * 1009 + n)) AS dice,
           make_interval(weeks => CASE WHEN over THEN -(abs(hashint8(id + n * 7919)) %% %(weeks)s) ELSE 0 END) AS shift
      FROM wanted, generate_series(1, missing / all_of_them + (place < missing %% all_of_them)::int) n),
homes AS (SELECT site_id, count(*) AS all_of_them FROM home GROUP BY site_id),
dated AS (
    SELECT copies.*, dice %% all_of_them AS place, site.code,
           ((received_at + shift) AT TIME ZONE site.time_zone)::date AS day,
           row_number() OVER (ORDER BY received_at + shift, old_id) + (SELECT max(id) FROM complaints_ticket) AS new_id
      FROM copies JOIN organization_site site ON site.id = site_id JOIN homes USING (site_id)),
counted AS (
    SELECT dated.*, coalesce(number.last, 0)
           + row_number() OVER (PARTITION BY dated.site_id, dated.day ORDER BY new_id) AS of_day
      FROM dated LEFT JOIN complaints_daynumber number ON number.site_id = dated.site_id AND number.day = dated.day)
SELECT counted.old_id, new_id, shift, counted.site_id, day, of_day, unit_id, resident_id, account_id,
       format('%%s-%%s-%%s', code, to_char(day, 'YYYYMMDD'),
              lpad(of_day::text, greatest(4, length(of_day::text)), '0')) AS number
  FROM counted JOIN home ON home.site_id = counted.site_id AND home.place = counted.place;
CREATE INDEX ON copied_ticket (old_id);
ANALYZE copied_ticket;
INSERT INTO complaints_daynumber (site_id, day, last)
SELECT site_id, day, max(of_day) FROM copied_ticket GROUP BY site_id, day
    ON CONFLICT (site_id, day) DO UPDATE SET last = excluded.last
"""
_TIMERS = """
CREATE TEMP TABLE copied_timer ON COMMIT DROP AS
SELECT timer.id AS old_id, copy.new_id AS ticket_id, copy.number, copy.shift,
       row_number() OVER (ORDER BY copy.new_id, timer.id) + (SELECT max(id) FROM complaints_tickettimer) AS new_id
  FROM complaints_tickettimer timer JOIN copied_ticket copy ON copy.old_id = timer.ticket_id;
ANALYZE copied_timer
"""
# Messages name the event that they tell of, so the copies of those events have keys of their own beforehand.
_TOLD_EVENTS = """
CREATE TEMP TABLE copied_event ON COMMIT DROP AS
SELECT event.id AS old_id, copy.new_id AS ticket_id, copy.number, copy.account_id, copy.shift,
       nextval(pg_get_serial_sequence('complaints_ticketevent', 'id')) AS new_id
  FROM complaints_ticketevent event JOIN copied_ticket copy ON copy.old_id = event.ticket_id
 WHERE event.details ? 'told';
ANALYZE copied_event
"""


def multiply_tickets(count: int) -> None:
    """Copy what was played until there are ``count`` tickets, one in ten of them open."""
    still_open = count // OPEN_SHARE
    sizes = {"open": still_open, "finished": count - still_open, "weeks": WEEKS, "over": list(OVER)}
    with connection.cursor() as cursor:
        cursor.execute(_HOMES)
        cursor.execute(_TICKETS, sizes)
        cursor.execute(_TIMERS)
        cursor.execute(_TOLD_EVENTS)
    with without_indexes(Ticket, TicketEvent, TicketTimer, TimerStep, Callback, Message):
        reported_by = "CASE WHEN old.reported_by_id IS NOT NULL THEN copy.account_id END"
        home = {"unit_id": "copy.unit_id", "resident_id": "copy.resident_id", "reported_by_id": reported_by}
        far_away = {"queue_at": "old.queue_at"}
        _copy(Ticket, "copied_ticket", "id", id="copy.new_id", number="copy.number", **home, **far_away)
        by_resident = {"by_resident_id": "CASE WHEN old.by_resident_id IS NOT NULL THEN copy.account_id END"}
        untold = "ticket_id AND NOT old.details ? 'told'"
        _copy(TicketEvent, "copied_ticket", untold, id="", ticket_id="copy.new_id", **by_resident)
        _copy(TicketEvent, "copied_event", "id", id="copy.new_id", ticket_id="copy.ticket_id", **by_resident)
        _copy(TicketTimer, "copied_timer", "id", id="copy.new_id", ticket_id="copy.ticket_id")
        _copy(TimerStep, "copied_timer", "timer_id", id="", timer_id="copy.new_id")
        for of_ticket in (Callback, OvertimeRequest):
            _copy(of_ticket, "copied_ticket", "ticket_id", id="", ticket_id="copy.new_id")
        _copy_messages()
    next_keys_of(Ticket, TicketTimer)


def _copy_messages() -> None:
    """Each under the key of its own event or timer, about the copy's number."""
    about = {
        "id": "",
        "params": "jsonb_set(old.params, '{number}', to_jsonb(copy.number))",
        "link": "replace(old.link, old.params ->> 'number', copy.number)",
    }
    for copies, named in (("copied_event", "ticketevent"), ("copied_timer", "tickettimer")):
        named_row = "split_part(key, ':', 2)::bigint AS named_row"
        told = f"(SELECT *, {named_row} FROM notifications_message WHERE key LIKE '{named}:%')"  # noqa: S608
        _copy(
            Message, copies, "named_row", of=told, key="regexp_replace(old.key, ':[0-9]+', ':' || copy.new_id)", **about
        )


def _copy(model: type[models.Model], copies: str, by: str, *, of: str = "", **instead: str) -> None:
    """Insert the rows of ``copies`` once more, their moments shifted; ``instead``: other values, blank for none.

    ``of``: what is read in place of the whole table.
    """
    values = {
        field.column: instead.get(field.column, _shifted(field))
        for field in model._meta.concrete_fields
        if not field.generated
    }
    values = {column: value for column, value in values.items() if value}
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())}"  # noqa: S608 - our own names
            f" FROM {of or table} old JOIN {copies} copy ON copy.old_id = old.{by} ORDER BY copy.new_id, old.id"
        )


def _shifted(field: models.Field) -> str:
    column = f"old.{field.column}"
    if isinstance(field, models.UUIDField) and not field.null:
        return "gen_random_uuid()"
    if isinstance(field, ArrayField) and isinstance(field.base_field, models.DateTimeField):
        return f"ARRAY(SELECT at + copy.shift FROM unnest({column}) WITH ORDINALITY moment (at, n) ORDER BY n)"  # noqa: S608
    if isinstance(field, models.DateTimeField):
        return f"{column} + copy.shift"
    return column

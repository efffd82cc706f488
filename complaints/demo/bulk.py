"""Filling tables by the million: without their indexes and foreign keys, which are built once at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

# What a table has beside its rows and its primary key, as the statements that make it again.
_BESIDES = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
       contype = 'f'
  FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('f', 'u')
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid), false
  FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
ORDER BY 3
"""


@contextmanager
def without_indexes(*written: type[models.Model]) -> Iterator[None]:
    """Inside a transaction: what is written meanwhile is checked by the constraints when they come back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_BESIDES, {"tables": [model._meta.db_table for model in written]})
        besides = cursor.fetchall()
        for drop, _make, _foreign in besides:
            cursor.execute(drop)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _drop, make, _foreign in besides:
            cursor.execute(make)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY these rows in; None is NULL. The values hold no tab, line break or backslash: they are ours."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file, connection.cursor() as cursor:
        for row in rows:
            file.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")
        file.seek(0)
        cursor.copy_expert(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN", file)


def next_keys_of(*written: type[models.Model]) -> None:
    """The tables' counters go on behind the rows that brought their keys along."""
    with connection.cursor() as cursor:
        for model in written:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608


def tidy() -> None:
    """What autovacuum would do in its own time: figures for the planner, and pages known to be visible to all."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

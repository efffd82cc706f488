"""The course of a file: opened, tried, looked at, let in; the worker takes it up, again after a kill, never twice."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO

from django.db import connection, connections, transaction

from portal import sealing
from portal.organization.models import Site, User
from portal.promises import clock
from residents.models import ColumnMeaning, ImportProblem, ImportRun, ImportState, Relation
from residents.models.imports import UNFINISHED
from residents.phones import masked_cell
from residents.register.comparing import compared
from residents.register.entering import enter
from residents.register.places import Place
from residents.register.planning import Planner, Row, Wrong
from residents.register.reading import NotReadable, Workbook

logger = logging.getLogger(__name__)

LOCKS = 7301  # the first half of the advisory locks that workers hold on runs
MOST_TRIES = 3
SAY_EVERY = 500  # rows
Said = Callable[[int], None]


@dataclass
class Tally:
    """What a file holds that is right, and which rows are not. Sets hold hashes: a register may have 100,000 rows."""

    units: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    phones: set[int] = field(default_factory=set)
    plates: set[int] = field(default_factory=set)
    tenants: set[int] = field(default_factory=set)
    rows: int = 0
    together: int = 0  # rows about a home that an earlier row was about
    problems: list[tuple[Row, Wrong]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)  # sheets that were not read, with the code of why

    def add(self, row: Row) -> None:
        self.rows += 1
        if row.refused:
            self.problems.append((row, row.refused))
            return
        self.together += hash(row.room) in self.units
        self.units.add(hash(row.room))
        for person in row.people:
            self.people.add(hash((row.room, person.name)))
            if person.relation == Relation.TENANT:
                self.tenants.add(hash((row.room, person.name)))
            self.phones.update(hash((row.room, number)) for number in person.numbers)
        self.plates.update(hash((row.room, plate)) for plate in row.plates)
        self.problems += [(row, wrong) for wrong in row.warnings]

    @property
    def counts(self) -> dict[str, int]:
        sizes = {name: len(getattr(self, name)) for name in ("units", "people", "phones", "plates", "tenants")}
        refused = sum(1 for row, _wrong in self.problems if row.refused)
        return sizes | {
            "rows": self.rows,
            "together": self.together,
            "refused": refused,
            "warned": len(self.problems) - refused,
        }


def told_meanings(site: Site) -> dict[str, str]:
    return dict(ColumnMeaning.objects.filter(site=site).values_list("header", "field"))


def understood(book: Workbook, tally: Tally) -> Iterator[Row]:
    """Every row of the file that is about a home, counted while it passes."""
    planner = Planner()
    for line in book.rows():
        if line.heading is not None:
            planner.heading(line.sheet.title, line.heading)
            continue
        line.sheet.seen += 1
        place = Place(line.sheet.phase, line.sheet.building, line.sheet.entrance)
        row = planner.understand(line.sheet.title, line.number, line.values, place)
        tally.add(row)
        yield row
    for sheet in book.sheets:
        about = Row(sheet.title, sheet.header_row)
        tally.problems += [(about, Wrong("column_unknown", None, header)) for header in sorted(sheet.unknown_filled)]
        if sheet.readable and not sheet.seen:
            tally.problems.append((about, Wrong("sheet_no_rows")))


def _ensure_something(book: Workbook) -> None:
    """Raises NotReadable where not one sheet has a header."""
    if not any(sheet.headers for sheet in book.sheets):
        raise NotReadable(
            "empty" if all(one.skipped in ("sheet_empty", "hidden") for one in book.sheets) else "no_homes"
        )


def open_run(site: Site, by: User, file_name: str, file: IO[bytes]) -> ImportRun:
    """Keep the file, sealed, for the worker to try. Raises NotReadable for what is no workbook or too big."""
    with closing(Workbook(file, {})) as book:
        _ensure_something(book)
    file.seek(0)
    return ImportRun.objects.create(
        site=site, by=by, file_name=file_name[:200], sealed_file=sealing.seal(file.read()), made_at=clock.now()
    )


def work() -> bool:
    """Take up the oldest unfinished run that no other worker holds; False when there is none."""
    for run in ImportRun.objects.filter(state__in=UNFINISHED).defer("sealed_file").order_by("made_at"):
        with _held(run) as mine:
            if mine:
                _go_on(ImportRun.objects.get(pk=run.pk))
                return True
    return False


@contextmanager
def _held(run: ImportRun) -> Iterator[bool]:
    """PostgreSQL lets go of the lock with the connection: a killed worker holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, run.pk])
        mine = cursor.fetchone()[0]
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, run.pk])


def _go_on(run: ImportRun) -> None:
    if run.state not in UNFINISHED:
        return
    run.tries += 1
    reading = run.state in (ImportState.WAITING, ImportState.READING)
    run.state = ImportState.READING if reading else ImportState.ENTERING
    run.save(update_fields=["tries", "state"])
    try:
        if run.tries > MOST_TRIES:
            raise NotReadable("gave_up")
        with closing(Workbook(io.BytesIO(_file_of(run)), told_meanings(run.site), run.buildings)) as book:
            if reading:
                _try_out(run, book)
            else:
                _let_in(run, book)
    except NotReadable as refusal:
        run.state, run.problem = ImportState.FAILED, refusal.code
        run.sealed_file, run.finished_at = None, clock.now()
        run.save(update_fields=["state", "problem", "sealed_file", "finished_at"])


def _file_of(run: ImportRun) -> bytes:
    try:
        return sealing.unseal(bytes(run.sealed_file or b""))
    except sealing.Unreadable:
        raise NotReadable("gone") from None


def _try_out(run: ImportRun, book: Workbook) -> None:
    run.columns = [
        {
            "sheet": sheet.title,
            "readable": sheet.readable,
            "skipped": sheet.skipped or ("" if sheet.readable else "no_room"),
            "building": "-".join(part for part in (sheet.phase + sheet.building, sheet.entrance) if part),
            "asks": sheet.asks_for_building,
            "columns": [
                {"header": header, "field": None if meaning is None else meaning.value}
                for header, meaning in zip(sheet.headers, sheet.meanings, strict=True)
                if header
            ],
        }
        for sheet in book.sheets
    ]
    run.rows_total = sum(sheet.rows for sheet in book.sheets if sheet.readable)
    run.rows_done = 0
    run.save(update_fields=["columns", "rows_total", "rows_done"])
    tally = Tally()
    with _progress(run) as say:
        for row in compared(understood(book, tally), run.site, tally.problems):
            if tally.rows % SAY_EVERY == 0:
                say(row.number)
    run.counts, run.state, run.tries = tally.counts, ImportState.TRIED, 0
    with transaction.atomic():
        run.problems.all().delete()
        ImportProblem.objects.bulk_create(_problems(run, tally), batch_size=2000)
        run.save(update_fields=["counts", "state", "tries"])


def _let_in(run: ImportRun, book: Workbook) -> None:
    with _progress(run) as say, transaction.atomic():
        tally = Tally()
        for done in enter(compared(understood(book, tally), run.site, tally.problems), run.site, run):
            say(done)
        run.problems.all().delete()
        ImportProblem.objects.bulk_create(_problems(run, tally), batch_size=2000)
        _close(run, tally)


def _close(run: ImportRun, tally: Tally) -> None:
    run.counts, run.rows_done = tally.counts, tally.rows
    run.state, run.sealed_file, run.finished_at = ImportState.DONE, None, clock.now()
    run.save(update_fields=["counts", "rows_done", "state", "sealed_file", "finished_at"])


@transaction.atomic
def import_at_once(file: IO[bytes], file_name: str, site: Site) -> Tally:
    """The whole course in one go and one transaction, for a command line. Raises NotReadable."""
    with closing(Workbook(file, told_meanings(site))) as book:
        _ensure_homes(book)
        run = ImportRun.objects.create(
            site=site, file_name=file_name[:200], state=ImportState.ENTERING, made_at=clock.now()
        )
        tally = Tally()
        for _done in enter(compared(understood(book, tally), site, tally.problems), site, run):
            pass
        tally.skipped = _skipped(book)
        ImportProblem.objects.bulk_create(_problems(run, tally), batch_size=2000)
        _close(run, tally)
    return tally


def try_at_once(file: IO[bytes], site: Site | None) -> Tally:
    """What an import would find; nothing is written. Raises NotReadable."""
    with closing(Workbook(file, told_meanings(site) if site else {})) as book:
        _ensure_homes(book)
        tally = Tally()
        rows = understood(book, tally)
        for _row in compared(rows, site, tally.problems) if site else rows:
            pass
        tally.skipped = _skipped(book)
    return tally


def _ensure_homes(book: Workbook) -> None:
    """Raises NotReadable where no sheet says which homes it is about."""
    _ensure_something(book)
    if not book.readable:
        raise NotReadable("no_homes")


def _skipped(book: Workbook) -> list[tuple[str, str]]:
    """Sheets that were not read, with the code of why."""
    return [(sheet.title, sheet.skipped or "no_room") for sheet in book.sheets if not sheet.readable]


def _problems(run: ImportRun, tally: Tally) -> Iterator[ImportProblem]:
    for row, wrong in tally.problems:
        yield ImportProblem(
            run=run,
            refused=row.refused is not None,
            sheet=row.sheet[:100],
            row=row.number,
            room=row.room[:30],
            column=wrong.column.value if wrong.column else "",
            cell=masked_cell(wrong.cell)[:60],
            code=wrong.code,
        )


@contextmanager
def _progress(run: ImportRun) -> Iterator[Said]:
    """Says how far it is on a connection of its own: the rows themselves are in a transaction that nobody sees."""
    beside = connections.create_connection("default")

    def say(rows: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute("UPDATE residents_importrun SET rows_done = %s WHERE id = %s", [rows, run.pk])

    try:
        yield say
    finally:
        beside.close()

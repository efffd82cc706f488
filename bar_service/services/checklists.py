"""Opening and closing: line by line, the goods handed over by two, done when nothing stands open (B2, B7)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bar_service.errors import NotHere, Refused
from bar_service.models import Bar, CheckItem, DrinkOrder, Gear, GoodsHandover, Loan, Party, Run, StockItem
from bar_service.promised import bar_day
from bar_service.roles import GUARDS_DEPARTMENT
from bar_service.services.change import Change
from bar_service.services.days import run_of
from portal.organization.models import Department, User

OPEN, CLOSE = CheckItem.Checklist.OPEN, CheckItem.Checklist.CLOSE


def tick(change: Change, checklist: str, item: int) -> None:
    run, found = _line(change, checklist, item)
    if found.pk not in run.ticked:
        change.set(run, ticked=[*run.ticked, found.pk])


def untick(change: Change, checklist: str, item: int) -> None:
    run, found = _line(change, checklist, item)
    if found.pk in run.ticked:
        change.set(run, ticked=[pk for pk in run.ticked if pk != found.pk])


def hand_goods_over(change: Change, checklist: str, guard: User, remarks: str = "") -> None:
    """Counted in person and signed by both; in the morning the guard gives, in the evening the attendant."""
    run = _run(change, checklist)
    if GoodsHandover.objects.filter(run=run).exists():
        raise Refused(_("Both have signed already."))
    guards = Department.objects.filter(site=change.bar.site_id, code=GUARDS_DEPARTMENT).first()
    if guard.pk == change.by.pk or guards is None or not guard.scope.belongs_to(guards.pk):
        raise Refused(_("The second signature is the night guard's."))
    GoodsHandover.objects.create(
        run=run,
        counted=counted_goods(change.bar),
        remarks=remarks[:300],
        attendant=change.by,
        guard=guard,
        signed_at=change.now,
    )
    change.words = guard.name


def finish_checklist(change: Change, checklist: str) -> None:
    """The day's opening, or its close. Refused with every reason as long as something stands open."""
    run = _run(change, checklist)
    if run.done_at is not None:
        return
    reasons = list(what_stands_open(change.bar, run))
    if reasons:
        words = _("The bar cannot be closed yet.") if checklist == CLOSE else _("The bar is not ready yet.")
        raise Refused(words, reasons)
    change.meet(run.matter)
    change.set(run, done_at=change.at, done_by_id=change.by.pk)


def what_stands_open(bar: Bar, run: Run) -> Iterator[str]:
    """One sentence for each thing that keeps the list from being done."""
    lines = CheckItem.objects.filter(bar=bar, checklist=run.checklist, retired_at=None)
    unticked = [line.number for line in lines if line.pk not in run.ticked]
    if unticked:
        yield _("Not ticked: %(numbers)s.") % {"numbers": ", ".join(map(str, unticked))}
    if not GoodsHandover.objects.filter(run=run.pk).exists():  # the list of a day that nobody has begun has no row
        yield _("The goods are not handed over: both sign.")
    if run.checklist == CLOSE:
        yield from _left_in_the_hall(bar)


def _left_in_the_hall(bar: Bar) -> Iterator[str]:
    parties = Party.objects.at_tables().filter(bar=bar).select_related("table")
    seated = [str(party.table) for party in parties if party.left_at is None]
    if seated:
        yield _("Guests still sit at %(tables)s.") % {"tables": ", ".join(seated)}
    to_clear = [str(party.table) for party in parties if party.left_at is not None]
    if to_clear:
        yield _("To clear: %(tables)s.") % {"tables": ", ".join(to_clear)}
    waiting = DrinkOrder.objects.filter(party__bar=bar, status=DrinkOrder.Status.PLACED).count()
    if waiting:
        yield ngettext("%(n)d order is not served.", "%(n)d orders are not served.", waiting) % {"n": waiting}
    nameless = Loan.objects.out().filter(gear__bar=bar, to="").values_list("gear__number", flat=True)
    if nameless:
        yield _("Out without a name: %(items)s.") % {"items": ", ".join(sorted(nameless))}


def counted_goods(bar: Bar) -> list[list[str | int]]:
    """[what, how many, of which unit]: hats and boots in place and out, and what is on the shelf."""
    rows: list[list[str | int]] = []
    out = Q(loans__back_at=None, loans__withdrawn_at=None, loans__isnull=False)
    gear = Gear.objects.filter(bar=bar, retired_at=None).exclude(state=Gear.State.LOST)
    counted = gear.values("kind").annotate(n=Count("pk", distinct=True), out=Count("loans", filter=out))
    for kind, number, lent in counted.order_by("-kind").values_list("kind", "n", "out"):
        rows.append([str(Gear.Kind(kind).label), number - lent, _("%(n)d out") % {"n": lent} if lent else ""])
    items = StockItem.objects.filter(bar=bar, retired_at=None).annotate(left=Sum("lots__left"))
    rows += [[item.name, item.left or 0, item.unit] for item in items]
    return rows


def _line(change: Change, checklist: str, item: int) -> tuple[Run, CheckItem]:
    found = CheckItem.objects.filter(bar=change.bar, checklist=checklist, pk=item, retired_at=None).first()
    if found is None:
        raise NotHere(_("This line is not on the list."))
    run = _run(change, checklist)
    if run.done_at is not None:
        raise Refused(_("This checklist is done. Take that back first."))
    change.words = found.text
    return run, found


def _run(change: Change, checklist: str) -> Run:
    if checklist not in {OPEN, CLOSE}:
        raise NotHere(_("There is no such checklist."))
    day = bar_day(change.at, change.bar.site.zone)
    change.about = f"run:{day.isoformat()}:{checklist}"
    return run_of(change.bar, day, checklist, change.now)

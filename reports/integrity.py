"""What has to add up about reports, beyond what the database itself refuses. Timers are checked by the ground."""

from __future__ import annotations

import json
from collections.abc import Iterator

from portal.promises.models import TimerState
from reports.models import Edition, Report, ReportTimer
from reports.papers.document import miscounted, sha256_of
from reports.promised import Target


def findings() -> Iterator[str]:
    """One sentence for each thing that does not add up."""
    for edition in Edition.objects.select_related("report").iterator(chunk_size=1):
        where = f"report {edition.report.number}, edition {edition.number}"
        issued = edition.report.events.filter(kind="issued", details__edition=edition.number).first()
        if issued is None or not sha256_of(edition.content) == edition.sha256 == issued.details["sha256"]:
            yield f"{where} is not what was issued: its hash differs"
        for figure in miscounted(json.loads(edition.content)["document"]):
            yield f"{where} says another number for {figure} than its rows"
    running = ReportTimer.objects.filter(state=TimerState.RUNNING)
    made = running.filter(target=Target.MADE).values("report")
    out = running.exclude(target=Target.MADE).values("report")
    for number in Report.objects.filter(status="planned").exclude(pk__in=made).values_list("number", flat=True):
        yield f"report {number} is planned and nobody has promised to count it"
    for number in Report.objects.exclude(status="planned").filter(pk__in=made).values_list("number", flat=True):
        yield f"report {number} is counted and its promise still runs"
    for number in Report.objects.exclude(status="issued").exclude(pk__in=out).values_list("number", flat=True):
        yield f"report {number} is not issued and nobody has promised it"
    for number in Report.objects.filter(status="issued", pk__in=out).values_list("number", flat=True):
        yield f"report {number} is issued and its promise still runs"
    for number in Report.objects.filter(status="issued", editions=None).values_list("number", flat=True):
        yield f"report {number} is issued and has no edition"

"""Bringing an owners' register in: upload, what was understood and what is wrong, go, and take back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.organization import setup
from portal.organization.models import User
from portal.organization.roles import Role
from portal.organization.views.frames import setup_frame
from portal.pages.asking import only_for, user_of
from portal.workbooks import answer
from residents.forms import ColumnsForm, UploadForm
from residents.models import ImportProblem, ImportRun, ImportState
from residents.models.imports import IMPORTERS, UNFINISHED
from residents.register import course, runs, sheets
from residents.register.reading import NotReadable
from residents.register.undoing import NotToBeUndone
from residents.register.words import FILES, PROBLEMS, SHEETS

PAGE = 20
SHOWN_RUNS = 20
SHOWN_ROOMS = 10
STEP = "/residents/import/"  # the import as a step of the set-up


@only_for(IMPORTERS)
@never_cache
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The registers that came in so far, and the place to bring another."""
    user = user_of(request)
    form = UploadForm(user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.open_run(form.cleaned_data["site"], user, file.name, file)
            return redirect("residents:import", run.uuid)
        except NotReadable as refusal:
            form.add_error("file", _("The file %(why)s.") % {"why": FILES[refusal.code]})
    context = {
        "form": form,
        "runs": ImportRun.objects.visible_to(user).select_related("site", "by").defer("sealed_file")[:SHOWN_RUNS],
        "setup_step": _setup_step(user),
    }
    return render(request, "residents/imports.html", context, status=422 if form.errors else 200)


@only_for(IMPORTERS)
@never_cache
@require_GET
def import_run(request: HttpRequest, run_uuid: uuid.UUID) -> HttpResponse:
    """One register on its way: progress, what each column means, counts, and every row that needs mending."""
    run = _run(request, run_uuid)
    return render(
        request, "residents/import.html", _shown(request, run) | {"setup_step": _setup_step(user_of(request))}
    )


@only_for(IMPORTERS)
@require_POST
def columns(request: HttpRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = _run(request, run_uuid)
    form = ColumnsForm(_headers(run), _sheets(run), request.POST)
    if not form.is_valid() or not form.names_homes():
        if not form.errors:
            form.add_error(None, _("One column has to say which home a row is about: choose it as the room."))
        return render(request, "residents/import.html", _shown(request, run, form), status=422)
    return _step(request, run, lambda: course.explain_columns(run.pk, form.told, form.buildings))


@only_for(IMPORTERS)
@require_POST
def let_in(request: HttpRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = _run(request, run_uuid)
    return _step(request, run, lambda: course.let_in(run.pk, by=user_of(request)))


@only_for(IMPORTERS)
@require_POST
def take_back(request: HttpRequest, run_uuid: uuid.UUID) -> HttpResponse:
    run = _run(request, run_uuid)
    try:
        taken = course.take_back(run.pk, by=user_of(request))
    except NotToBeUndone:
        messages.warning(request, _("Only the last import of a site can be taken back."), extra_tags="soon")
    else:
        said = ngettext(
            "Taken back: %(units)d unit, %(people)d people.",
            "Taken back: %(units)d units, %(people)d people.",
            taken.units,
        )
        messages.success(request, said % {"units": taken.units, "people": taken.people}, extra_tags="ok")
        if taken.kept_people or taken.kept_units:
            kept = _(
                "Kept, because tickets or notes name them or somebody has changed them: "
                "%(units)d units, %(people)d people."
            )
            numbers = {"units": taken.kept_units, "people": taken.kept_people}
            messages.warning(request, kept % numbers, extra_tags="soon")
        if taken.kept_by_hand:
            words = _("Left as it is, because somebody has changed it by hand since: %(rooms)s.")
            messages.warning(request, words % {"rooms": _some_of(taken.kept_by_hand)}, extra_tags="soon")
    return redirect("residents:import", run.uuid)


def _some_of(rooms: list[str]) -> str:
    return "、".join(rooms[:SHOWN_ROOMS]) + ("…" if len(rooms) > SHOWN_ROOMS else "")


@only_for(IMPORTERS)
@require_GET
def template(request: HttpRequest) -> FileResponse:
    return answer(sheets.template(), "residents-template")


@only_for(IMPORTERS)
@require_GET
def problems(request: HttpRequest, run_uuid: uuid.UUID) -> FileResponse:
    return answer(sheets.problems(_run(request, run_uuid)), "rows-to-mend")


def _setup_step(user: User) -> dict[str, Any] | None:
    """Where the import stands among the steps of a set-up that is still going on, for whoever leads it."""
    leads = user.scope.holds({Role.ADMINISTRATOR}) and not setup.is_finished()
    return setup_frame(STEP) if leads else None


def _run(request: HttpRequest, run_uuid: uuid.UUID) -> ImportRun:
    seen = ImportRun.objects.visible_to(user_of(request)).select_related("site", "by").defer("sealed_file")
    return get_object_or_404(seen, uuid=run_uuid)


def _step(request: HttpRequest, run: ImportRun, step: Any) -> HttpResponse:
    try:
        step()
    except course.NotNow:
        messages.warning(request, _("This register has moved on meanwhile; here is how it stands."), extra_tags="soon")
    return redirect("residents:import", run.uuid)


def _headers(run: ImportRun) -> dict[str, str | None]:
    """Every header of the file once, with what it is taken for."""
    found: dict[str, str | None] = {}
    for sheet in run.columns:
        for column in sheet["columns"]:
            found.setdefault(column["header"], column["field"])
    return found


def _sheets(run: ImportRun) -> dict[str, str]:
    """The sheets that have no column of buildings, with the building that they are taken to be about."""
    return {sheet["sheet"]: sheet.get("building", "") for sheet in run.columns if sheet.get("asks")}


def _shown(request: HttpRequest, run: ImportRun, form: ColumnsForm | None = None) -> dict[str, Any]:
    only = request.GET.get("only", "")
    found = run.problems.all()
    if only in ("refused", "warned"):
        found = found.filter(refused=only == "refused")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    headers = _headers(run)
    unknown = [header for header, meaning in headers.items() if meaning is None]
    counts = run.counts
    return {
        "run": run,
        "working": run.state in UNFINISHED,
        "percent": min(99, 100 * run.rows_done // run.rows_total) if run.rows_total else 0,
        "why_failed": FILES.get(run.problem, ""),
        "skipped": [
            {"title": sheet["sheet"], "why": SHEETS.get(sheet.get("skipped", ""), "")}
            for sheet in run.columns
            if not sheet["readable"]
        ],
        "columns": form or ColumnsForm(headers, _sheets(run)),
        "unknown": unknown,
        "counts": counts,
        "going_in": counts.get("rows", 0) - counts.get("refused", 0),
        "problems": [_line(problem) for problem in page],
        "pager": page,
        "only": only,
        "can_go": run.state == ImportState.TRIED and counts.get("units"),
        "can_undo": run.state == ImportState.DONE,
    }


def _line(problem: ImportProblem) -> dict[str, Any]:
    said = PROBLEMS[problem.code]
    return {
        "row": problem.row,
        "sheet": problem.sheet,
        "room": problem.room,
        "column": sheets.column_words(problem.column),
        "cell": problem.cell,
        "refused": problem.refused,
        "why": said.why,
        "mend": said.mend,
    }

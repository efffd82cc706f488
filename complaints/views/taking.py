"""Taking one step of a ticket: one service, then back to the page; refused, everything that was typed is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from complaints.errors import Refusal, Stale
from complaints.forms import VersionForm
from complaints.models import Ticket, TicketEvent
from complaints.states import EventKind
from complaints.views.asking import user_of, who_see_tickets
from complaints.views.drafting import bring_in, key_of, send
from complaints.views.queue import preview_of
from complaints.views.steps import SPECS, StepSpec, is_whose
from complaints.views.ticket import Refused, form_of, found_by, page_of
from complaints.views.what_if import trial
from portal.drafts.models import Draft
from portal.drafts.services import discard
from portal.organization.models import User

REPEAT_SECONDS = 30


@login_required
@who_see_tickets
@never_cache
@require_POST
def take(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Take one step: one service, then back to the ticket; refused, the page says why with everything typed kept."""
    user = user_of(request)
    found = found_by(user, number)
    spec = SPECS[slug]
    form = form_of(spec, found, request.POST)
    if not is_whose(slug, user, found):
        whose = Refused(slug, form if spec.form else None, _("This step belongs to somebody else."))
        return page_of(request, found, whose, status=403)
    if _only_asks(request):
        return _asked(request, found, spec, form)
    return _take(request, found, spec, form)


def _take(request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm) -> HttpResponse:
    user, slug, key = user_of(request), spec.slug, key_of(found.number, spec.slug)
    files_refused = bring_in(request, user, key) if spec.takes_files else ""
    if slug == "note" and (
        files_refused or Draft.objects.visible_to(user).filter(key=key, files__isnull=False).exists()
    ):
        form.fields["text"].required = False  # a photo says enough
    if files_refused:
        form.is_valid()
        return page_of(request, found, Refused(slug, form, files_refused), status=422)
    if "try" in request.POST:
        _without_reason(form)
    if not form.is_valid():
        odd = "" if spec.form else _("This page was out of date. Look at it again, then decide.")
        return page_of(request, found, Refused(slug, form if spec.form else None, odd), status=422)
    seen = form.cleaned_data.get("seen") or _last_event(found)
    try:
        if spec.tries and "try" in request.POST:
            return _tried(request, found, spec, form)
        send(found, user, spec, form.cleaned_data)
    except Stale as stale:
        if not _is_repeat(found, user, form.cleaned_data):
            return _too_late(request, found, spec, form, stale)
        discard(user, key)
        return _taken(request, found, spec, form, seen)
    except Refusal as refusal:
        return _not_taken(request, found, spec, form, refusal)
    return _taken(request, found, spec, form, seen)


def _last_event(found: Ticket) -> int:
    return TicketEvent.objects.filter(ticket=found).aggregate(last=Max("pk"))["last"] or 0


def _say_what_happened(request: HttpRequest, found: Ticket, seen: int) -> None:
    """What the history has got from this person since the page was made, never what the button was called."""
    done = TicketEvent.objects.filter(ticket=found, by=user_of(request), pk__gt=seen).order_by("pk").first()
    if done is None:
        said = _("%(number)s: nothing has changed, there was nothing to do.") % {"number": found.number}
        messages.info(request, said, extra_tags="soon")
        return
    said = _("%(number)s: %(what)s. Saved.") % {"number": found.number, "what": EventKind(done.kind).label}
    messages.success(request, said, extra_tags="ok")


def _taken(request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm, seen: int) -> HttpResponse:
    """Back to where it was taken from."""
    user = user_of(request)
    if _from_preview(request):
        response = render(request, "complaints/_preview.html", preview_of(found.number, user))
        response["HX-Trigger"] = "list-changed"
        return response
    _say_what_happened(request, found, seen)
    if spec.warns and (warning := spec.warns(found, form.cleaned_data)):
        messages.warning(request, warning, extra_tags="soon")
    # What a department sends back is no longer its own to see: its page would be a dead end.
    leaves = spec.slug in {"send-back", "helper-done"}
    gone = leaves and not Ticket.objects.visible_to(user).filter(pk=found.pk).exists()
    return redirect("/queue/" if gone or request.POST.get("next") == "/queue/" else found.url)


def _without_reason(form: VersionForm) -> None:
    """What would change can be seen before the reason is written down."""
    if "text" in form.fields:
        form.fields["text"].required = False


def _if(found: Ticket, user: User, spec: StepSpec, form: VersionForm) -> dict[str, Any]:
    said = form.cleaned_data
    found_out = trial(found, lambda: spec.take(found, user, said | {"text": said.get("text") or "–"}))
    return found_out | {"said": spec.says(found, said) if spec.says else []}


def _only_asks(request: HttpRequest) -> bool:
    return "try" in request.POST and bool(request.htmx)  # type: ignore[attr-defined]


def _asked(request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm) -> HttpResponse:
    """While the form is being filled in: what would change, as far as it can be said already."""
    what: dict[str, Any] = {}
    _without_reason(form)
    if spec.tries and form.is_valid():
        try:
            what = _if(found, user_of(request), spec, form)
        except Refusal as refusal:
            what = {"problem": refusal.user_message}
    return render(request, "complaints/_what_if.html", {"trial": what})


def _tried(request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm) -> HttpResponse:
    return page_of(request, found, Refused(spec.slug, form, trial=_if(found, user_of(request), spec, form)))


def _not_taken(
    request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm, refusal: Refusal
) -> HttpResponse:
    user = user_of(request)
    if _from_preview(request):
        context = preview_of(found.number, user) | {"problem": refusal.user_message}
        return render(request, "complaints/_preview.html", context, status=409)
    refused = Refused(spec.slug, form if spec.form else None, refusal.user_message)
    return page_of(request, found_by(user, found.number), refused, status=409)


def _too_late(request: HttpRequest, found: Ticket, spec: StepSpec, form: VersionForm, stale: Stale) -> HttpResponse:
    """Somebody acted since the page was made: it shows what, with everything that was typed."""
    seen = form.cleaned_data.get("seen") or 0
    refused = Refused(spec.slug, form if spec.form else None, stale.user_message, stale=True, seen=seen)
    return page_of(request, found_by(user_of(request), found.number), refused, status=409)


def _from_preview(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.GET.get("from") == "preview"  # type: ignore[attr-defined]


def _is_repeat(found: Ticket, user: User, typed: dict[str, Any]) -> bool:
    """A second click on the same button: the last thing that happened is this person's, with these very words."""
    last = TicketEvent.objects.filter(ticket=found, by=user).order_by("-pk").first()
    recent = last is not None and (timezone.now() - last.at).total_seconds() < REPEAT_SECONDS
    return (
        recent
        and last is not None
        and last.pk > (typed.get("seen") or 0)
        and last.text == (typed.get("text") or "").strip()
    )

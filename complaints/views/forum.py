"""The owners' forum 业主论坛: a ticket's own page of its post, and the list of what waits there (C15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from complaints import services
from complaints.errors import NotPossible, Refusal
from complaints.models import Courtesy, ForumPost, ForumReply, Ticket, TicketTimer
from complaints.models.forum import MOST_OF_PLACE, MOST_OF_TEXT
from complaints.services.forum import may_confirm_reply, refuse_moments
from complaints.states import ReportChannel, Status, Target
from complaints.views import shown
from complaints.views.asking import desk_and_leaders, user_of
from complaints.views.naming import persons_to_choose
from portal.organization.models import User
from portal.organization.roles import DESK, Role
from portal.promises.models import TimerState

MOST = 50  # of each list: older ones come up as these are done
OF_THE_DESK = frozenset({"note", "change", "write", "courtesy", "post"})
OF_THE_CONFIRMER = frozenset({"confirm", "send_back"})
LIVE = TicketTimer.objects.filter(target=Target.FORUM_REPLY).exclude(state=TimerState.CANCELLED).order_by("pk")


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


class PlainForm(forms.Form):
    def __init__(self, *args: Any, ticket: Ticket | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ticket is not None and "watcher" in self.fields:
            self.fields["watcher"].choices = persons_to_choose(ticket, desk=True)  # type: ignore[attr-defined]


class Moment(forms.DateTimeField):
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ChangeForm(PlainForm):
    where = forms.CharField(label=gettext_lazy("Where it stands (link)"), max_length=MOST_OF_PLACE)
    watcher = forms.TypedChoiceField(label=pgettext_lazy("forum", "Watched by"), coerce=int)


class NoteForm(ChangeForm):
    posted_at = Moment(label=gettext_lazy("When it was posted"))
    passed_on_at = Moment(
        label=gettext_lazy("When another department passed it on (empty: we found it ourselves)"), required=False
    )
    field_order = ("where", "posted_at", "passed_on_at", "watcher")

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        posted_at: datetime | None = typed.get("posted_at")
        if posted_at is not None:
            try:
                refuse_moments(posted_at, typed.get("passed_on_at"), timezone.now())
            except NotPossible as refusal:
                self.add_error("posted_at", refusal.user_message)
        return typed


class WriteForm(PlainForm):
    text = forms.CharField(label=gettext_lazy("Reply"), max_length=MOST_OF_TEXT, widget=_area(4))


class CourtesyForm(PlainForm):
    courtesy = forms.ChoiceField(label=gettext_lazy("Courtesy"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirmed = Courtesy.objects.exclude(confirmed_at=None)
        self.fields["courtesy"].choices = [  # type: ignore[attr-defined]
            (f"{one.pk}-{slug}", format_html('<span lang="{}">{}</span>', lang, text))
            for one in confirmed
            for slug, lang, text in (("zh", "zh-Hans", one.text), ("en", "en", one.text_en))
        ]


class DraftForm(PlainForm):
    draft = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class SendBackForm(DraftForm):
    words = forms.CharField(label=gettext_lazy("What is to be changed"), max_length=MOST_OF_TEXT, widget=_area())


class AddCourtesyForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Chinese"), max_length=MOST_OF_TEXT, widget=_area())
    text_en = forms.CharField(label=gettext_lazy("English"), max_length=MOST_OF_TEXT, widget=_area())


class ConfirmCourtesyForm(forms.Form):
    courtesy = forms.ModelChoiceField(Courtesy.objects.all(), widget=forms.HiddenInput)


FORMS: dict[str, type[PlainForm]] = {
    "note": NoteForm,
    "post": DraftForm,
    "confirm": DraftForm,
    "send_back": SendBackForm,
    "write": WriteForm,
    "courtesy": CourtesyForm,
    "change": ChangeForm,
}
TITLES = {
    "note": gettext_lazy("Note the post"),
    "post": gettext_lazy("It is posted in the forum"),
    "confirm": gettext_lazy("Confirm the text"),
    "send_back": gettext_lazy("Send the text back"),
    "write": gettext_lazy("Write the reply"),
    "courtesy": gettext_lazy("Take a ready-made courtesy"),
    "change": gettext_lazy("Change place or watcher"),
}


@login_required
@desk_and_leaders
@never_cache
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, number: str) -> HttpResponse:
    """The post, its replies, and the forms that are this person's next."""
    user = user_of(request)
    ticket = get_object_or_404(Ticket.objects.visible_to(user).select_related("site", "unit"), number=number)
    found = ForumPost.objects.filter(ticket=ticket).select_related("watcher").first()
    if request.method == "GET":
        return _page(request, ticket, found)
    do = request.POST.get("do", "")
    if do not in _whose(user, ticket):
        raise PermissionDenied
    form = FORMS[do](request.POST, ticket=ticket)
    if not form.is_valid():
        return _page(request, ticket, found, do, form, status=422)
    try:
        _take(do, ticket, found, form.cleaned_data, user)
    except Refusal as refusal:
        return _page(request, ticket, found, do, form, problem=refusal.user_message, status=409)
    messages.success(request, _("%(number)s: saved.") % {"number": number}, extra_tags="ok")
    return redirect(f"{ticket.url}forum/")


def _whose(user: User, ticket: Ticket) -> frozenset[str]:
    mine = OF_THE_DESK if user.scope.holds(DESK, ticket.site_id) else frozenset()
    return mine | (OF_THE_CONFIRMER if may_confirm_reply(user, ticket) else frozenset())


def _take(do: str, ticket: Ticket, found: ForumPost | None, typed: dict[str, Any], user: User) -> None:
    if do in {"note", "change"}:
        _note(ticket, found, typed, user)
    elif do == "write":
        services.write_forum_reply(ticket.pk, typed["text"], by=user)
    elif do == "courtesy":
        courtesy, _dash, language = typed["courtesy"].partition("-")
        services.choose_courtesy(ticket.pk, int(courtesy), by=user, english=language == "en")
    elif do == "confirm":
        services.confirm_forum_reply(ticket.pk, typed["draft"], by=user)
    elif do == "send_back":
        services.send_forum_reply_back(ticket.pk, typed["draft"], typed["words"], by=user)
    else:
        services.post_forum_reply(ticket.pk, typed["draft"], by=user)


def _note(ticket: Ticket, found: ForumPost | None, typed: dict[str, Any], user: User) -> None:
    watcher = User.objects.get(pk=typed["watcher"])
    posted_at = typed.get("posted_at") or (found.posted_at if found else None)
    if posted_at is None:
        raise NotPossible(_("Note first where the post stands."), ticket)
    services.note_forum_post(
        ticket.pk, typed["where"], posted_at, watcher, by=user, passed_on_at=typed.get("passed_on_at")
    )


def _page(
    request: HttpRequest,
    ticket: Ticket,
    found: ForumPost | None,
    refused: str = "",
    form: forms.Form | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    user = user_of(request)
    people = ("written_by", "confirmed_by", "posted_by")
    replies = list(ForumReply.objects.filter(post=found).select_related(*people).order_by("-pk")) if found else []
    coming = next((reply for reply in replies if reply.posted_at is None), None)
    due = _due(ticket, found, coming)
    blanks: dict[str, forms.Form] = {
        do: FORMS[do](initial=_initial(do, found, coming, user), ticket=ticket, auto_id=f"id_{do}_%s")
        for do in FORMS
        if do in due & _whose(user, ticket)
    }
    if form is not None:
        blanks[refused] = form
    words = shown.Words(timezone.now())
    context = {
        "ticket": ticket,
        "of_forum": ticket.channel == ReportChannel.FORUM,
        "post": found,
        "replies": replies,
        "problem": problem,
        "timers": [timer_line(timer, words, ticket) for timer in LIVE.filter(ticket=ticket)],
        "forms": [
            {"do": do, "title": TITLES[do], "form": blank, "errors": _errors(blank)} for do, blank in blanks.items()
        ],
    }
    return render(request, "complaints/forum_post.html", context, status=status)


def _due(ticket: Ticket, found: ForumPost | None, coming: ForumReply | None) -> set[str]:
    """The forms that have a use now."""
    if found is None:
        return {"note"} if ticket.channel == ReportChannel.FORUM and not ticket.is_over else set()
    due = {"write"} | (set() if ticket.is_over else {"change"})
    if Courtesy.objects.exclude(confirmed_at=None).exists():
        due.add("courtesy")
    if coming is not None and coming.confirmed_at is not None:
        due |= {"post", "send_back"}
    elif coming is not None and not coming.sent_back:
        due |= OF_THE_CONFIRMER
    return due


def _initial(do: str, found: ForumPost | None, coming: ForumReply | None, user: User) -> dict[str, Any]:
    if do == "change" and found is not None:
        return {"where": found.where, "watcher": found.watcher_id}
    said = {"text": coming.text, "draft": coming.draft} if coming else {}
    return {**said, "watcher": user.pk}


def _errors(form: forms.Form) -> list[tuple[str, str]]:
    found = []
    for name, said in form.errors.items():
        field = form[name] if name in form.fields else None
        found += [(field.id_for_label if field else "", str(words)) for words in said]
    return found


def timer_line(timer: TicketTimer, words: shown.Words, ticket: Ticket) -> dict[str, Any]:
    left = words.left(timer.due_at, timer.started_at, timer.warn_at)
    return {
        "name": Target(timer.target).label,
        "running": timer.state == TimerState.RUNNING,
        "late": timer.breached_at is not None,
        "due_at": timer.due_at,
        "met_at": timer.met_at,
        "left": left,
        "clock": shown.clock_attributes(left, ticket.site.zone),
    }


@login_required
@desk_and_leaders
@never_cache
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """What waits: tickets whose post nobody noted, posts without a reply, texts to confirm; and the courtesies."""
    user = user_of(request)
    if request.method == "GET":
        return _list(request, AddCourtesyForm())
    if request.POST.get("do") == "confirm":
        if not user.scope.holds({Role.OPERATIONS_MANAGER}):
            raise PermissionDenied
        chosen = ConfirmCourtesyForm(request.POST)
        if not chosen.is_valid():
            return _list(request, AddCourtesyForm(), status=422)
        services.confirm_courtesy(chosen.cleaned_data["courtesy"].pk, by=user)
    else:
        form = AddCourtesyForm(request.POST)
        if not form.is_valid():
            return _list(request, form, status=422)
        services.add_courtesy(form.cleaned_data["text"], form.cleaned_data["text_en"], by=user)
    messages.success(request, _("Saved."), extra_tags="ok")
    return redirect("/forum/")


def _list(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    user, words = user_of(request), shown.Words(timezone.now())
    tickets = Ticket.objects.visible_to(user)
    posts_open = ForumPost.objects.visible_to(user).filter(answered_at=None)
    posts_open = posts_open.exclude(ticket__status__in=[Status.WITHDRAWN, Status.MERGED, Status.VOID])
    posts_open = posts_open.select_related("ticket__site", "ticket__unit", "watcher").order_by("posted_at", "pk")
    posts_open = posts_open.prefetch_related(Prefetch("ticket__timers", LIVE, to_attr="forum_timers"))
    unnoted = tickets.open().filter(channel=ReportChannel.FORUM, forum_post=None).select_related("unit")
    waiting = ForumReply.objects.visible_to(user).waiting().select_related("post__ticket", "written_by")
    context = {
        "lines": [
            {"post": one, "timer": next((timer_line(t, words, one.ticket) for t in one.ticket.forum_timers), None)}  # type: ignore[attr-defined]
            for one in posts_open[:MOST]
        ],
        "unnoted": unnoted.order_by("received_at", "pk")[:MOST],
        "waiting": waiting.order_by("written_at", "pk")[:MOST],
        "courtesies": Courtesy.objects.select_related("confirmed_by"),
        "may_confirm": user.scope.holds({Role.OPERATIONS_MANAGER}),
        "form": form,
        "errors": _errors(form),
    }
    return render(request, "complaints/forum.html", context, status=status)

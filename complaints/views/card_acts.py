"""What a card of the queue offers a department on a phone: its next step, a call, the way back (SCREENS 5.12)."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.states import Status
from complaints.views import shown
from complaints.views.rows import Acts
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, Role
from portal.pages.templatetags.icons import use

NOTHING = mark_safe("")
_SIGN = (
    '<button class="btn btn-primary" form="one" formaction="/tickets/{}/sign/">{}{}'
    '<span class="visually-hidden"> {}</span></button>'
)
_LINK = '<a class="btn{}" href="/tickets/{}/{}">{}{}<span class="visually-hidden"> {}</span></a>'


def acts_of(user: User) -> Acts | None:
    """For whom works in a department; the others open the ticket."""
    mine = user.scope.departments_as(DEPARTMENT)
    headed = user.scope.departments_as({Role.DEPARTMENT_HEAD})
    if not mine:
        return None
    words = {
        "call": pgettext("button", "Call"),
        "sign": pgettext("step", "Sign for it"),
        "back": pgettext("step", "Send back"),
        "progress": _("Photo, progress"),
        "resolve": pgettext("step", "Handling done"),
        "return": pgettext("step", "Return the form"),
    }

    def acts(line: shown.Line) -> SafeString:
        if line.department_id not in mine:
            return NOTHING
        return _cell(_buttons(line, words, heads=line.department_id in headed))

    return acts


def _buttons(line: shown.Line, words: dict[str, object], *, heads: bool) -> list[SafeString]:
    number = line.number

    def link(where: str, icon: str, word: str, css: str = "") -> SafeString:
        return format_html(_LINK, css, number, where, use(icon), words[word], number)

    call = link("#call", "phone", "call")
    if line.status == Status.DISPATCHED:
        sign = format_html(_SIGN, number, use("check"), words["sign"], number)
        return [sign, call, link("?do=send-back#do", "back", "back")]
    if line.status in {Status.SIGNED, Status.IN_PROGRESS, Status.WAITING}:
        done = link("?do=resolve#do", "check", "resolve", " btn-strong")
        return [link("?do=progress#do", "camera", "progress"), done, call]
    if line.waits_for_form and heads:
        return [link("?do=return#do", "check", "return", " btn-strong")]
    return []


def _cell(buttons: list[SafeString]) -> SafeString:
    if not buttons:
        return NOTHING
    return format_html('<td class="c-acts">{}</td>', format_html_join("", "{}", ((one,) for one in buttons)))

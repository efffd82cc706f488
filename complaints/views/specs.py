"""The steps of the line as buttons and forms: what each is called, what it asks, and which service takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import forms, services
from complaints.models import Ticket
from complaints.services import How
from complaints.states import ReportChannel, Severity
from portal.organization.models import User
from portal.pages.houses import departments

FACE_TO_FACE = frozenset({ReportChannel.COUNTER, ReportChannel.RECEPTION_DAY})
Take = Callable[[Ticket, User, dict[str, Any]], object]


@dataclass(frozen=True)
class StepSpec:
    """``slug`` is its address below the ticket; without a form one press takes it."""

    slug: str
    label: str | Promise
    icon: str
    take: Take
    form: type[forms.VersionForm] | None = None
    key: str = ""
    asks: str | Promise = ""
    phrase: str = ""
    hint: str | Promise = ""
    tries: bool = False  # its form shows what would change before it is saved
    says: Callable[[Ticket, dict[str, Any]], list[str]] | None = None  # and what besides limits
    warns: Callable[[Ticket, dict[str, Any]], str] | None = None  # once it is saved: what it did not do by itself

    @property
    def takes_files(self) -> bool:
        return self.form is not None and issubclass(self.form, forms.TextForm)


def version_of(typed: dict[str, Any]) -> dict[str, Any]:
    return {"version": typed.get("version")}


def department_of(typed: dict[str, Any]) -> Any:
    return departments()[typed["department"]]


OF_THE_LINE: dict[str, StepSpec] = {
    spec.slug: spec
    for spec in (
        StepSpec(
            "acknowledge",
            pgettext_lazy("step", "Acknowledge"),
            "check",
            lambda t, u, d: services.acknowledge(t.pk, by=u),
            key="s",
        ),
        StepSpec(
            "forward",
            pgettext_lazy("step", "Forward"),
            "up",
            lambda t, u, d: services.forward(t.pk, d["text"], by=u),
            forms.ReturnForm,
            asks=_("A word to the manager (may stay empty)"),
        ),
        StepSpec(
            "sign",
            pgettext_lazy("step", "Sign for it"),
            "check",
            lambda t, u, d: services.sign_for_ticket(t.pk, by=u, **version_of(d)),
            key="s",
        ),
        StepSpec(
            "arrive",
            pgettext_lazy("step", "On site"),
            "check",
            lambda t, u, d: services.record_arrival(t.pk, by=u, **version_of(d)),
        ),
        StepSpec(
            "made-safe",
            pgettext_lazy("step", "Danger over"),
            "check",
            lambda t, u, d: services.record_safe(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            asks=_("What was done to make it safe"),
        ),
        StepSpec(
            "dispatch",
            pgettext_lazy("step", "Dispatch"),
            "send",
            lambda t, u, d: services.dispatch_ticket(t.pk, department_of(d), by=u, **version_of(d)),
            forms.DepartmentForm,
            key="d",
            tries=True,
            hint=_("The department is told at once and signs for it."),
        ),
        StepSpec(
            "answer",
            pgettext_lazy("step", "Answer on the spot"),
            "phone",
            lambda t, u, d: services.answer_on_the_spot(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            asks=_("What was answered"),
        ),
        StepSpec(
            "answer-at-once",
            pgettext_lazy("step", "Answered at once"),
            "phone",
            lambda t, u, d: services.answer_at_once(
                t.pk, d["text"], by=u, in_person=t.channel in FACE_TO_FACE, **version_of(d)
            ),
            forms.TextForm,
            asks=_("What was answered"),
            hint=_("Told and over in one step, while the caller is still there."),
        ),
        StepSpec(
            "pass-on",
            pgettext_lazy("step", "Pass the praise on"),
            "send",
            lambda t, u, d: services.pass_on_praise(t.pk, department_of(d), by=u, **version_of(d)),
            forms.DepartmentForm,
            key="d",
        ),
        StepSpec(
            "progress",
            pgettext_lazy("step", "Note the handling"),
            "wrench",
            lambda t, u, d: services.note_handling(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            asks=_("How it is going"),
        ),
        StepSpec(
            "wait",
            pgettext_lazy("step", "Wait"),
            "hold",
            lambda t, u, d: services.wait(
                t.pk, d["text"], by=u, waits_for=d["waits_for"], until=d["until"], **version_of(d)
            ),
            forms.WaitForm,
            tries=True,
            asks=_("What is being waited for"),
            phrase="apology_third",
            hint=_("The resolution clock stands until the work goes on; the wait is visible."),
        ),
        StepSpec(
            "resume",
            pgettext_lazy("step", "Take it up again"),
            "redo",
            lambda t, u, d: services.resume(t.pk, by=u, **version_of(d)),
        ),
        StepSpec(
            "send-back",
            pgettext_lazy("step", "Send back"),
            "back",
            lambda t, u, d: services.send_back(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            asks=_("Why it is not this department's"),
        ),
        StepSpec(
            "resolve",
            pgettext_lazy("step", "Handling done"),
            "check",
            lambda t, u, d: services.resolve_ticket(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            key="f",
            asks=_("The result"),
            hint=_("The department head returns the form today."),
        ),
        StepSpec(
            "return",
            pgettext_lazy("step", "Return the form"),
            "check",
            lambda t, u, d: services.return_form(t.pk, d["text"], by=u, **version_of(d)),
            forms.ReturnForm,
            key="f",
            asks=_("Remarks on the handling (may stay empty)"),
            hint=_("The desk tells the resident today."),
        ),
        StepSpec(
            "inform",
            pgettext_lazy("step", "Tell the resident"),
            "phone",
            lambda t, u, d: services.inform_resident(t.pk, How(d["how"]), d["text"], d["said"], by=u, **version_of(d)),
            forms.InformForm,
            key="t",
            asks=_("What the resident was told"),
            phrase="inform",
            hint=_("This cannot be taken back: the callback is due from here."),
        ),
        StepSpec(
            "decline",
            pgettext_lazy("step", "Decline"),
            "info",
            lambda t, u, d: services.decline_ticket(
                t.pk, d["text"], d["understood"] == "yes", by=u, how=How(d["how"]), said=d["said"], **version_of(d)
            ),
            forms.DeclineForm,
            asks=_("The reason, as the resident was told it"),
            phrase="decline",
            hint=_("The resident is called back all the same."),
        ),
        StepSpec(
            "reopen",
            pgettext_lazy("step", "Reopen"),
            "redo",
            lambda t, u, d: services.reopen_ticket(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            asks=_("What is not solved"),
            phrase="callback_bad",
        ),
        StepSpec(
            "severity",
            pgettext_lazy("step", "Change the severity"),
            "up",
            lambda t, u, d: services.set_severity(t.pk, Severity(d["severity"]), d["text"], by=u, **version_of(d)),
            forms.SeverityForm,
            tries=True,
        ),
        StepSpec(
            "wish",
            pgettext_lazy("step", "Confirm the wished date"),
            "check",
            lambda t, u, d: services.confirm_wish(t.pk, by=u, **version_of(d)),
        ),
        StepSpec(
            "call-manager",
            pgettext_lazy("step", "Call the supervising manager"),
            "person",
            lambda t, u, d: services.call_manager_to_counter(t.pk, by=u),
        ),
        StepSpec(
            "note",
            pgettext_lazy("step", "Internal note"),
            "lock",
            lambda t, u, d: services.note_inside(t.pk, d["text"], by=u, with_files=d["with_files"]),
            forms.TextForm,
            key="m",
        ),
        StepSpec(
            "reply",
            pgettext_lazy("step", "Answer the resident"),
            "phone",
            lambda t, u, d: services.reply_to_resident(t.pk, d["text"], by=u, **version_of(d)),
            forms.TextForm,
            key="t",
        ),
    )
}

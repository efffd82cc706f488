from django.urls import path, register_converter

from complaints.views import (
    box,
    bulk,
    callback_rate,
    callbacks,
    cases,
    dispositions,
    files,
    forum,
    incidents,
    issues,
    known,
    later,
    naming,
    own_views,
    paper,
    party,
    queue,
    register,
    repeats,
    reporting,
    taking,
    ticket,
    undo,
    why,
)
from complaints.views.steps import SPECS


class NumberConverter:
    """A ticket's number, such as YJW-20261121-0007; anything else is no address of ours."""

    regex = r"[A-Za-z0-9]{1,6}-[0-9]{8}-[0-9]{4,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NumberConverter, "number")

app_name = "complaints"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/bulk/", bulk.bulk, name="bulk"),
    path("queue/views/", own_views.views, name="views"),
    path("queue/views/<int:view_id>/", own_views.change, name="change_view"),
    path("tickets/new/", register.register, name="register"),
    path("tickets/report/", reporting.report, name="report"),
    path("tickets/new/known/", known.known, name="known"),
    path("tickets/new/residents/", party.residents, name="residents"),
    path("tickets/register/", dispositions.register, name="dispositions"),
    path("tickets/register/print/", dispositions.paper, name="dispositions_paper"),
    path("tickets/register/export.xlsx", dispositions.export, name="dispositions_export"),
    path("tickets/<number:number>/", ticket.ticket, name="ticket"),
    path("tickets/<number:number>/case/", cases.write, name="write_case"),
    path("tickets/<number:number>/similar/", cases.similar, name="similar"),
    path("tickets/<number:number>/issue/", issues.attach, name="attach_to_issue"),
    path("suggestion-box/", box.box, name="box"),
    path("common-issues/", issues.issues, name="issues"),
    path("common-issues/published/", issues.published, name="published_issues"),
    path("common-issues/<int:issue_id>/", issues.issue, name="issue"),
    path("cases/", cases.library, name="cases"),
    path("cases/repeats/", repeats.repeats, name="repeats"),
    path("cases/repeats/<int:repeat_id>/", repeats.decide, name="decide_repeat"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("tickets/<number:number>/slip/", paper.slip, name="slip"),
    path("tickets/<number:number>/form/", paper.form, name="form"),
    path("tickets/<number:number>/why/", why.why, name="why"),
    path("tickets/<number:number>/preview/", queue.preview, name="preview"),
    path("tickets/<number:number>/colleagues/", naming.colleagues, name="colleagues"),
    path("tickets/<number:number>/undo/", undo.undo, name="undo"),
    path("forum/", forum.posts, name="forum_posts"),
    path("tickets/<number:number>/forum/", forum.post, name="forum_post"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("tickets/<number:number>/incident/", incidents.incident, name="incident"),
    path("tickets/<number:number>/later/", later.later, name="later"),
    path("tickets/<number:number>/presence/", files.presence, name="presence"),
    path("tickets/<number:number>/files/<uuid:file>/", files.file, name="file"),
    path("tickets/<number:number>/files/<uuid:file>/preview/", files.preview, name="file_preview"),
    *(path(f"tickets/<number:number>/{slug}/", taking.take, {"slug": slug}, name=f"step_{slug}") for slug in SPECS),
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/rate/", callback_rate.rate, name="callback_rate"),
    path("callbacks/rate/rows/", callback_rate.rows, name="callback_rows"),
    path("callbacks/<int:callback_id>/", callbacks.record, name="record_callback"),
]

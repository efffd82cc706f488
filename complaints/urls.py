from django.urls import path

from complaints.views import callbacks, dashboard, queue, register, ticket
from complaints.views.steps import SPECS

app_name = "complaints"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("tickets/new/", register.register, name="register"),
    path("tickets/new/residents/", register.residents, name="residents"),
    path("tickets/<str:number>/", ticket.ticket, name="ticket"),
    path("tickets/<str:number>/preview/", queue.preview, name="preview"),
    *(path(f"tickets/<str:number>/{slug}/", ticket.take, {"slug": slug}, name=f"step_{slug}") for slug in SPECS),
    path("callbacks/", callbacks.callbacks, name="callbacks"),
    path("callbacks/<int:callback_id>/", callbacks.record, name="record_callback"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
]

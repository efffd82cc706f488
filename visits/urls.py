from django.urls import path

from visits.views import archive, booking, day, mapping, opinions, paper, visit
from visits.views.steps import STEPS

app_name = "visits"
urlpatterns = [
    path("visits/", day.day, name="day"),
    path("visits/new/", booking.book, name="book"),
    path("visits/rounds/", booking.rounds, name="rounds"),
    path("visits/coverage/", archive.coverage, name="coverage"),
    path("visits/archive/", archive.archive, name="archive"),
    path("visits/opinions/", archive.opinions, name="opinions"),
    path("visits/buildings/<str:code>/", mapping.building, name="building"),
    path("visits/homes/<uuid:unit_uuid>/", archive.home, name="home"),
    path("visits/<uuid:uuid>/", visit.visit, name="visit"),
    path("visits/<uuid:uuid>/note/", paper.note, name="note"),
    path("visits/<uuid:uuid>/opinions/<int:opinion_id>/ticket/", opinions.to_ticket, name="to_ticket"),
    *(path(f"visits/<uuid:uuid>/{slug}/", visit.take_step, {"slug": slug}, name=f"step_{slug}") for slug in STEPS),
]

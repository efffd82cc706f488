from django.urls import path

from reports.views import now, papers, sla, wall

app_name = "reports"
urlpatterns = [
    path("dashboard/", now.now, name="now"),
    path("dashboard/wall/", wall.wall, name="wall"),
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", sla.rows, name="sla_rows"),
    path("reports/", papers.reports, name="reports"),
    path("reports/check/<str:sha256>/", papers.check, name="check"),
    path("reports/<str:number>/", papers.report, name="report"),
    path("reports/<str:number>/<slug:verb>/", papers.step, name="step"),
]

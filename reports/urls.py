from django.urls import path

from reports.views import now, sla, wall

app_name = "reports"
urlpatterns = [
    path("dashboard/", now.now, name="now"),
    path("dashboard/wall/", wall.wall, name="wall"),
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", sla.rows, name="sla_rows"),
]

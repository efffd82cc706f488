from django.urls import path

from reports.views import goals, now, promises, sla, wall

app_name = "reports"
urlpatterns = [
    path("dashboard/", now.now, name="now"),
    path("dashboard/wall/", wall.wall, name="wall"),
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", promises.rows, name="sla_rows"),
    path("settings/goals/", goals.of_company, name="goals"),
    path("settings/goals/<int:pk>/", goals.of_site, name="goals_site"),
]

from django.urls import path

from reports.views import sla

app_name = "reports"
urlpatterns = [
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", sla.rows, name="sla_rows"),
]

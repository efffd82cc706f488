"""``/api/v1/``: what residents' apps call (INTERFACES §4)."""

from django.urls import include, path

from portal.api import views

app_name = "api"

urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="schema"),
    path("docs/", views.DocsView.as_view(), name="docs"),
    path("health/", views.HealthView.as_view(), name="health"),
    path("", include("residents.api.urls")),
    path("", include("complaints.api.urls")),
]

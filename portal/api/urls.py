"""``/api/v1/``: what residents' apps call (INTERFACES §4)."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from portal.api import views
from portal.api.problems import problem_page

app_name = "api"


@csrf_exempt  # no cookies count here: an unknown address is 404 and not a form that is too old
def unknown(request: HttpRequest) -> JsonResponse:
    """An address without its closing slash is an unknown one: a redirect would lose what was sent."""
    return problem_page(request, 404, _("There is nothing here, or it is not yours."))


urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="schema"),
    path("docs/", views.DocsView.as_view(), name="docs"),
    path("health/", views.HealthView.as_view(), name="health"),
    path("", include("residents.api.urls")),
    path("", include("complaints.api.urls")),
    path("", include("visits.api.urls")),
    re_path("", unknown, name="unknown"),
]

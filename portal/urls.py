"""Every address of the portal."""

from django.urls import include, path

from portal import health

urlpatterns = [
    path("health/", health.health, name="health"),
    path("health/live/", health.live, name="live"),
    path("api/v1/", include("portal.api.urls")),
    path("", include("portal.pages.urls")),
    path("", include("residents.urls")),
    path("", include("portal.organization.urls")),
    path("", include("portal.arrivals.urls")),
    path("", include("portal.drafts.urls")),
    path("", include("bar_service.urls")),
    path("", include("complaints.urls")),
    path("", include("reports.urls")),
    path("", include("visits.urls")),
]

handler400 = "portal.pages.errors.bad_request"
handler403 = "portal.pages.errors.forbidden"
handler404 = "portal.pages.errors.not_found"
handler500 = "portal.pages.errors.server_error"

"""Every address of the portal."""

from django.urls import path

from portal import health

urlpatterns = [path("health/", health.health, name="health"), path("health/live/", health.live, name="live")]

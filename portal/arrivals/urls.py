from django.urls import path

from portal.arrivals import views

app_name = "arrivals"
urlpatterns = [path("unsent-worker.js", views.worker, name="worker")]

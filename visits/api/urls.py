from django.urls import path

from visits.api import views

urlpatterns = [path("visits/", views.VisitsView.as_view(), name="visits")]

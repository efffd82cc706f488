from django.urls import path

from residents.api import views

urlpatterns = [
    path("auth/code/", views.CodeView.as_view(), name="send-code"),
    path("auth/token/", views.TokenView.as_view(), name="get-token"),
    path("auth/logout/", views.LogoutView.as_view(), name="revoke-token"),
    path("me/", views.MeView.as_view(), name="me"),
    path("notices/", views.NoticesView.as_view(), name="notices"),
]

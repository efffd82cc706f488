from django.urls import path

app_name = "bar_service"
urlpatterns: list = []

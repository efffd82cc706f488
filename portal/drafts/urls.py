from django.urls import path

from portal.drafts import views

app_name = "drafts"
urlpatterns = [
    path("me/drafts/", views.drafts, name="drafts"),
    path("me/drafts/save/", views.save, name="save"),
    path("me/drafts/discard/", views.discard, name="discard"),
    path("me/drafts/files/", views.add_file, name="add_file"),
    path("me/drafts/files/<uuid:file>/", views.preview, name="preview"),
    path("me/drafts/files/<uuid:file>/remove/", views.remove_file, name="remove_file"),
]

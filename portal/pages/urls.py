from django.urls import path

from portal.pages import find, mine, views

app_name = "pages"
urlpatterns = [
    path("", views.start, name="start"),
    path("login/", views.sign_in, name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("me/", views.me, name="me"),
    path("me/password/", views.password, name="password"),
    path("find/", find.find, name="find"),
    path("me/pin/", views.pin, name="pin"),
    path("me/notifications/", mine.which_messages, name="which_messages"),
    path("notifications/", views.notifications, name="notifications"),
    path("i18n/setlang/", views.set_language, name="set_language"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]

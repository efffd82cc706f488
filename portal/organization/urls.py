from django.urls import path
from django.views.generic import RedirectView

from portal.organization.views import lock, mail, people, places, setting_up, way_in
from portal.organization.views.asking import administrators

app_name = "organization"
urlpatterns = [
    path("settings/", administrators(RedirectView.as_view(url="/settings/people/")), name="settings"),
    path("settings/company/", places.company, name="company"),
    path("settings/sites/", places.sites, name="sites"),
    path("settings/sites/<int:pk>/", places.site, name="site"),
    path("settings/departments/", places.departments, name="departments"),
    path("settings/departments/<int:pk>/", places.department, name="department"),
    path("settings/mail/", mail.mail, name="mail"),
    path("settings/mail/test/", mail.test_mail, name="test_mail"),
    path("settings/mail/<int:pk>/again/", mail.again, name="mail_again"),
    path("setup/", setting_up.begin, name="setup"),
    path("setup/company/", places.company, name="setup_company"),
    path("setup/sites/", places.sites, name="setup_sites"),
    path("setup/departments/", places.departments, name="setup_departments"),
    path("setup/people/", setting_up.first_people, name="setup_people"),
    path("setup/limits/", setting_up.limits, name="setup_limits"),
    path("setup/check/", setting_up.check, name="setup_check"),
    path("settings/people/", people.listing, name="people"),
    path("settings/people/new/", people.new, name="person_new"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/roles/", people.give_role, name="give_role"),
    path("settings/people/<int:pk>/<slug:what>/", people.act, name="person_act"),
    path("lock/", lock.lock, name="lock"),
    path("lock/now/", lock.lock_now, name="lock_now"),
    path("lock/alive/", lock.alive, name="alive"),
    path("lock/state/", lock.state, name="lock_state"),
    path("switch/", lock.switch, name="switch"),
    path("password/forgotten/", way_in.forgotten, name="forgotten"),
    path("password/<str:uidb64>/<str:token>/", way_in.set_password, name="set_password"),
]

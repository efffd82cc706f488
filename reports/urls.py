from django.urls import path, re_path

from reports.views import goals, leaving, now, paper_steps, papers, promises, sla, wall

app_name = "reports"
NUMBER = r"(?P<number>[\w-]{1,30})"
urlpatterns = [
    path("dashboard/", now.now, name="now"),
    path("dashboard/wall/", wall.wall, name="wall"),
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", promises.rows, name="sla_rows"),
    path("settings/goals/", goals.of_company, name="goals"),
    path("settings/goals/<int:pk>/", goals.of_site, name="goals_site"),
    path("reports/", papers.reports, name="reports"),
    re_path(r"^reports/check/(?P<sha256>[0-9a-f]{64})/$", papers.check, name="check"),
    re_path(rf"^reports/{NUMBER}/$", papers.report, name="report"),
    re_path(
        rf"^reports/{NUMBER}/(?P<which>draft|[0-9]{{1,4}})\.(?P<how>pdf|xlsx|json|owners\.pdf)$",
        leaving.leave,
        name="file",
    ),
    re_path(rf"^reports/{NUMBER}/(?P<which>draft|[0-9]{{1,4}})/(?P<how>paper|owners)/$", leaving.leave, name="paper"),
    *(
        re_path(rf"^reports/{NUMBER}/{verb}/$", paper_steps.step, {"verb": verb}, name=f"step_{verb}")
        for verb in paper_steps.STEPS
    ),
]

from django.urls import path, re_path

from reports.views import goals, leaving, now, paper_steps, papers, promises, sla, wall

app_name = "reports"
urlpatterns = [
    path("dashboard/", now.now, name="now"),
    path("dashboard/wall/", wall.wall, name="wall"),
    path("reports/sla/", sla.sla, name="sla"),
    path("reports/sla/rows/", promises.rows, name="sla_rows"),
    path("settings/goals/", goals.of_company, name="goals"),
    path("settings/goals/<int:pk>/", goals.of_site, name="goals_site"),
    path("reports/", papers.reports, name="reports"),
    path("reports/check/<str:sha256>/", papers.check, name="check"),
    path("reports/<str:number>/", papers.report, name="report"),
    re_path(
        r"^reports/(?P<number>[^/]+)/(?P<which>draft|[0-9]{1,4})\.(?P<how>pdf|xlsx|json|owners\.pdf)$",
        leaving.leave,
        name="file",
    ),
    re_path(
        r"^reports/(?P<number>[^/]+)/(?P<which>draft|[0-9]{1,4})/(?P<how>paper|owners)/$", leaving.leave, name="paper"
    ),
    *(
        path(f"reports/<str:number>/{verb}/", paper_steps.step, {"verb": verb}, name=f"step_{verb}")
        for verb in paper_steps.STEPS
    ),
]

from django.urls import path

from residents.views import imports

app_name = "residents"
urlpatterns = [
    path("residents/import/", imports.imports, name="imports"),
    path("residents/import/template.xlsx", imports.template, name="import_template"),
    path("residents/import/<uuid:run_uuid>/", imports.import_run, name="import"),
    path("residents/import/<uuid:run_uuid>/columns/", imports.columns, name="import_columns"),
    path("residents/import/<uuid:run_uuid>/go/", imports.let_in, name="import_go"),
    path("residents/import/<uuid:run_uuid>/take-back/", imports.take_back, name="import_take_back"),
    path("residents/import/<uuid:run_uuid>/problems.xlsx", imports.problems, name="import_problems"),
]

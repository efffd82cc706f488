from django.urls import path

from residents.views import archive, changing, exporting, imports, reveal

app_name = "residents"
urlpatterns = [
    path("residents/", archive.archive, name="archive"),
    path("residents/export.xlsx", exporting.export, name="export"),
    path("residents/export/", exporting.export_whole, name="export_whole"),
    path("residents/show/", reveal.show, name="show"),
    path("residents/shown/", reveal.shown_numbers, name="shown_numbers"),
    path("residents/buildings/<str:site_code>/<str:code>/", archive.building, name="building"),
    path("residents/units/<uuid:unit_uuid>/", archive.unit, name="unit"),
    *(
        path(f"residents/units/<uuid:unit_uuid>/{slug}/", changing.change_unit, {"slug": slug}, name=f"unit_{slug}")
        for slug in changing.UNIT
    ),
    path("residents/people/<uuid:resident_uuid>/", archive.resident, name="resident"),
    *(
        path(
            f"residents/people/<uuid:resident_uuid>/{slug}/",
            changing.change_resident,
            {"slug": slug},
            name=f"resident_{slug}",
        )
        for slug in changing.RESIDENT
    ),
    path("residents/import/", imports.imports, name="imports"),
    path("residents/import/template.xlsx", imports.template, name="import_template"),
    path("residents/import/<uuid:run_uuid>/", imports.import_run, name="import"),
    path("residents/import/<uuid:run_uuid>/columns/", imports.columns, name="import_columns"),
    path("residents/import/<uuid:run_uuid>/go/", imports.let_in, name="import_go"),
    path("residents/import/<uuid:run_uuid>/take-back/", imports.take_back, name="import_take_back"),
    path("residents/import/<uuid:run_uuid>/problems.xlsx", imports.problems, name="import_problems"),
]

from django.urls import path

from bar_service.states import ActKind
from bar_service.views import figures, places, press, settings

app_name = "bar_service"
urlpatterns = [
    path("bar/", places.hall, name="hall"),
    *(path(f"bar/press/{kind.value}/", press.press, {"kind": kind}, name=f"press_{kind.value}") for kind in ActKind),
    path("bar/gear/", places.gear, name="gear"),
    path("bar/checklists/", places.checklists, name="checklists"),
    path("bar/checklists/<slug:which>/", places.checklist, name="checklist"),
    path("bar/stock/", places.stock, name="stock"),
    path("bar/shopping/", places.shopping, name="shopping"),
    path("bar/enquiries/", places.enquiries, name="enquiries"),
    path("bar/sales/", places.sales, name="sales"),
    path("bar/figures/", figures.figures, name="figures"),
    path("bar/figures/rows/", figures.rows, name="figure_rows"),
    path("bar/settings/", settings.settings, name="settings"),
    path("bar/settings/<int:pk>/", settings.bar_itself, name="settings_bar"),
    path("bar/settings/<int:pk>/<slug:what>/", settings.rows, name="settings_rows"),
    path("bar/settings/<int:pk>/<slug:what>/<int:row_pk>/", settings.row, name="settings_row"),
]

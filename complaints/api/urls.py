from django.urls import path

from complaints.api import views

urlpatterns = [
    path("categories/", views.CategoriesView.as_view(), name="categories"),
    path("tickets/", views.TicketsView.as_view(), name="tickets"),
    path("tickets/<uuid:uuid>/", views.TicketView.as_view(), name="ticket"),
    path("tickets/<uuid:uuid>/comments/", views.CommentsView.as_view(), name="comments"),
    path("tickets/<uuid:uuid>/attachments/", views.AttachmentsView.as_view(), name="attachments"),
    path("tickets/<uuid:uuid>/attachments/<uuid:file>/", views.AttachmentView.as_view(), name="attachment"),
    path("tickets/<uuid:uuid>/rating/", views.RatingView.as_view(), name="rating"),
    path("tickets/<uuid:uuid>/withdraw/", views.WithdrawalView.as_view(), name="withdraw"),
]

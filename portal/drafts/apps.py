from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "portal.drafts"
    label = "drafts"
    verbose_name = _("Drafts")

    def ready(self) -> None:
        from portal.drafts.models import DraftFile
        from portal.files import owners

        owners.register(DraftFile.objects.all)

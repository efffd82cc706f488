"""Which home of a resident a request is about."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from portal.api.problems import Problem
from portal.pages.houses import site_of
from residents.models import ApiAccount, Residence


def home_of(account: ApiAccount, unit: UUID | None) -> Residence:
    """The one named, or the only one where the resident has one."""
    homes = list(
        Residence.objects.current(timezone.localdate())
        .of_phone(account.phone)
        .select_related("unit", "resident")
        .order_by("pk")
    )
    for home in homes:
        home.unit.site = site_of(home.unit.site_id)
    if not homes:
        raise Problem(403, _("No home belongs to this number any more. Please ask the front desk."))
    if unit is not None:
        homes = [home for home in homes if home.unit.uuid == unit]
        if not homes:
            raise ValidationError({"unit": [_("This is none of your homes.")]})
    if len({home.unit_id for home in homes}) > 1:
        raise ValidationError({"unit": [_("You have several homes: say which one.")]})
    return homes[0]

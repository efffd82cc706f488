"""What a new installation starts with here, in words for its administrator."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bar_service.promised import KIND, Target
from portal.organization.setup.shipped import Shipped
from portal.pages.countdown import amount_words
from portal.promises import policies

THE_COMPANY = 0  # no site's own policy fits it
BY_THE_CLOCK = {Target.BAR_READY, Target.BAR_CLOSED}


def everything() -> Iterator[Shipped]:
    limits = policies.limits_of(THE_COMPANY, KIND, "")
    lines = []
    for target in Target:
        if target in limits:
            given = limits[target].amount
            minutes = int(given.total_seconds()) // 60
            said = f"{minutes // 60:02d}:{minutes % 60:02d}" if target in BY_THE_CLOCK else amount_words(given)
            lines.append(pgettext("limits", "%(kind)s: %(limits)s") % {"kind": target.label, "limits": said})
    yield Shipped(_("The bar"), tuple(lines), "/bar/settings/")

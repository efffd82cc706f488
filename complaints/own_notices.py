"""What the portal itself tells those who lead the desk, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.notifications import wording


def register_wordings() -> None:
    wording.register("complaints.repeats", _repeats)
    wording.register("complaints.box_missed", _box_missed)


def _repeats(params: Mapping[str, Any]) -> str:
    count = params["count"]
    words = ngettext(
        "%(count)d matter at %(site)s has come back three times in 90 days. Is its root to be looked for?",
        "%(count)d matters at %(site)s have come back three times in 90 days. Are their roots to be looked for?",
        count,
    )
    return words % {"count": count, "site": params["site"]}


def _box_missed(params: Mapping[str, Any]) -> str:
    week = date_format(date.fromisoformat(params["week"]), "m-d")
    return _("%(site)s: the suggestion box was not opened in the week from %(week)s.") % {**params, "week": week}

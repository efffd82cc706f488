"""What the archive tells people, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.notifications import wording


def register_wordings() -> None:
    wording.register("residents.many_reveals", _many_reveals)
    wording.register("residents.week_of_reveals", _week_of_reveals)


def _many_reveals(params: Mapping[str, Any]) -> str:
    return _("%(name)s has looked at more than %(count)s confidential numbers within an hour.") % dict(params)


def _week_of_reveals(params: Mapping[str, Any]) -> str:
    return _("Last week's list of confidential numbers that were shown: %(count)s.") % dict(params)

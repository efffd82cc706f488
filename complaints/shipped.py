"""What a new installation starts with here, in words for its administrator."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Category, Phrase
from complaints.states import Kind, Severity, Target
from complaints.views.offering import limits_in_words
from portal.organization.setup.shipped import Shipped

SHOWN = (Target.DISPATCH, Target.SIGN, Target.REPLY, Target.RESOLVE, Target.INFORM)
THE_COMPANY = 0  # no site's own policy fits it


def everything() -> Iterator[Shipped]:
    yield Shipped(_("Limits"), tuple(_limits()))
    yield Shipped(
        _("Categories and phrases"),
        (
            _("%(count)d categories, each with its severity and department") % {"count": Category.objects.count()},
            _("%(count)d phrases in both languages") % {"count": Phrase.objects.count()},
        ),
    )


def _limits() -> Iterator[str]:
    for kind in Kind:
        said = {severity: limits_in_words(THE_COMPANY, kind, severity, SHOWN) for severity in Severity}
        if len(set(said.values())) == 1:
            words = said[Severity.MINOR]
            if words:
                yield pgettext("limits", "%(kind)s: %(limits)s") % {"kind": kind.label, "limits": words}
            continue
        for severity, words in said.items():
            who = _("%(kind)s, %(severity)s") % {"kind": kind.label, "severity": severity.label}
            yield pgettext("limits", "%(kind)s: %(limits)s") % {"kind": who, "limits": words}

"""What a new installation starts with here, in words for its administrator."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Category, Phrase
from complaints.states import Kind, Severity, Target
from complaints.views import shown
from portal.organization.setup.shipped import Shipped
from portal.pages.countdown import amount_words
from portal.promises import policies
from portal.promises.limits import Rule

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
        said = {severity: _words(kind, severity) for severity in Severity}
        if len(set(said.values())) == 1:
            words = said[Severity.MINOR]
            if words:
                yield pgettext("limits", "%(kind)s: %(limits)s") % {"kind": kind.label, "limits": words}
            continue
        for severity, words in said.items():
            who = _("%(kind)s, %(severity)s") % {"kind": kind.label, "severity": severity.label}
            yield pgettext("limits", "%(kind)s: %(limits)s") % {"kind": who, "limits": words}


def _words(kind: Kind, severity: Severity) -> str:
    policy = policies.policy_for(THE_COMPANY, kind, severity, "")
    said = []
    for target in SHOWN if policy else ():
        row = policy.for_turn(target) if policy else None
        if row is None:
            continue
        limit = policies.limit_of(row)
        what = str(shown.DUE[target])
        if limit.rule == Rule.END_OF_LOCAL_DAY:
            said.append(_("%(what)s the same day") % {"what": what})
        else:
            said.append(pgettext("limit", "%(what)s %(limit)s") % {"what": what, "limit": amount_words(limit.amount)})
    return pgettext("between limits", ", ").join(said)

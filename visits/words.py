"""Words that several pages of visits share: parts of the week, and the rule as it is printed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from visits.planner import BAND_HOURS, Band, Held, Rule

BANDS = [
    (Band.MORNING.value, pgettext_lazy("part of the week", "morning")),
    (Band.AFTERNOON.value, pgettext_lazy("part of the week", "afternoon")),
    (Band.EVENING.value, pgettext_lazy("part of the week", "evening")),
    (Band.WEEKEND.value, pgettext_lazy("part of the week", "weekend")),
]
HELD = {
    Held.VISITED: gettext_lazy("visited this year"),
    Held.BOOKED: gettext_lazy("on the list already"),
    Held.RENOVATING: gettext_lazy("being renovated"),
    Held.REFUSED: gettext_lazy("want no visit this year"),
    Held.RESTING: gettext_lazy("resting after three tries"),
    Held.NEVER_FREE: gettext_lazy("never to be disturbed"),
}


def band_words(band: str) -> str:
    """Evening, 18:00–20:00."""
    if not band:
        return ""
    begins, ends = BAND_HOURS[Band(band)]
    return f"{dict(BANDS)[band]} {begins:%H:%M}–{ends:%H:%M}"


def rule_words(rule: Rule) -> list[str]:
    """The planner's rule, sentence by sentence."""
    return [
        _("Counted are the occupied homes; one is covered by a visit that was made in this calendar year.")
        + " "
        + _("Target: %(percent)d %%.") % {"percent": rule.percent},
        _("A round draws the longest unvisited first, never visited before all; of the same month neighbours"
          " together."),
        _("Each round draws what is missing, shared out over the rounds up to the end of November; in December go"
          " those who were missed. At least %(rounds)d rounds a month.") % {"rounds": rule.rounds},
        _("Not drawn: who has a visit ahead, refused this year, is being renovated, or is never to be disturbed."),
        _("Nobody home: again at another part of the week; after %(tries)d tries in a row the home rests for"
          " %(days)d days. The last of them begins with a call that reaches somebody.")
        % {"tries": rule.tries, "days": rule.rest_days},
        _("At most %(count)d visits a person and day.") % {"count": rule.a_day},
    ]  # fmt: skip

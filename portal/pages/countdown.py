"""How a deadline is shown: the words, the shape and the length of its bar. Pure: values in, values out.

The page's script ticks with the same patterns (`tick_words`), so a row reads the same with and without JavaScript.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

HOUR = 3600
DAY = 86400


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """One countdown, ready to print. ``state`` is ok, soon, late, hold (the clock stands) or none (nothing runs)."""

    state: str
    words: str
    percent: int
    due_at: datetime | None = None
    started_at: datetime | None = None
    soon_at: datetime | None = None


def tick_words() -> dict[str, str]:
    """The patterns of every countdown in the reader's language, with %(…)s left in."""
    return {
        "left_clock": _("%(clock)s left"),
        "left_hours": _("%(hours)s h %(minutes)s min left"),
        "left_days": _("%(days)s d %(hours)s h left"),
        "left_full_days": _("%(days)s d left"),
        "late_clock": _("Late %(clock)s"),
        "late_hours": _("Late %(hours)s h %(minutes)s min"),
        "late_days": _("Late %(days)s d %(hours)s h"),
        "late_full_days": _("Late %(days)s d"),
    }


def span_words(seconds: int, words: dict[str, str], side: str) -> str:
    """A length of time as ``side`` ("left" or "late") says it: 06:20 under an hour, then hours, then days."""
    if seconds < HOUR:
        return words[f"{side}_clock"] % {"clock": f"{seconds // 60:02d}:{seconds % 60:02d}"}
    if seconds < DAY:
        return words[f"{side}_hours"] % {"hours": seconds // HOUR, "minutes": f"{seconds % HOUR // 60:02d}"}
    days, rest = divmod(seconds, DAY)
    if rest < HOUR:
        return words[f"{side}_full_days"] % {"days": days}
    return words[f"{side}_days"] % {"days": days, "hours": rest // HOUR}


def time_left(
    now: datetime,
    *,
    due_at: datetime | None,
    started_at: datetime | None = None,
    soon_at: datetime | None = None,
    words: dict[str, str] | None = None,
) -> TimeLeft:
    """What stands beside a promise at ``now``. Without a deadline nothing runs and nothing can be late."""
    if due_at is None:
        return TimeLeft("none", _("no limit"), 0)
    words = words or tick_words()
    started_at = started_at or due_at
    soon_at = soon_at or due_at - (due_at - started_at) / 4
    if now > due_at:
        return TimeLeft(
            "late", span_words(int((now - due_at).total_seconds()), words, "late"), 100, due_at, started_at, soon_at
        )
    whole = max((due_at - started_at).total_seconds(), 1)
    used = min(max((now - started_at).total_seconds() / whole, 0), 1)
    state = "soon" if now >= soon_at else "ok"
    return TimeLeft(
        state,
        span_words(int((due_at - now).total_seconds()), words, "left"),
        round(used * 100),
        due_at,
        started_at,
        soon_at,
    )


def amount_words(amount: timedelta) -> str:
    """A limit as people say it: 10 min, 1 h, 2 d."""
    seconds = int(amount.total_seconds())
    if seconds % DAY == 0 and seconds:
        return _("%(days)s d") % {"days": seconds // DAY}
    if seconds % HOUR == 0 and seconds:
        return _("%(hours)s h") % {"hours": seconds // HOUR}
    return _("%(minutes)s min") % {"minutes": seconds // 60}

"""What stands round a settings page: the tabs of the settings, or the steps of the set-up. The page inside is one."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.organization import setup

CHECK = "/setup/check/"
_more_tabs: list[tuple[str, str | Promise]] = []


def register_tab(url: str, label: str | Promise) -> None:
    """A settings page of an app above, in AppConfig.ready()."""
    _more_tabs.append((url, label))


def settings_frame(current: str) -> dict[str, Any]:
    tabs = (
        ("/settings/people/", _("People")),
        ("/settings/company/", _("Company")),
        ("/settings/sites/", _("Sites")),
        ("/settings/departments/", _("Departments")),
        ("/settings/mail/", _("E-mail")),
        *_more_tabs,
        ("/setup/", _("Set-up")),
    )
    return {
        "frame": "portal/settings/frame.html",
        "base": current,
        "tabs": [{"url": url, "label": label, "current": url == current} for url, label in tabs],
    }


def setup_frame(current: str) -> dict[str, Any]:
    """The steps with what each holds; the one that is shown, and its neighbours."""
    rows = [
        {"title": step.title, "url": step.url, "holds": step.holds(), "current": step.url == current}
        for step in setup.steps()
    ]
    left = sum(1 for row in rows if not row["holds"])
    done = len(rows) - left
    finished = setup.is_finished()
    rows.append(
        {
            "title": _("Check and open"),
            "url": CHECK,
            "holds": _("opened") if finished else "",
            "current": current == CHECK,
        }
    )
    at = next((n for n, row in enumerate(rows) if row["current"]), 0)
    return {
        "frame": "portal/setup/frame.html",
        "base": current,
        "steps": rows,
        "number": at + 1,
        "title": rows[at]["title"],
        "before": rows[at - 1]["url"] if at else "",
        "after": rows[at + 1]["url"] if at + 1 < len(rows) else "",
        "done": done,
        "of": len(rows) - 1,
        "left_words": ngettext("%(count)d step to go", "%(count)d steps to go", left) % {"count": left}
        if left
        else _("Everything is in place"),
    }


def frame_of(address: str) -> dict[str, Any]:
    return setup_frame(address) if address.startswith("/setup/") else settings_frame(address)


def first_open_step() -> str:
    return next((step.url for step in setup.steps() if not step.holds()), CHECK)

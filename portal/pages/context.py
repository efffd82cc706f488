"""What the shell around every page shows. Nothing is read from the database before the template asks for it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from portal import __version__
from portal.notifications.models import Message
from portal.organization.models import User
from portal.organization.roles import DESK
from portal.organization.services.passwords import pin_is_open
from portal.pages import menu
from portal.pages.houses import sites

CHINESE, NOTHING = mark_safe(' lang="zh"'), mark_safe("")


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"page": Shell(request)}


class Bare:
    """The shell of a page that must not ask the database for anything: an error's."""

    theme = ""
    site = ""
    single_keys = False
    shared_desk = False
    words_json = "{}"
    version = __version__

    @property
    def lang(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @property
    def zh(self) -> SafeString:
        """The attribute for names and for what people typed: Chinese, whatever the page's own language is."""
        return NOTHING if self.lang.startswith("zh") else CHINESE

    @property
    def zone(self) -> str:
        return timezone.get_current_timezone_name()

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def now_iso(self) -> str:
        return self.now.isoformat(timespec="milliseconds")


class Shell(Bare):
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def theme(self) -> str:  # type: ignore[override]
        return self.user.theme if self.user else ""

    @property
    def single_keys(self) -> bool:  # type: ignore[override]
        return self.user.single_keys if self.user else False

    @property
    def shared_desk(self) -> bool:  # type: ignore[override]
        return self.user is not None and bool(self.request.session.get("shared_desk"))

    @property
    def pin_is_open(self) -> bool:
        return self.user is not None and pin_is_open(self.user)

    @property
    def name(self) -> str:
        return self.user.name if self.user else ""

    @property
    def initial(self) -> str:
        return self.name[:1]

    @cached_property
    def site(self) -> str:  # type: ignore[override]
        """The site one works at; of several, how many."""
        if self.user is None:
            return ""
        found = {post.site_id for post in self.user.scope.posts}
        known = sites()
        mine = (
            list(known.values())
            if None in found
            else [known[pk] for pk in sorted(pk for pk in found if pk) if pk in known]
        )
        if len(mine) == 1:
            return mine[0].name
        return ngettext("%(count)d site", "%(count)d sites", len(mine)) % {"count": len(mine)} if mine else ""

    @property
    def site_zh(self) -> SafeString:
        return self.zh if self.user and len({post.site_id for post in self.user.scope.posts}) == 1 else NOTHING

    @property
    def today_words(self) -> str:
        return date_format(timezone.localtime(self.now), _("l j F H:i"))

    @cached_property
    def words_json(self) -> str:  # type: ignore[override]
        """The patterns with which the page's script writes times and counts."""
        from portal.pages.countdown import tick_words

        return json.dumps(
            {
                **tick_words(),
                "late": pgettext("in a window's title", "late"),
                "update": _("%(n)s update: show it"),
                "updates": _("%(n)s updates: show them"),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @cached_property
    def unread(self) -> int:
        if self.user is None:
            return 0
        return Message.objects.in_bell_of(self.user).unread().values("delivery").distinct().count()

    @cached_property
    def can_register(self) -> bool:
        return self.user is not None and self.user.scope.holds(DESK)

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        if self.user is None:
            return []
        counts = menu.counts_for(self.request, self.user)
        places = menu.places_of(self.user)
        here = max((place.url for place in places if self.request.path.startswith(place.url)), key=len, default="")
        return [
            {
                "url": place.url,
                "label": place.label,
                "short": place.short,
                "group": place.group,
                "icon": place.icon,
                "count": menu.counted(counts[place.count]) if counts.get(place.count) else "",
                "current": place.url == here,
                "on_phone": place.on_phone,
            }
            for place in places
        ]

    @cached_property
    def menu(self) -> list[dict[str, Any]]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for item in self.items:
            groups.setdefault(str(item["group"]), []).append(item)
        return [{"label": label, "places": places} for label, places in groups.items()]

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        """The bottom bar of a phone: the same places, and oneself."""
        me = {
            "url": "/me/",
            "short": pgettext("bottom bar", "Me"),
            "icon": "person",
            "count": "",
            "current": self.request.path.startswith("/me/"),
        }
        return [*(item for item in self.items if item["on_phone"]), me] if self.user else []

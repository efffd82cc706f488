"""Where each person wants to hear of what: groups of messages in the desk's words, chosen one by one.

What names somebody as the one it has come up to stays in their bell whatever they choose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise

from portal import memo
from portal.memo import for_a_moment
from portal.notifications.models import Channel, Choice
from portal.organization.models import User


@dataclass(frozen=True)
class Group:
    code: str
    label: str | Promise
    always_in_bell: bool = False


GroupOf = Callable[[Mapping[str, Any]], str]
_groups: dict[str, Group] = {}
_group_of: dict[str, GroupOf] = {}


def register_group(group: Group) -> None:
    _groups[group.code] = group


def put_into_group(kind: str, group_of: GroupOf) -> None:
    """Of which group a message of this kind is, by its values."""
    _group_of[kind] = group_of


def groups() -> list[Group]:
    return list(_groups.values())


def channels_for(recipient_id: int, kind: str, params: Mapping[str, Any]) -> list[str]:
    """By which channels this person hears of it. A kind without a group is not chosen: the bell has it."""
    channels = list(settings.NOTIFICATION_CHANNELS)
    group = _groups.get(_group_of[kind](params)) if kind in _group_of else None
    chosen = _everybodys().get((recipient_id, group.code)) if group else None
    if group is None or chosen is None:
        return channels
    bell, email = chosen
    if not bell and not group.always_in_bell:
        channels.remove(Channel.IN_APP)
    return [*channels, Channel.EMAIL] if email else channels


@for_a_moment
def _everybodys() -> dict[tuple[int, str], tuple[bool, bool]]:
    """What differs from the rule, of all: a row for each choice of some hundred people."""
    rows = Choice.objects.filter(user__is_active=True).values_list("user_id", "group", "bell", "email", "user__email")
    return {(user, group): (bell, email and bool(address)) for user, group, bell, email, address in rows}


@dataclass(frozen=True)
class Line:
    """One group on a person's page."""

    group: Group
    bell: bool
    email: bool


def of(user: User) -> list[Line]:
    mine = {choice.group: choice for choice in user.message_choices.all()}
    return [
        Line(
            group,
            group.always_in_bell or group.code not in mine or mine[group.code].bell,
            group.code in mine and mine[group.code].email,
        )
        for group in groups()
    ]


@transaction.atomic
def choose(user: User, *, bell: set[str], email: set[str]) -> None:
    """Keep the choice of every group; what is not among ``bell`` or ``email`` is switched off there."""
    for group in groups():
        Choice.objects.update_or_create(
            user=user,
            group=group.code,
            defaults={"bell": group.always_in_bell or group.code in bell, "email": group.code in email},
        )
    transaction.on_commit(memo.forget)

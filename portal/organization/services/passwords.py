"""The way in: a link with which the owner sets a password, the PIN of a shared desk, asking for the password again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.notifications import channels, outbox, wording
from portal.notifications.models import Channel, Message
from portal.organization.models import User
from portal.organization.services.people import subject_of
from portal.promises import clock

FRESH_SECONDS = 5 * 60
PIN_TRIES = 5
LINK_MAIL = "account.link"
FORGOTTEN_MAIL = "account.forgotten"
FORGOTTEN_EVERY_MINUTES = 30


def link_path(user: User) -> str:
    """Where the owner sets a password. Signed, holds for PASSWORD_RESET_TIMEOUT, dies with the next password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("organization:set_password", args=[uid, default_token_generator.make_token(user)])


@transaction.atomic
def give_link(user_id: int, *, by_mail: bool, request: HttpRequest) -> str:
    """A link for a new password, to hand over. The old password and every earlier link and session end here."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.set_unusable_password()  # random each time, and what a link is signed with: older links no longer fit
    user.save(update_fields=["password"])
    record(AuditAction.LINK_GIVEN, by=_by(request), subject=subject_of(user), request=request)
    path = link_path(user)
    if by_mail and user.email:
        _mail(user, LINK_MAIL, key=f"{LINK_MAIL}:{user.pk}:{path.rsplit('/', 2)[1]}"[:120], request=request)
    return request.build_absolute_uri(path)


@transaction.atomic
def report_forgotten(email: str, *, request: HttpRequest) -> None:
    """Mail a link to everybody with this address; for an unknown one nothing happens, and the caller cannot tell.

    At most one mail an account and half an hour, however often and from wherever it is asked for.
    """
    now = clock.now()
    turn = int(now.timestamp()) // (FORGOTTEN_EVERY_MINUTES * 60)
    for user in User.objects.filter(email__iexact=email, is_active=True).order_by("pk")[:5]:
        key = f"{FORGOTTEN_MAIL}:{user.pk}:{turn}"
        if not Message.objects.filter(key=key, recipient=user).exists():
            record(AuditAction.LINK_ASKED, subject=subject_of(user), request=request)
            _mail(user, FORGOTTEN_MAIL, key=key, request=request)


def register_wordings() -> None:
    wording.register(LINK_MAIL, _mailed_link)
    wording.register(FORGOTTEN_MAIL, _mailed_link)


def _mailed_link(params: Mapping[str, Any]) -> str:
    user = User.objects.filter(pk=params["user"], is_active=True).first()
    if user is None:
        return ""
    return _("With this link you set the password of %(number)s. It holds for three days and works once: %(link)s") % {
        "number": user.username,
        "link": f"{params['site']}{link_path(user)}",
    }


def password_was_set(user: User, *, request: HttpRequest) -> None:
    """After the owner has set one: it is on record, and what the lock had against the account is forgotten."""
    User.objects.filter(pk=user.pk).update(pin_failures=0)
    record(AuditAction.PASSWORD_SET, by=user, subject=subject_of(user), request=request)


@transaction.atomic
def set_pin(user: User, pin: str, *, request: HttpRequest) -> None:
    user.pin, user.pin_failures = make_password(pin), 0
    user.save(update_fields=["pin", "pin_failures"])
    record(AuditAction.PIN_SET, by=user, subject=subject_of(user), request=request)


def pin_is_open(user: User) -> bool:
    """Whether the PIN still counts; after five wrong ones only the password does."""
    return bool(user.pin) and user.pin_failures < PIN_TRIES


@transaction.atomic
def pin_fits(user: User, pin: str) -> bool:
    """Count first, look afterwards: tries sent at once are counted each."""
    counted = User.objects.filter(pk=user.pk, pin_failures__lt=PIN_TRIES).exclude(pin="")
    if not counted.update(pin_failures=F("pin_failures") + 1):
        return False
    if not check_password(pin, user.pin):
        return False
    User.objects.filter(pk=user.pk).update(pin_failures=0)
    return True


def password_fits(request: HttpRequest, password: str) -> bool:
    """The signed-in person's own password once more, counted by the lockout like a sign-in."""
    user = _by(request)
    with transaction.atomic():
        found = authenticate(request, username=user.username, password=password)
    request.axes_locked_out = False  # type: ignore[attr-defined]  # the form answers, not the door
    if found is None or found.pk != user.pk:
        return False
    User.objects.filter(pk=user.pk).update(pin_failures=0)
    note_check(request)
    return True


def note_check(request: HttpRequest) -> None:
    request.session["checked_at"] = int(time.time())


def was_checked_lately(request: HttpRequest) -> bool:
    """Whether the password was asked for within the last five minutes (RELIABILITY F7)."""
    return 0 <= time.time() - float(request.session.get("checked_at", 0)) <= FRESH_SECONDS


def _mail(user: User, kind: str, *, key: str, request: HttpRequest) -> None:
    """Into the outbox; the link itself is made when the mail is, so that it never lies in a table."""
    if not channels.mail_is_set_up():
        return
    now = clock.now()
    params = {"user": user.pk, "site": request.build_absolute_uri("/").rstrip("/")}
    outbox.put(
        [
            outbox.Outgoing(
                key=key,
                recipient_id=user.pk,
                channel=Channel.EMAIL,
                kind=kind,
                params=params,
                link="",
                created_at=now,
                not_before=now,
            )
        ],
        told_before=True,  # asked for twice, the same link leaves once
    )


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user

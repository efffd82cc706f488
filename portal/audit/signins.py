"""Sign-ins, sign-outs and refused sign-ins are on record."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import signals
from django.http import HttpRequest

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import User


def _signed_in(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    record(AuditAction.SIGNED_IN, by=user, request=request)


def _signed_out(sender: object, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(AuditAction.SIGNED_OUT, by=user, request=request)


def _refused(
    sender: object, credentials: dict[str, Any] | None = None, request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Under the account that was tried, where there is one: its owner sees it on their own page."""
    username = str((credentials or {}).get("username") or "").replace("\0", "")
    tried = User.objects.filter(username=username).values_list("pk", flat=True).first()
    record(AuditAction.SIGN_IN_REFUSED, subject=f"user {tried}" if tried else "", request=request)


def listen() -> None:
    signals.user_logged_in.connect(_signed_in, dispatch_uid="audit")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="audit")
    signals.user_login_failed.connect(_refused, dispatch_uid="audit")

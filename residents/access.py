"""How a resident proves a phone number and gets a token (INTERFACES §4)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.promises import clock
from residents import sms
from residents.models import ApiAccount, ApiToken, IdempotentAnswer, OneTimeCode, Residence

CODE_LIVES = timedelta(minutes=5)
MOST_TRIES = 5
KEPT = timedelta(hours=24)


class CodeRefused(Exception):
    """Wrong, burnt, expired or never sent: the caller learns no more."""


def send_code(phone: str) -> None:
    """Send six digits to a number that belongs to some home now; to others nothing, and nobody can tell."""
    if not Residence.objects.current(timezone.localdate()).of_phone(phone).exists():
        return
    code = f"{secrets.randbelow(10**6):06d}"
    now = clock.now()
    OneTimeCode.objects.create(phone=phone, code_hash=_hash(phone, code), made_at=now, expires_at=now + CODE_LIVES)
    sms.send_code(phone, code)


def exchange_code(phone: str, code: str) -> tuple[ApiToken, str]:
    """A token for the right code, the newest that was sent; each wrong try counts. Raises CodeRefused."""
    with transaction.atomic():
        newest = OneTimeCode.objects.select_for_update().filter(phone=phone).order_by("-made_at", "-pk").first()
        now = clock.now()
        if newest is None or newest.used_at is not None or newest.expires_at <= now or newest.tries >= MOST_TRIES:
            right = False
        else:
            newest.tries += 1
            right = constant_time_compare(newest.code_hash, _hash(phone, code))
            newest.used_at = now if right else None
            newest.save(update_fields=["tries", "used_at"])
    if not right:
        raise CodeRefused
    return issue_token(phone)


def issue_token(phone: str) -> tuple[ApiToken, str]:
    """The stored token and the secret itself, which is shown this once."""
    account, _made = ApiAccount.objects.get_or_create(phone=phone)
    stored, secret = ApiToken.objects.create(account)
    record(AuditAction.TOKEN_ISSUED, subject=f"account {account.uuid}")
    return stored, secret


def forget_old() -> None:
    """Delete what is kept for a day: the answers to Idempotency-Keys, and spent or expired codes."""
    yesterday = clock.now() - KEPT
    IdempotentAnswer.objects.filter(made_at__lt=yesterday).delete()
    OneTimeCode.objects.filter(expires_at__lt=yesterday).delete()


def _hash(phone: str, code: str) -> str:
    return salted_hmac("residents.access", f"{phone}:{code}", algorithm="sha256").hexdigest()

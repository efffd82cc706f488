"""Accounts and roles. Nobody is deleted: who leaves is suspended, and what they did stays theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from axes.utils import reset as forget_wrong_passwords
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal import memo
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.errors import Refused
from portal.organization.models import Membership, User
from portal.organization.roles import Role


@dataclass(frozen=True)
class Place:
    """Where a role is held: every site, one site, or one of its departments."""

    site_id: int | None = None
    department_id: int | None = None


def subject_of(user: User) -> str:
    """Under what the audit keeps what happened to this account."""
    return f"user {user.pk}"


@transaction.atomic
def open_account(
    *, username: str, name: str, phone: str, email: str, roles: Iterable[tuple[Role, Place]], request: HttpRequest
) -> User:
    """A new account without a password; its owner sets the first one. Raises Refused where the number is taken."""
    _refuse_taken(username)
    user = User(username=username, name=name, phone=phone, email=email)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused(_("The staff number %(number)s is taken.") % {"number": username}) from None
    record(AuditAction.ACCOUNT_OPENED, by=_by(request), subject=subject_of(user), request=request)
    for role, place in roles:
        give_role(user.pk, role, place, request=request)
    return user


def _refuse_taken(username: str, *, but: int = 0) -> None:
    """Nobody can tell two numbers apart that differ by capitals alone. Raises Refused."""
    if User.objects.filter(username__iexact=username).exclude(pk=but).exists():
        raise Refused(_("The staff number %(number)s is taken.") % {"number": username})


@transaction.atomic
def change_account(user_id: int, *, username: str, name: str, phone: str, email: str, request: HttpRequest) -> User:
    """Raises Refused where the staff number is another's."""
    user = _locked(user_id)
    wanted = {"username": username, "name": name, "phone": phone, "email": email}
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if not changed:
        return user
    _refuse_taken(username, but=user_id)
    for field in changed:
        setattr(user, field, wanted[field])
    try:
        with transaction.atomic():
            user.save(update_fields=changed)
    except IntegrityError:
        raise Refused(_("The staff number %(number)s is taken.") % {"number": username}) from None
    record(AuditAction.ACCOUNT_CHANGED, by=_by(request), subject=subject_of(user), fields=changed, request=request)
    _tell_everybody()
    return user


@transaction.atomic
def suspend(user_id: int, *, request: HttpRequest) -> User:
    """Close the account at once: the next request of any of its sessions is refused, also after it is taken back."""
    administrators = _administrators()
    user = _locked(user_id)
    if user.pk == _by(request).pk:
        raise Refused(_("You cannot suspend yourself. Ask another administrator."))
    if not user.is_active:
        return user
    if administrators == {user.pk}:
        raise Refused(_("This is the last administrator. Make somebody else one first."))
    user.is_active = False
    user.session_round += 1
    user.save(update_fields=["is_active", "session_round"])
    record(AuditAction.ACCOUNT_SUSPENDED, by=_by(request), subject=subject_of(user), request=request)
    _tell_everybody()
    return user


@transaction.atomic
def take_back(user_id: int, *, request: HttpRequest) -> User:
    user = _locked(user_id)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(AuditAction.ACCOUNT_TAKEN_BACK, by=_by(request), subject=subject_of(user), request=request)
    _tell_everybody()
    return user


@transaction.atomic
def give_role(user_id: int, role: Role, place: Place, *, request: HttpRequest) -> Membership:
    user = _locked(user_id)
    membership, made = Membership.objects.get_or_create(user=user, role=role, **asdict(place))
    if made:
        _record_role(AuditAction.ROLE_GIVEN, membership, request)
    return membership


@transaction.atomic
def end_role(membership_id: int, *, request: HttpRequest) -> None:
    """Raises Membership.DoesNotExist, or Refused for the last administrator's own role."""
    administrators = _administrators()
    membership = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership_id)
    if membership.role == Role.ADMINISTRATOR and membership.site_id is None and administrators <= {membership.user_id}:
        raise Refused(_("This is the last administrator. Make somebody else one first."))
    _record_role(AuditAction.ROLE_ENDED, membership, request)
    membership.delete()


@transaction.atomic
def unlock(user_id: int, *, request: HttpRequest) -> None:
    """Forget the wrong passwords and PINs, so that the owner need not wait for half an hour."""
    user = _locked(user_id)
    forget_wrong_passwords(username=user.username)
    User.objects.filter(pk=user.pk).update(pin_failures=0)
    record(AuditAction.ACCOUNT_UNLOCKED, by=_by(request), subject=subject_of(user), request=request)


def end_sessions(user: User) -> None:
    """All sessions of this account end with their next request; the caller holds the transaction."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _administrators() -> set[int]:
    """Those who may open this door again. Their roles are locked, so that two of them never remove each other."""
    posts = Membership.objects.filter(role=Role.ADMINISTRATOR, site=None).order_by("pk").select_for_update()
    holders = list(posts.values_list("user_id", flat=True))
    return set(User.objects.filter(pk__in=holders, is_active=True).values_list("pk", flat=True))


def _record_role(action: AuditAction, membership: Membership, request: HttpRequest) -> None:
    where = f"{membership.site_id or '*'}:{membership.department_id or ''}"
    record(
        action,
        by=_by(request),
        subject=subject_of(membership.user),
        fields=[f"{membership.role}@{where}"],
        request=request,
    )
    _tell_everybody()


def _tell_everybody() -> None:
    """Other processes see it within some seconds (`portal.memo`); this one at once."""
    transaction.on_commit(memo.forget)

"""Company, sites, departments, people, and who is on duty when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.organization.roles import Role
from portal.organization.scope import Scope


class Company(models.Model):
    name = models.CharField(_("name"), max_length=100)
    hotline = models.CharField(_("hotline"), max_length=30, blank=True)
    opened_at = models.DateTimeField(null=True, editable=False)  # when the set-up was finished

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """One place that the company runs 项目/小区; its zone decides when a day ends."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="sites")
    code = models.CharField(_("code"), max_length=6, unique=True)
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Department(models.Model):
    """A department of a site, or an outside firm that signs and is appraised like one."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="departments")
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    outside_firm = models.BooleanField(_("outside firm"), default=False)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("rank", "pk")
        constraints = (models.UniqueConstraint(fields=["site", "code"], name="department_code_once_per_site"),)

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff. What one may do follows from memberships alone; there is no superuser."""

    username = models.CharField(_("staff number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(
        _("theme"),
        max_length=5,
        blank=True,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    single_keys = models.BooleanField(_("single-letter keys"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # Four to six digits for the lock of a shared desk, hashed like a password; wrong ones are counted.
    pin = models.CharField(max_length=128, blank=True, default="", db_default="")
    pin_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Raised when all sessions must end although the password stays: whoever was suspended and came back signs in anew.
    session_round = models.PositiveIntegerField(default=0, db_default=0)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        found: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{found}{self.session_round}" if self.session_round else found

    @cached_property
    def scope(self) -> Scope:
        """Where this person may do what; one statement, kept for the request."""
        return Scope.of(self)


class KeptForm(models.Model):
    """What somebody was typing as their session ended or was handed to the next user: offered at their next sign-in."""

    user = models.OneToOneField(User, models.CASCADE, related_name="kept_form")
    packed = models.TextField()
    kept_at = models.DateTimeField(auto_now=True)


class Membership(models.Model):
    """A role at a site; without a site, at every site of the company."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="memberships")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "site", "role", "department"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="department_roles_name_their_department",
                condition=~Q(role__in=["department_staff", "department_head"]) | Q(department__isnull=False),
            ),
        )


class ShiftQuerySet(models.QuerySet["Shift"]):
    def around(self, moment: datetime) -> ShiftQuerySet:
        """Shifts of the day before and after: enough to say who is on duty, and whether a roster is kept at all."""
        return self.filter(starts_at__lt=moment + timedelta(days=1), ends_at__gt=moment - timedelta(days=1))


class Shift(models.Model):
    """One line of the plain roster: this person is on duty here, from then to then."""

    user = models.ForeignKey(User, models.CASCADE, related_name="shifts")
    site = models.ForeignKey(Site, models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    objects = ShiftQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["site", "ends_at"], name="shift_around"),)
        constraints = (models.CheckConstraint(name="shift_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),)


class StandIn(models.Model):
    """Who takes a post (a role at a site, of a department where it has one) when its holder is away or missing."""

    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="stand_ins")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="stand_ins")
    user = models.ForeignKey(User, models.CASCADE, related_name="stands_in_for")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["site", "role", "department", "user"], name="stand_in_once", nulls_distinct=False
            ),
        )

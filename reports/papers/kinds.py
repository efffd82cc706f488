"""The reports of the house 业主服务日报/月报 … (P3): how often, of what, who signs, who gets it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.organization.roles import Role


class PaperKind(models.TextChoices):
    PROPERTY_MONTHLY = "property_monthly", _("Property service, monthly")
    PROPERTY_QUARTERLY = "property_quarterly", _("Property service, quarterly")
    PROPERTY_YEARLY = "property_yearly", _("Property service, yearly")
    OWNER_DAILY = "owner_daily", _("Owner service, daily")
    OWNER_MONTHLY = "owner_monthly", _("Owner service, monthly")
    COMPLAINTS_MONTHLY = "complaints_monthly", _("Complaint summary")


class Signing(models.TextChoices):
    """The signatures of a paper, in their order."""

    PREPARED = "prepared", pgettext_lazy("signature", "Prepared")
    REVIEWED = "reviewed", pgettext_lazy("signature", "Reviewed")
    APPROVED = "approved", pgettext_lazy("signature", "Approved")


R = Role
PREPARE = frozenset({R.SHIFT_LEADER, R.SUPERVISOR, R.CUSTOMER_SERVICE_MANAGER})
REVIEW = frozenset({R.CUSTOMER_SERVICE_MANAGER, R.OPERATIONS_MANAGER, R.SITE_DIRECTOR})
APPROVE = frozenset({R.SITE_DIRECTOR, R.SUPERVISING_MANAGER, R.GENERAL_MANAGER})
COMPANY = (R.OPERATIONS_MANAGER, R.SUPERVISING_MANAGER, R.GENERAL_MANAGER)


@dataclass(frozen=True)
class Form:
    """``every`` is a name of ``periods.NAMES``, ``letters`` begin the number, the last signature issues it."""

    letters: str
    every: str
    sections: tuple[str, ...]
    signed_by: dict[Signing, frozenset[Role]]
    goes_to: tuple[Role, ...] = COMPANY
    for_owners: bool = False


THREE = {Signing.PREPARED: PREPARE, Signing.REVIEWED: REVIEW, Signing.APPROVED: APPROVE}
FORMS: dict[PaperKind, Form] = {
    PaperKind.PROPERTY_MONTHLY: Form(
        "WY", "month", ("tickets", "common", "service", "next", "notes"), THREE, for_owners=True
    ),
    PaperKind.PROPERTY_QUARTERLY: Form(
        "WY", "quarter", ("tickets", "months", "departments", "common", "service", "next", "notes"), THREE,
        for_owners=True,
    ),
    PaperKind.PROPERTY_YEARLY: Form(
        "WY", "year", ("tickets", "months", "departments", "categories", "common", "service", "next", "notes"), THREE
    ),
    PaperKind.OWNER_DAILY: Form(
        "YR", "today", ("tickets", "open", "major", "service", "notes"), {Signing.APPROVED: PREPARE}
    ),
    PaperKind.OWNER_MONTHLY: Form(
        "YY", "month", ("tickets", "departments", "categories", "open", "service", "notes"), THREE
    ),
    PaperKind.COMPLAINTS_MONTHLY: Form(
        "TS", "month",
        ("complaints", "severities", "complaint_categories", "complaint_departments", "late", "common", "notes"),
        {Signing.PREPARED: PREPARE, Signing.APPROVED: REVIEW},
        goes_to=(R.CUSTOMER_SERVICE_MANAGER,),
    ),
}  # fmt: skip


def first_signing(kind: str) -> Signing:
    return next(iter(FORMS[PaperKind(kind)].signed_by))


def number_of(site_code: str, kind: str, period: str) -> str:
    """As it stands on the paper: YJW-WY-2026-10."""
    return f"{site_code}-{FORMS[PaperKind(kind)].letters}-{period}"

"""The goals that the house sets itself (P4), the company's and each site's own: rows that services and figures read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.defaults.limits import GOALS
from complaints.models import Goal
from portal import memo
from portal.audit.models import AuditAction
from portal.audit.services import record
from portal.organization.models import Site
from portal.pages.asking import user_of
from visits.goals import SHIPPED
from visits.models import VisitGoal


@dataclass(frozen=True)
class Aim:
    """One figure: in which table it stands, what holds where nobody set it, and between what it may lie."""

    model: type[models.Model]
    column: str
    code: str
    label: str | Promise
    shipped: int
    least: int = 1
    most: int = 100


MOST = {
    VisitGoal.Code.ROUNDS: 31,
    VisitGoal.Code.A_DAY: 50,
    VisitGoal.Code.TRIES: 10,
    VisitGoal.Code.REST_DAYS: 366,
    VisitGoal.Code.DOOR_WAIT: 600,
}
COMPLAINTS = [Aim(Goal, "percent", code.value, code.label, percent, least=0) for code, percent in GOALS.items()]
VISITS = [
    Aim(VisitGoal, "amount", code.value, code.label, amount, most=MOST.get(code, 100))
    for code, amount in SHIPPED.items()
]
AIMS = {aim.code: aim for aim in (*COMPLAINTS, *VISITS)}
TITLES = {Goal: _("Tickets and callbacks, %"), VisitGoal: _("Home visits")}


def goals_of(site: Site | None) -> dict[str, int]:
    """What was set for this site, or without one for the company."""
    found: dict[str, int] = {}
    for model, column in ((Goal, "percent"), (VisitGoal, "amount")):
        found |= dict(model._default_manager.filter(site=site).values_list("code", column))
    return found


@transaction.atomic
def set_goals(site: Site | None, wanted: Mapping[str, int | None], *, request: HttpRequest) -> list[str]:
    """Set what is given; None: of a site the company's holds again. Return the codes that changed."""
    now = goals_of(site)
    changed = [code for code, amount in wanted.items() if now.get(code) != amount]
    for code in changed:
        aim, amount = AIMS[code], wanted[code]
        if amount is None:
            aim.model._default_manager.filter(site=site, code=code).delete()
        else:
            aim.model._default_manager.update_or_create(site=site, code=code, defaults={aim.column: amount})
    if changed:
        subject = f"goals site {site.pk}" if site else "goals company"
        record(AuditAction.PLACE_CHANGED, by=user_of(request), subject=subject, fields=changed, request=request)
        transaction.on_commit(memo.forget)
    return changed

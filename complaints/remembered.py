"""What hardly ever changes about tickets, as the process remembers it: categories, and where a ticket belongs."""

from __future__ import annotations

from django.db.models import F, Q

from complaints.defaults.limits import GOALS
from complaints.models import Category, Goal, Ticket
from portal import memo
from portal.pages.houses import department_of, site_of


@memo.for_a_moment
def _categories() -> dict[int, Category]:
    return {category.pk: category for category in Category.objects.select_related("parent")}


def categories() -> dict[str, Category]:
    """Those in use by their code, in their order."""
    return {category.code: category for category in _categories().values() if category.retired_at is None}


def placed(ticket: Ticket) -> Ticket:
    """With its site, department and category: three joins less to plan, which takes longer than to run them."""
    ticket.site = site_of(ticket.site_id)
    if ticket.department_id is not None:
        ticket.department = department_of(ticket.department_id)
    if ticket.category_id is not None:
        if ticket.category_id not in _categories():
            memo.forget()  # made a moment ago, elsewhere
        ticket.category = _categories()[ticket.category_id]
    return ticket


@memo.for_a_moment
def goal_percent(code: str, site_id: int | None) -> int:
    """The share aimed at: the site's own, else the company's."""
    goals = Goal.objects.filter(Q(site=site_id) | Q(site=None), code=code)
    found = goals.order_by(F("site").asc(nulls_last=True)).values_list("percent", flat=True).first()
    return GOALS[Goal.Code(code)] if found is None else found

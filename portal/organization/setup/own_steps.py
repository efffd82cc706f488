"""The steps that belong to the ground: company, sites, departments, people, what was shipped."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.calendars.models import Holiday, SiteCalendar
from portal.organization import setup
from portal.organization.models import Company, Department, Membership, Site, User
from portal.organization.roles import Role
from portal.organization.setup import shipped


def _company() -> str:
    company = Company.objects.order_by("pk").first()
    return company.name if company else ""


def _sites() -> str:
    found = list(Site.objects.values_list("name", "code"))
    if len(found) == 1:
        return " ".join(found[0])
    return ngettext("%(count)d site", "%(count)d sites", len(found)) % {"count": len(found)} if found else ""


def _departments() -> str:
    """Done when every site has some."""
    found = list(Department.objects.values_list("site_id", "outside_firm"))
    if not found or len({site for site, _outside in found}) < Site.objects.count():
        return ""
    outside = sum(1 for _site, is_outside in found if is_outside)
    count = ngettext("%(count)d department", "%(count)d departments", len(found)) % {"count": len(found)}
    firms = ngettext("%(count)d outside firm", "%(count)d outside firms", outside) % {"count": outside}
    return _("%(departments)s, %(firms)s") % {"departments": count, "firms": firms} if outside else count


def _people() -> str:
    """Done when somebody works here who is not only an administrator."""
    workers = Membership.objects.exclude(role=Role.ADMINISTRATOR).filter(user__is_active=True)
    if not workers.exists():
        return ""
    people = User.objects.filter(is_active=True)
    waiting = people.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).count()
    count = ngettext("%(count)d person", "%(count)d people", people.count()) % {"count": people.count()}
    return (
        _("%(people)s, %(waiting)d without a password yet") % {"people": count, "waiting": waiting}
        if waiting
        else count
    )


def _limits() -> str:
    return _("shipped, ready to use") if shipped.everything() else ""


def _calendars() -> Iterator[shipped.Shipped]:
    lines = []
    for calendar in SiteCalendar.objects.filter(site=None).prefetch_related("weekly_hours"):
        hours = calendar.weekly_hours.all()
        open_at = sorted({f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in hours})
        lines.append(
            _("%(calendar)s: %(days)d days a week, %(hours)s")
            % {"calendar": calendar.name, "days": len({one.weekday for one in hours}), "hours": " ".join(open_at)}
        )
    last = Holiday.objects.order_by("on").last()
    if last is not None:
        lines.append(_("China's holidays and make-up workdays until the end of %(year)s") % {"year": last.on.year})
    yield shipped.Shipped(_("Calendar"), tuple(lines))


def register() -> None:
    shipped.register(_calendars)
    for rank, code, title, holds in (
        (10, "company", gettext_lazy("Company"), _company),
        (20, "sites", gettext_lazy("Sites"), _sites),
        (30, "departments", gettext_lazy("Departments"), _departments),
        (40, "people", gettext_lazy("People"), _people),
        (60, "limits", gettext_lazy("Limits and calendar"), _limits),
    ):
        setup.register(setup.Step(code, title, f"/setup/{code}/", rank, holds))

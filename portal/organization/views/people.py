"""The administrator's pages about people: the list, one account, its roles, its way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.audit.models import AuditEntry
from portal.organization import audit_words, open_work
from portal.organization.errors import Refused
from portal.organization.forms import (
    AccountForm,
    NewAccountForm,
    PasswordOnceMore,
    PeopleFilter,
    RoleForm,
    place_of,
)
from portal.organization.models import Membership, User
from portal.organization.roles import Role
from portal.organization.services import passwords, people
from portal.organization.views.asking import administrators, problems, user_of
from portal.organization.views.frames import settings_frame
from portal.pages.houses import sites

PEOPLE_A_PAGE = 50
HISTORY = 50
HERE = "/settings/people/"


@administrators
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    wanted = PeopleFilter(request.GET).usable()
    page = wanted["page"] or 1
    rows = list(_found(wanted)[(page - 1) * PEOPLE_A_PAGE : page * PEOPLE_A_PAGE + 1])
    locked = _locked_out()
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **settings_frame(HERE),
        "people": [_row(person, locked) for person in rows[:PEOPLE_A_PAGE]],
        "wanted": wanted,
        "sites": [(site.pk, site.name) for site in sites().values()],
        "states": PeopleFilter.base_fields["state"].choices,
        "links": request.session.pop("links", []),
        "query": query.urlencode(),
        "previous": page - 1,
        "next": page + 1 if len(rows) > PEOPLE_A_PAGE else 0,
    }
    return render(request, "portal/settings/people.html", context)


def _found(wanted: dict[str, Any]) -> QuerySet[User]:
    found = User.objects.filter(is_active=wanted["state"] != "suspended")
    if wanted["q"]:
        text = wanted["q"]
        found = found.filter(Q(username__icontains=text) | Q(name__icontains=text) | Q(phone__contains=text))
    if wanted["site"]:
        here = Membership.objects.filter(Q(site_id=wanted["site"]) | Q(site=None))
        found = found.filter(pk__in=here.values("user_id"))
    if wanted["state"] == "waiting":
        found = found.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if wanted["state"] == "locked":
        found = found.filter(Q(username__in=_locked_out()) | Q(pin_failures__gte=passwords.PIN_TRIES))
    return found.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("site", "department").order_by("pk"))
    )


def _locked_out() -> set[str]:
    """Staff numbers that the lockout refuses just now, from one network at least."""
    since = timezone.now() - timedelta(seconds=settings.AXES_COOLOFF_TIME.total_seconds())
    tries = AccessAttempt.objects.filter(attempt_time__gte=since, failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return {name for name in tries.values_list("username", flat=True) if name}


def _row(person: User, locked: set[str]) -> dict[str, Any]:
    return {
        "url": f"{HERE}{person.pk}/",
        "name": person.name,
        "username": person.username,
        "phone": person.phone,
        "email": person.email,
        "roles": [{"role": Role(one.role).label, "where": _where(one)} for one in person.memberships.all()],
        "suspended": not person.is_active,
        "waiting": not person.has_usable_password(),
        "locked": person.username in locked or person.pin_failures >= passwords.PIN_TRIES,
    }


def _where(membership: Membership) -> str:
    if membership.site is None:
        return _("every site")
    return f"{membership.site.name} · {membership.department}" if membership.department else membership.site.name


@administrators
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            user = people.open_account(
                username=said["username"],
                name=said["name"],
                phone=said["phone"],
                email=said["email"],
                roles=[(Role(said["role"]), place_of(said["place"]))],
                request=request,
            )
        except Refused as refusal:
            form.add_error("username", refusal.user_message)
        else:
            _hand_over(request, user, by_mail=bool(user.email))
            return redirect("organization:person", user.pk)
    context = {**settings_frame(HERE), "form": form, "errors": problems(form)}
    return render(request, "portal/settings/person_new.html", context, status=422 if form.errors else 200)


def _hand_over(request: HttpRequest, user: User, *, by_mail: bool) -> None:
    """The link is shown on the next page, once."""
    link = passwords.give_link(user.pk, by_mail=by_mail, request=request)
    request.session["links"] = [*request.session.get("links", []), [user.name, link, by_mail and bool(user.email)]]


@administrators
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    facts = {name: getattr(found, name) for name in ("username", "name", "phone", "email")}
    if request.method == "GET":
        return _page(request, found, AccountForm(initial=facts, request=request), RoleForm(request=request))
    form = AccountForm(request.POST, initial=facts, request=request)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in facts}
        try:
            people.change_account(pk, **said, request=request)
        except Refused as refusal:
            form.add_error("username", refusal.user_message)
        else:
            messages.success(request, _("Saved."), extra_tags="ok")
            return redirect("organization:person", pk)
    return _page(request, found, form, RoleForm(request=request))


def _page(
    request: HttpRequest, found: User, form: AccountForm, role_form: RoleForm, *, refused: str = ""
) -> HttpResponse:
    history = AuditEntry.objects.filter(subject=people.subject_of(found)).select_related("by").order_by("-at")
    memberships = list(found.memberships.select_related("site", "department").order_by("pk"))
    roles = [{"pk": one.pk, "role": Role(one.role).label, "where": _where(one)} for one in memberships]
    odd = bool(form.errors or role_form.errors or refused)
    context = {
        **settings_frame(HERE),
        "person": {**_row(found, _locked_out()), "roles": roles},
        "pk": found.pk,
        "myself": found.pk == user_of(request).pk,
        "form": form,
        "role_form": role_form,
        "ask": PasswordOnceMore(request=request, auto_id="once_%s"),
        "errors": problems(form) + problems(role_form) + ([("", refused)] if refused else []),
        "work": open_work.of(found, viewer=user_of(request)),
        "history": audit_words.lines(history[:HISTORY]),
        "links": request.session.pop("links", []),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
    }
    return render(request, "portal/settings/person.html", context, status=422 if odd else 200)


@administrators
@require_POST
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, found, _facts(request, found), form)
    said = form.cleaned_data
    people.give_role(pk, Role(said["role"]), place_of(said["place"]), request=request)
    messages.success(request, _("The role has been given."), extra_tags="ok")
    return redirect("organization:person", pk)


@administrators
@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Suspend, take back, unlock, a new link, the end of a role: one press each, asked for the password first."""
    found = get_object_or_404(User, pk=pk)
    ask = PasswordOnceMore(request.POST, request=request)
    if not ask.is_valid():
        said = " ".join(said for _field, said in problems(ask))
        return _page(request, found, _facts(request, found), RoleForm(request=request), refused=said)
    try:
        done = _ACTS[what](request, found)
    except KeyError:
        raise Http404 from None
    except Refused as refusal:
        return _page(request, found, _facts(request, found), RoleForm(request=request), refused=refusal.user_message)
    messages.success(request, done, extra_tags="ok")
    return redirect("organization:person", pk)


def _facts(request: HttpRequest, found: User) -> AccountForm:
    return AccountForm(
        initial={name: getattr(found, name) for name in ("username", "name", "phone", "email")}, request=request
    )


def _suspend(request: HttpRequest, found: User) -> str:
    people.suspend(found.pk, request=request)
    return _("Suspended. Every session of this account has ended; what is open is listed below.")


def _take_back(request: HttpRequest, found: User) -> str:
    people.take_back(found.pk, request=request)
    return _("The account is open again. Its owner signs in with the same password.")


def _unlock(request: HttpRequest, found: User) -> str:
    people.unlock(found.pk, request=request)
    return _("The wrong attempts are forgotten. Its owner can sign in at once.")


def _link(request: HttpRequest, found: User) -> str:
    _hand_over(request, found, by_mail=False)
    return _("The old password no longer holds.")


def _mail_link(request: HttpRequest, found: User) -> str:
    _hand_over(request, found, by_mail=True)
    return _("The old password no longer holds.")


def _end_role(request: HttpRequest, found: User) -> str:
    number = request.POST.get("membership", "")
    membership = found.memberships.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if membership is not None:
        people.end_role(membership.pk, request=request)
    return _("The role has ended.")


_ACTS = {
    "suspend": _suspend,
    "take-back": _take_back,
    "unlock": _unlock,
    "link": _link,
    "mail-link": _mail_link,
    "end-role": _end_role,
}

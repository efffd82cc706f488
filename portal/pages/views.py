"""Signing in and out, each role's start, one's own page, the bell's list, the language switch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.notifications import wording
from portal.notifications.models import Message
from portal.organization import setup
from portal.organization.audit_words import sign_ins_of
from portal.organization.forms import PinForm
from portal.organization.models import User
from portal.organization.roles import DEPARTMENT, DESK, LEADERSHIP, Role
from portal.organization.services.passwords import password_fits, password_was_set, set_pin
from portal.pages import kept, menu, moments, services
from portal.pages.forms import BeforeForm, LanguageForm, LooksForm, ReadForm, SignInForm
from portal.pages.houses import departments, sites
from portal.ways_back import is_way_back

MESSAGES_A_PAGE = 50
# The accounts that seed_demo makes (docs/interfaces.md, "Demo accounts"), shown on the sign-in page in demo mode only.
DEMO_ACCOUNTS = (
    ("reception", Role.RECEPTIONIST),
    ("reception2", Role.RECEPTIONIST),
    ("supervisor", Role.SUPERVISOR),
    ("engineering", Role.DEPARTMENT_STAFF),
    ("engineering_head", Role.DEPARTMENT_HEAD),
    ("security_head", Role.DEPARTMENT_HEAD),
    ("cleaning_head", Role.DEPARTMENT_HEAD),
    ("ops", Role.OPERATIONS_MANAGER),
    ("manager", Role.SUPERVISING_MANAGER),
    ("gm", Role.GENERAL_MANAGER),
    ("director", Role.SITE_DIRECTOR),
    ("bar", Role.BAR_ATTENDANT),
    ("sales", Role.SALESPERSON),
    ("admin", Role.ADMINISTRATOR),
)


def why_not_in() -> str:
    """The one answer to everything that is wrong at the door, a closed account included."""
    return _(
        "Staff number or password is not right, or there were too many attempts. "
        "Check both, wait half an hour, or ask your administrator."
    )


class SignIn(LoginView):
    """The door. A form that was sent after the session had ended comes along (`portal.pages.kept`)."""

    template_name = "portal/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {
            **found,
            "why": why_not_in(),
            "demo": _demo_accounts(),
            "next": found.get("next", ""),
            "kept": self.request.POST.get("kept", ""),
        }

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "shared_desk": "shared" in self.request.GET}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session["shared_desk"] = form.cleaned_data["shared_desk"]
        found = kept.unpack(self.request.POST.get("kept", "")) or kept.take_for(form.get_user())
        return kept.offer(self.request, *found) if found else response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = never_cache(transaction.atomic(SignIn.as_view()))  # the lockout counts try after try


def sign_in_with(
    request: HttpRequest, packed: str, *, kept_for_its_writer: bool = False, shared: bool = False
) -> HttpResponse:
    """The door, holding what somebody sent who is signed out by now; or saying that it waits for them inside."""
    context = {
        "form": SignInForm(request, initial={"shared_desk": shared}),
        "kept_for_its_writer": kept_for_its_writer,
        "why": "",
        "demo": _demo_accounts(),
        "next": "",
        "kept": packed,
        "signed_out": True,
    }
    response = render(request, "portal/login.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def refuse_sign_in(request: HttpRequest) -> HttpResponse:
    """What a locked-out person sees: exactly the answer to a wrong password."""
    form = SignInForm(request, data={"username": request.POST.get("username", "")[:40], "password": ""})
    form.full_clean()
    context = {"form": form, "why": why_not_in(), "demo": _demo_accounts(), "next": request.POST.get("next", "")}
    context["kept"] = request.POST.get("kept", "")
    return render(request, "portal/login.html", context, status=422)


def _demo_accounts() -> list[tuple[str, str]]:
    return [(name, str(role.label)) for name, role in DEMO_ACCOUNTS] if settings.PORTAL_DEMO else []


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("pages:sign_in")


@login_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Where each role begins the day."""
    scope = _user(request).scope
    if scope.holds(LEADERSHIP) and not scope.holds(DESK | DEPARTMENT):
        return redirect("/dashboard/")
    if scope.holds(DESK | DEPARTMENT):
        return redirect("/queue/")
    if scope.sites_as({Role.ADMINISTRATOR})[0]:
        return redirect("organization:settings" if setup.is_finished() else "organization:setup")
    mine = menu.places_of(_user(request))
    return redirect(mine[0].url if mine else "pages:me")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    if request.method == "POST":
        form = LooksForm(request.POST)
        if not form.is_valid():
            return _my_page(request, PasswordChangeForm(user), odd=form.errors, status=422)
        services.choose_looks(user, **form.cleaned_data)
        messages.success(request, _("Saved."), extra_tags="ok")
        return redirect("pages:me")
    return _my_page(request, PasswordChangeForm(user))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("pages:me")
    form = PasswordChangeForm(_user(request), request.POST)
    if not form.is_valid():
        return _my_page(request, form, status=422)
    changed = form.save()
    update_session_auth_hash(request, changed)
    password_was_set(changed, request=request)
    messages.success(request, _("The password has been changed."), extra_tags="ok")
    return redirect("pages:me")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """The PIN that unlocks a shared desk."""
    if request.method == "GET":
        return redirect("pages:me")
    form = PinForm(request.POST, fits=lambda typed: password_fits(request, typed))
    if not form.is_valid():
        return _my_page(request, PasswordChangeForm(_user(request)), pin_form=form, status=422)
    set_pin(_user(request), form.cleaned_data["pin"], request=request)
    messages.success(request, _("The PIN is set."), extra_tags="ok")
    return redirect("pages:me")


def _my_page(
    request: HttpRequest,
    password_form: PasswordChangeForm,
    *,
    odd: Mapping[str, list[str]] | None = None,
    pin_form: PinForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = _user(request)
    password_form.fields["old_password"].widget.attrs.pop("autofocus", None)
    known, known_departments = sites(), departments()
    context = {
        "account": user.username,
        "roles": [
            {
                "site": known[post.site_id].name if post.site_id in known else _("every site"),
                "role": _("%(role)s, standing in") % {"role": post.role.label} if post.stands_in else post.role.label,
                "department": known_departments.get(post.department_id, "") if post.department_id else "",
            }
            for post in user.scope.posts
        ],
        "password_form": password_form,
        "odd": [said for found in (odd or {}).values() for said in found],
        "errors": [(f"id_{name}", said) for name, found in password_form.errors.items() for said in found],
        "pin_errors": [(f"id_{name}", said) for name, found in pin_form.errors.items() for said in found]
        if pin_form
        else [],
        "languages": [
            ("", _("As the browser"), user.language == "", ""),
            ("zh-hans", "中文", user.language == "zh-hans", "zh"),
            ("en", "English", user.language == "en", "en"),
        ],
        "pin_form": pin_form or PinForm(),
        "pin_set": bool(user.pin),
        "sign_ins": sign_ins_of(user),
        "themes": [(value, label, user.theme == value) for value, label in User._meta.get_field("theme").choices or ()],
    }
    return render(request, "portal/me.html", context, status=status)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in the browser and, of a signed-in person, in the account; then back to the page."""
    form = LanguageForm(request.POST)
    back = request.POST.get("next", "")
    if not is_way_back(back, request):
        back = "/"
    response = HttpResponseRedirect(back)
    if form.is_valid():
        language = form.cleaned_data["language"]
        if request.user.is_authenticated:
            services.choose_language(_user(request), language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,  # seconds
            secure=bool(settings.LANGUAGE_COOKIE_SECURE),
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            httponly=True,
        )
    return response


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """The bell's list, newest first; what went out in one piece is one entry."""
    user = _user(request)
    if request.method == "POST":
        form = ReadForm(request.POST)
        if form.is_valid():
            services.mark_read(user, form.cleaned_data["up_to"])
        return redirect("pages:notifications")
    before = BeforeForm(request.GET)
    older = before.cleaned_data["before"] if before.is_valid() else None
    found = Message.objects.in_bell_of(user).order_by("-sent_at", "-pk")  # as they came, not as they were written
    last = found.filter(pk=older).first() if older else None
    if last is not None:
        found = found.filter(Q(sent_at__lt=last.sent_at) | Q(sent_at=last.sent_at, pk__lt=last.pk))
    rows = list(found[: MESSAGES_A_PAGE + 1])
    shown = rows[:MESSAGES_A_PAGE]
    context = {
        "news": [
            {
                "text": wording.text_of(row.kind, row.params),
                "url": row.link,
                "new": row.read_at is None,
                "iso": moments.iso(row.sent_at),
                "at": moments.short(row.sent_at, timezone.get_current_timezone()),
            }
            for row in shown
        ],
        "up_to": shown[0].pk if shown else 0,
        "next_url": f"/notifications/?before={shown[-1].pk}" if len(rows) > MESSAGES_A_PAGE else "",
    }
    return render(request, "portal/notifications.html", context)


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    from django.templatetags.static import static

    return redirect(static("favicon.svg"), permanent=True)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user

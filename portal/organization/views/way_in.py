"""The way in without a password: the owner's link, and the mail for who has forgotten theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.organization.forms import ForgottenForm
from portal.organization.models import User
from portal.organization.services import passwords
from portal.organization.views.asking import problems


class SetPassword(PasswordResetConfirmView):
    """Django's own, which takes the link's secret out of the address at once. A suspended account has no link."""

    template_name = "portal/set_password.html"
    success_url = reverse_lazy("pages:sign_in")

    def get_user(self, uidb64: str) -> User | None:
        found = super().get_user(uidb64)
        return found if isinstance(found, User) and found.is_active else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        form = found.get("form")
        return {**found, "owner": self.user, "errors": problems(form) if form is not None else []}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        passwords.password_was_set(form.user, request=self.request)
        messages.success(self.request, _("The password is set. Sign in with it."), extra_tags="ok")
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


set_password = transaction.atomic(SetPassword.as_view())


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer for known and unknown addresses."""
    form = ForgottenForm(request.POST or None)
    asked = request.method == "POST" and form.is_valid()
    if asked:
        passwords.report_forgotten(form.cleaned_data["email"], request=request)
    context = {"form": form, "asked": asked, "errors": problems(form)}
    return render(request, "portal/forgotten.html", context, status=422 if form.errors else 200)

"""Who looked at, changed or exported what. Append-only in the database itself; never the value that was seen."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class AuditAction(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_REFUSED = "sign_in_refused", _("Sign-in refused")
    REFUSED = "refused", _("Permission refused")
    SEARCHED = "searched", _("Searched for a person")
    SETTINGS_CHANGED = "settings_changed", _("Own settings changed")
    IMPORTED = "imported", _("Register imported")
    IMPORT_TAKEN_BACK = "import_taken_back", _("Import taken back")
    EXPORTED = "exported", _("Archive exported")
    REVEALED = "revealed", _("Number shown")
    ARCHIVE_CHANGED = "archive_changed", _("Archive changed")
    ACCOUNT_OPENED = "account_opened", _("Account opened")
    ACCOUNT_CHANGED = "account_changed", _("Account changed")
    ACCOUNT_SUSPENDED = "account_suspended", _("Account suspended")
    ACCOUNT_TAKEN_BACK = "account_taken_back", _("Account taken back")
    ACCOUNT_UNLOCKED = "account_unlocked", _("Sign-in unlocked")
    ROLE_GIVEN = "role_given", _("Role given")
    ROLE_ENDED = "role_ended", _("Role ended")
    LINK_GIVEN = "link_given", _("Link for a password given")
    LINK_ASKED = "link_asked", _("Forgotten password reported")
    PASSWORD_SET = "password_set", _("Password set")
    PIN_SET = "pin_set", _("PIN set")
    PLACE_CHANGED = "place_changed", _("Company, site or department changed")
    MESSAGE_RETRIED = "message_retried", _("Message sent again")
    TOKEN_ISSUED = "token_issued", _("Resident token issued")


class AuditEntry(models.Model):
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=30, choices=AuditAction.choices)
    subject = models.CharField(max_length=100, blank=True)  # a code and an id, such as "ticket YJW-20261121-0007"
    fields = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["by", "-at"], name="audit_by_person"),
            # serves what happened to one account
            models.Index(fields=["subject", "-at"], name="audit_by_subject", condition=~models.Q(subject="")),
        )
        triggers = (APPEND_ONLY,)

import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.organization.models import Membership, User
from portal.organization.roles import Role


class Command(BaseCommand):
    help = (
        "Opens the first administrator's account from FIRST_ADMIN_USERNAME and FIRST_ADMIN_PASSWORD, if there is none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if Membership.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).exists():
            return
        username, password = (os.environ.get("FIRST_ADMIN_USERNAME", ""), os.environ.get("FIRST_ADMIN_PASSWORD", ""))
        if not username or not password:
            raise CommandError("Set FIRST_ADMIN_USERNAME and FIRST_ADMIN_PASSWORD for the first administrator.")
        if User.objects.filter(username=username).exists():
            raise CommandError(f"An account {username!r} exists already and is no administrator: choose another name.")
        user = User(username=username, name=username)
        try:
            validate_password(password, user)
        except ValidationError as refusal:
            raise CommandError(f"FIRST_ADMIN_PASSWORD is refused: {' '.join(refusal.messages)}") from None
        with transaction.atomic():
            user.set_password(password)
            user.save()
            Membership.objects.create(user=user, role=Role.ADMINISTRATOR)

"""A password must not be one that a machine guesses early; house words and one's own name are guessed first."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from portal.organization.models import User

LEAST_SCORE = 3  # of 4: beyond a hundred million guesses
MOST_LETTERS = 128
READ = 72  # of a longer one the beginning is judged: zxcvbn's time grows with the square of the length
HOUSE_WORDS = ("front", "desk", "frontdesk", "portal", "wuye", "qiantai", "yunjingwan", "物业", "前台", "云景湾")


class NotEasilyGuessed:
    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MOST_LETTERS:
            raise ValidationError(_("A password has at most %(most)d characters.") % {"most": MOST_LETTERS})
        own = [user.username, user.name, user.phone, user.email.partition("@")[0]] if user else []
        found = zxcvbn(password[:READ], user_inputs=[*HOUSE_WORDS, *filter(None, own)])
        if found["score"] < LEAST_SCORE:
            raise ValidationError(
                _("This password is guessed easily. Take a sentence or four words that do not belong together.")
            )

    def get_help_text(self) -> str:
        return _("A sentence, or four words that do not belong together, is easy to keep and hard to guess.")

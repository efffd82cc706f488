"""``Authorization: Bearer`` with a resident's token, in one statement."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from residents.models import ApiAccount, ApiToken


class ResidentTokenAuthentication(TokenAuthentication):
    """knox's, without its search for other expired tokens; bytes that are no text are refused."""

    def authenticate_credentials(self, token: bytes) -> tuple[ApiAccount, ApiToken]:
        try:
            token.decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed(_("This token is not valid.")) from None
        found: tuple[ApiAccount, ApiToken] = super().authenticate_credentials(token)
        return found

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()

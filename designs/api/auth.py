"""Who asks: an access token, or the browser's session with its CSRF token."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from accounts import tokens


class Token(HttpBearer):
    """`Authorization: Bearer ptg_…`. Reading needs no scope; all else the one named."""

    def __init__(self, scope: str = "read") -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The token's person. Raises HttpError 401 for a wrong token, 403 for a scope it has not."""
        found = tokens.authenticate(token)
        if found is None:
            raise HttpError(401, _("This token is not valid, or no longer."))
        if not found.allows(self.scope):
            raise HttpError(403, _("This token lacks the scope “%(scope)s”.") % {"scope": self.scope})
        request.user = found.user
        request.token = found  # type: ignore[attr-defined]
        return found.user


class Session(SessionAuth):
    """The signed-in browser; the CSRF token is asked for where something is changed."""

    def __call__(self, request: HttpRequest) -> Any:
        """The person signed in, or None."""
        return super().__call__(request) if request.user.is_authenticated else None


def _anyone(request: HttpRequest) -> AnonymousUser | None:
    return None if request.headers.get("Authorization") else AnonymousUser()


SIGNED_IN = [Token(), Session()]
READ = [Token(), Session(), _anyone]
WRITE = [Token("write"), Session()]
ACCOUNT = [Token("account"), Session()]

"""Who asks: a bearer token, a browser's session with its CSRF token, or anybody where reading is enough."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from django.conf import settings

from accounts import tokens
from accounts.models import User

SAFE = {"GET", "HEAD", "OPTIONS"}


class Bearer(HttpBearer):
    """An access token. A wrong one is 401, never the anonymous."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The person of the token, within its scopes."""
        found = tokens.authenticate(token)
        if found is None:
            raise HttpError(401, "This token is not valid, or has expired.")
        if request.method not in SAFE and not found.allows("write") and not found.allows("account"):
            raise HttpError(403, "This token may only read.")
        request.user = found.user
        request.token = found  # type: ignore[attr-defined]
        return found.user


class Session(APIKeyCookie):
    """A signed-in browser; ninja checks its CSRF token on unsafe methods."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The person of the session."""
        return request.user if request.user.is_authenticated else None


def anybody(request: HttpRequest) -> Any:
    """Nobody in particular: reads what is public."""
    if request.method in SAFE and not request.headers.get("Authorization"):
        request.user = request.user if request.user.is_authenticated else AnonymousUser()
        return AnonymousUser()
    return None


SIGN_IN = [Bearer(), Session()]
READ = [Bearer(), Session(), anybody]


def person(request: HttpRequest) -> User:
    """Whoever is signed in. Raises HttpError 401."""
    if not isinstance(request.user, User):
        raise HttpError(401, "Sign in with an access token.")
    return request.user


def need(request: HttpRequest, scope: str) -> None:
    """Raise HttpError 403 where a token lacks the scope; a session has every one."""
    token = getattr(request, "token", None)
    if token is not None and not token.allows(scope):
        raise HttpError(403, f"This token lacks the scope “{scope}”.")

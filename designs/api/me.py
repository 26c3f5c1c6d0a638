"""The person who asks, and their access tokens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError

from accounts import tokens
from accounts.models import AccessToken
from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, NewToken, Page

router = Router(tags=["me"])


@router.get("/me", auth=auth.SIGNED_IN, response=dict[str, Any])
def me(request: HttpRequest) -> dict[str, Any]:
    """Who you are here."""
    user: Any = request.user
    return {"handle": user.username, "name": user.display_name, "language": user.language}


def _show(token: AccessToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "start": token.start,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


@router.get("/tokens", auth=auth.ACCOUNT, response=Page)
def list_tokens(request: HttpRequest, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """Your tokens, without their secrets."""
    user: Any = request.user
    return pagination.rows(request, AccessToken.objects.filter(user=user), cursor, limit, _show)


@router.post("/tokens", auth=auth.ACCOUNT, response={201: dict[str, Any]})
def add_token(request: HttpRequest, body: NewToken) -> Status[dict[str, Any]]:
    """Make a token; its secret is in this answer and nowhere else, ever."""
    user: Any = request.user
    own: AccessToken | None = getattr(request, "token", None)
    if own and not all(own.allows(scope) for scope in body.scopes):
        raise HttpError(403, _("A token cannot make one that may do more than itself."))
    token, secret = tokens.issue(user, body.name, body.scopes, body.expires_at)
    return Status(201, {**_show(token), "secret": secret})


@router.delete("/tokens/{int:token_id}", auth=auth.ACCOUNT, response={204: None})
def delete_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token."""
    user: Any = request.user
    if token_id >= 1 << 63 or not AccessToken.objects.filter(user=user, pk=token_id).delete()[0]:
        raise Http404("no such token")
    return HttpResponse(status=204)

"""Who I am, and my access tokens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from accounts import tokens
from accounts.models import AccessToken
from designs.api.auth import need, person
from designs.api.schemas import Me, TokenIn, TokenMade, TokenOut

router = Router()


def _out(token: AccessToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in TokenOut.model_fields}


@router.get("/me", response=Me, summary="Who the token belongs to")
def me(request: HttpRequest) -> Any:
    user = person(request)
    return {
        "username": user.username,
        "name": user.display_name,
        "email": user.email,
        "language": user.language,
        "organisations": list(
            user.memberships.order_by("pk").values_list("organisation__namespace__handle", flat=True)
        ),
    }


@router.get("/tokens", response=list[TokenOut], summary="Your access tokens, without their secrets")
def list_tokens(request: HttpRequest) -> Any:
    need(request, "account")
    return [_out(token) for token in person(request).tokens.all()]


@router.post("/tokens", response={201: TokenMade}, summary="Make an access token; its secret is told here alone")
def make_token(request: HttpRequest, body: TokenIn) -> Any:
    need(request, "account")
    token, secret = tokens.issue(person(request), body.name, body.scopes, body.expires_at)
    return 201, {**_out(token), "secret": secret}


@router.delete("/tokens/{int:token_id}", response={204: None}, summary="Revoke an access token")
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    need(request, "account")
    if not person(request).tokens.filter(pk=token_id).delete()[0]:
        raise Http404("no such token")
    return HttpResponse(status=204)

"""Who speaks git or git-lfs to a project, and what they may do there."""

import base64
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts import passwords, tokens
from accounts.models import AccessToken, User
from designs import policy
from designs.addresses import find_project
from designs.models import Project

Person = User | AnonymousUser


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818
    """Why somebody may not: 401 asks for a sign-in, 403 says that it is not enough, 404 that nothing is here."""

    status: int
    sentence: str


def enter(request: HttpRequest, handle: str, slug: str, *, write: bool) -> tuple[Project, Person]:
    """The project and the person, who may read it, or write to it. Raises Refused.

    Whoever is nobody gets 401 alike for what is private and what is not there.
    """
    person, may_write = _person(request)
    project = find_project(person, handle, slug)
    if not person.is_authenticated and (project is None or write):
        raise Refused(401, "Sign in with an access token as the password.")
    if project is None:
        raise Refused(404, "There is no such project.")
    if write and not may_write:
        raise Refused(403, "This access token may only read: make one that may write, in your settings.")
    if write and not policy.can_write(person, project):
        raise Refused(403, "You may read this project, not write to it: fork it and offer a contribution.")
    return project, person


def _person(request: HttpRequest) -> tuple[Person, bool]:
    """Who asks, and whether what they signed in with may write. Raises Refused for a wrong token or password."""
    header = request.headers.get("Authorization", "")
    if not header or _is_blank(header):
        return AnonymousUser(), False
    if token := tokens.from_authorization(header):
        return token.user, token.allows(AccessToken.Scope.WRITE)
    if user := passwords.from_authorization(request):
        return user, True
    raise Refused(401, "The access token or password is wrong. With two-factor sign-in only a token will do.")


def _is_blank(header: str) -> bool:
    kind, _, value = header.partition(" ")
    try:
        return kind.lower() == "basic" and base64.b64decode(value).strip() in {b":", b""}
    except ValueError:
        return False

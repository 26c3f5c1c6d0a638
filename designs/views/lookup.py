"""Find the project of an address for this person, or answer that there is none."""

from typing import Literal, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404

from accounts.models import HandleRedirect, Namespace, User
from designs import policy
from designs.addresses import find_project
from designs.models import Project

Need = Literal["read", "write", "manage", "own"]
_ALLOWED = {"write": policy.can_write, "manage": policy.can_manage, "own": policy.can_own}


class MovedError(Exception):
    """The page is elsewhere: answer with `response`."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("moved")
        self.response = response


def person(request: HttpRequest) -> User:
    """Whoever is signed in; the caller has made sure that somebody is."""
    return cast(User, request.user)


def project_for(request: HttpRequest, handle: str, slug: str, *, need: Need = "read") -> Project:
    """The project at an address.

    Raises Http404 for whoever may not see it, MovedError for old addresses and for the anonymous where signing in
    would help, PermissionDenied for those who may read it but not do what they ask.
    """
    visible = Project.objects.visible_to(request.user).with_card()
    project = visible.filter(namespace__handle=handle, slug=slug).first()
    if project is None:
        raise _moved(request, handle, slug) or Http404("no such project")
    if need == "read" or _ALLOWED[need](request.user, project):
        return project
    if not request.user.is_authenticated:
        raise MovedError(redirect_to_login(request.get_full_path()))
    raise PermissionDenied


def namespace_for(request: HttpRequest, handle: str) -> Namespace:
    """The owner of a handle. Raises Http404, and MovedError for a handle given up."""
    found = Namespace.objects.select_related("user", "organisation").filter(handle=handle).first()
    if found:
        return found
    old = get_object_or_404(HandleRedirect.objects.select_related("namespace"), handle=handle)
    raise MovedError(_elsewhere(request, f"/@{handle}/", old.namespace.get_absolute_url()))


def _moved(request: HttpRequest, handle: str, slug: str) -> MovedError | None:
    """Where a former address leads now, for those who may see what is there."""
    project = find_project(request.user, handle, slug)
    if project is None:
        return None
    return MovedError(_elsewhere(request, f"/@{handle}/{slug}/", project.get_absolute_url()))


def _elsewhere(request: HttpRequest, old: str, new: str) -> HttpResponse:
    rest = request.get_full_path().removeprefix(old)
    return HttpResponsePermanentRedirect(new + rest)

"""Find a project for whoever asks; what may not be seen is not there."""

from typing import Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.models import Namespace
from designs import policy
from designs.api.auth import need as need_scope
from designs.api.auth import person
from designs.models import Project, ProjectRedirect

Need = Literal["read", "write", "manage", "own"]
_ALLOWED = {"write": policy.can_write, "manage": policy.can_manage, "own": policy.can_own}


def project_for(request: HttpRequest, owner: str, slug: str, need: Need = "read") -> Project:
    """The project, by its address or a former one.

    Raises Http404 where it cannot be seen, HttpError 401 or PermissionDenied where more is needed than was shown.
    """
    visible = Project.objects.visible_to(request.user).with_card()
    found = visible.filter(namespace__handle=owner.lower(), slug=slug).first()
    if found is None:
        old = ProjectRedirect.objects.filter(namespace__handle=owner.lower(), slug=slug).values("project")
        found = visible.filter(pk__in=old).first()
    if found is None:
        raise Http404("no such project")
    if need != "read":
        user = person(request)
        need_scope(request, "write")
        if not _ALLOWED[need](user, found):
            raise PermissionDenied
    return found


def namespace_for(handle: str) -> Namespace:
    """The owner of a handle. Raises Http404."""
    found = Namespace.objects.filter(handle=handle.lower()).first()
    if found is None:
        raise Http404("no such owner")
    return found

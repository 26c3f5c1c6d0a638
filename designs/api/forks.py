"""Forks of a project."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError
from pydantic import AfterValidator, Field

from accounts.models import Namespace
from designs.actions.fork_project import fork_project
from designs.actions.sync_fork import sync_fork
from designs.api import auth, pagination
from designs.api.projects import find, show
from designs.api.schemas import Cursor, Licence, Limit, Name, Page, Slug, Strict, Visibility, _clean
from designs.models import Project

router = Router(tags=["forks"])
AT = "/projects/{owner}/{slug}"


class NewFork(Strict):
    """A fork to make. What is left out is as in its source; `owner` is a handle, one's own where it is left out."""

    owner: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
    name: Name | None = None
    slug: Slug | None = None
    licence: Licence | None = None
    visibility: Visibility | None = None


@router.get(AT + "/forks", auth=auth.READ, response=Page)
def list_forks(request: HttpRequest, owner: str, slug: str, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """The forks that are listed for you, newest first."""
    source = find(request, owner, slug)
    found = Project.objects.listed_for(request.user).filter(forked_from=source).with_card()
    return pagination.rows(request, found, cursor, limit, show)


@router.post(AT + "/forks", auth=auth.WRITE, response={201: dict[str, Any]})
def add_fork(request: HttpRequest, owner: str, slug: str, body: NewFork) -> Status[dict[str, Any]]:
    """Fork the project. Without a slug, the next free one is taken."""
    user: Any = request.user
    source = find(request, owner, slug)
    handle = body.owner.lower() or user.namespace.handle
    namespace = Namespace.objects.filter(handle=handle).first()
    if namespace is None:
        raise HttpError(422, _("There is no owner of this name."))
    made = fork_project(
        source,
        to=namespace,
        by=user,
        slug=body.slug or "",
        visibility=body.visibility,
        name=body.name or "",
        licence=body.licence or "",
    )
    return Status(201, show(made))


@router.post(AT + "/sync", auth=auth.WRITE, response=dict[str, Any])
def sync(request: HttpRequest, owner: str, slug: str) -> dict[str, Any]:
    """Bring a fork up to where the project that it comes from is by now."""
    user: Any = request.user
    fork = find(request, owner, slug, "write")
    sync_fork(fork, by=user)
    return show(fork)

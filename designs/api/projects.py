"""Projects: list, create, read, change, delete."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.errors import HttpError

from accounts.models import Namespace
from designs import policy
from designs.actions.change_project import move_project, update_project
from designs.actions.create_project import create_project
from designs.actions.trash_project import trash_project
from designs.addresses import find_project
from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, NewProject, Page, ProjectChange
from designs.models import Project

router = Router(tags=["projects"])
NEEDS = {"write": policy.can_write, "manage": policy.can_manage, "own": policy.can_own}


def find(request: HttpRequest, owner: str, slug: str, need: str = "read") -> Project:
    """The project. Raises Http404 for whoever may not see it, HttpError 403 for who may only read."""
    project = find_project(request.user, owner, slug)
    if project is None:
        raise Http404("no such project")
    if need != "read" and not NEEDS[need](request.user, project):
        raise HttpError(403, _("You may not do this here."))
    return project


def show(project: Project) -> dict[str, Any]:
    """A project for programs."""
    return {
        "owner": project.namespace.handle,
        "slug": project.slug,
        "name": project.name,
        "summary": project.summary,
        "licence": project.licence,
        "is_open": project.is_open,
        "category": project.category,
        "tags": project.tags,
        "processes": project.processes,
        "materials": project.materials,
        "visibility": project.visibility,
        "default_branch": project.default_branch,
        "head": project.head or None,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
        "clone_url": project.clone_url,
        "url": project.get_absolute_url(),
    }


@router.get("/projects", auth=auth.READ, response=Page)
def list_projects(request: HttpRequest, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """All projects that are listed for you, newest first."""
    found = Project.objects.listed_for(request.user).with_card()
    return pagination.rows(request, found, cursor, limit, show)


@router.post("/projects", auth=auth.WRITE, response={201: dict[str, Any]})
def add_project(request: HttpRequest, body: NewProject) -> Status[dict[str, Any]]:
    """Create a project."""
    user: Any = request.user
    handle = body.owner.lower() or user.namespace.handle
    namespace = Namespace.objects.filter(handle=handle).first()
    if namespace is None:
        raise HttpError(422, _("There is no owner of this name."))
    return Status(201, show(create_project(namespace, by=user, **body.dict(exclude={"owner"}))))


@router.get("/projects/{owner}/{slug}", auth=auth.READ, response=dict[str, Any])
def get_project(request: HttpRequest, owner: str, slug: str) -> dict[str, Any]:
    """One project."""
    return show(find(request, owner, slug))


@router.patch("/projects/{owner}/{slug}", auth=auth.WRITE, response=dict[str, Any])
def change_project(request: HttpRequest, owner: str, slug: str, body: ProjectChange) -> dict[str, Any]:
    """Change metadata, visibility, default branch or address."""
    user: Any = request.user
    project = find(request, owner, slug, "manage")
    values = {key: value for key, value in body.dict(exclude_unset=True).items() if value is not None}
    wanted = values.pop("slug", "")
    update_project(project, values)
    return show(move_project(project, slug=wanted, by=user) if wanted else project)


@router.delete("/projects/{owner}/{slug}", auth=auth.WRITE, response={204: None})
def delete_project(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    """Put it in the trash, where it rests thirty days."""
    trash_project(find(request, owner, slug, "own"))
    return HttpResponse(status=204)

"""Projects: list, create, read, change, delete."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.errors import HttpError

from designs.actions.change_project import move_project, update_project
from designs.actions.create_project import create_project
from designs.actions.trash_project import trash_project
from designs.api import pagination
from designs.api.auth import READ, need, person
from designs.api.lookup import namespace_for, project_for
from designs.api.schemas import ProjectIn, ProjectOut, ProjectPage, ProjectPatch, Text, project_out
from designs.models import Project

router = Router()


@router.get("", auth=READ, response=ProjectPage, summary="Projects that you may see, newest first")
def projects(
    request: HttpRequest,
    q: Text = "",
    owner: Text = "",
    limit: pagination.Limit = 30,
    cursor: pagination.Cursor = "",
) -> Any:
    rows = Project.objects.listed_for(request.user).with_card().order_by("-updated_at", "-pk")
    if owner:
        rows = rows.filter(namespace__handle=owner.lower())
    for word in q.split()[:12]:
        rows = rows.filter(Q(name__icontains=word) | Q(summary__icontains=word) | Q(tags__icontains=word))
    if cursor:
        at, pk = pagination.decode(cursor, 2)
        try:
            moment = datetime.fromisoformat(at)
        except ValueError as error:
            raise HttpError(422, "This cursor is not one of ours.") from error
        if moment.tzinfo is None:
            raise HttpError(422, "This cursor is not one of ours.")
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=pagination.number(pk)))
    found = list(rows[: limit + 1])
    page = found[:limit]
    more = pagination.encode(page[-1].updated_at.isoformat(), page[-1].pk) if len(found) > limit else None
    return {"items": [project_out(one) for one in page], "next": more}


@router.post("", response={201: ProjectOut}, summary="Create a project")
def create(request: HttpRequest, body: ProjectIn) -> Any:
    need(request, "write")
    user = person(request)
    values = body.model_dump()
    owner = values.pop("owner")
    namespace = namespace_for(owner) if owner else user.namespace
    return 201, project_out(create_project(namespace, by=user, **values))


@router.get("/{owner}/{slug}", auth=READ, response=ProjectOut, summary="One project")
def project(request: HttpRequest, owner: str, slug: str) -> Any:
    return project_out(project_for(request, owner, slug))


@router.patch("/{owner}/{slug}", response=ProjectOut, summary="Change a project; a new slug or owner moves it")
def change(request: HttpRequest, owner: str, slug: str, body: ProjectPatch) -> Any:
    values = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    new_owner, new_slug = values.pop("owner", ""), values.pop("slug", "")
    found = project_for(request, owner, slug, "own" if new_owner else "manage")
    if new_owner or new_slug:
        move_project(found, to=namespace_for(new_owner) if new_owner else None, slug=new_slug, by=person(request))
    return project_out(update_project(found, values))


@router.delete("/{owner}/{slug}", response={204: None}, summary="Put a project into the trash for thirty days")
def delete(request: HttpRequest, owner: str, slug: str) -> HttpResponse:
    trash_project(project_for(request, owner, slug, "own"))
    return HttpResponse(status=204)


"""Releases of a project."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from designs.actions.publish_release import publish_release
from designs.api import pagination
from designs.api.auth import READ, person
from designs.api.lookup import project_for
from designs.api.schemas import ReleaseIn, ReleaseOut, ReleasePage, release_out

router = Router()


@router.get("/{owner}/{slug}/releases", auth=READ, response=ReleasePage, summary="Releases, newest first")
def releases(
    request: HttpRequest, owner: str, slug: str, limit: pagination.Limit = 30, cursor: pagination.Cursor = ""
) -> Any:
    rows = project_for(request, owner, slug).releases.order_by("-pk")
    if cursor:
        rows = rows.filter(pk__lt=pagination.number(pagination.decode(cursor, 1)[0]))
    found = list(rows[: limit + 1])
    more = pagination.encode(found[limit - 1].pk) if len(found) > limit else None
    return {"items": [release_out(one) for one in found[:limit]], "next": more}


@router.post("/{owner}/{slug}/releases", response={201: ReleaseOut}, summary="Publish a release")
def publish(request: HttpRequest, owner: str, slug: str, body: ReleaseIn) -> Any:
    project = project_for(request, owner, slug, "write")
    return 201, release_out(publish_release(project, by=person(request), **body.model_dump()))


@router.get("/{owner}/{slug}/releases/{tag}", auth=READ, response=ReleaseOut, summary="One release")
def release(request: HttpRequest, owner: str, slug: str, tag: str) -> Any:
    found = project_for(request, owner, slug).releases.filter(tag=tag).first()
    if found is None:
        raise Http404("no such release")
    return release_out(found)

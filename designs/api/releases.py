"""Releases: list, publish, change, take back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from designs.actions.change_release import change_release, delete_release
from designs.actions.publish_release import publish_release
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, Limit, NewRelease, Page, ReleaseChange
from designs.models import Release

router = Router(tags=["releases"])
AT = "/projects/{owner}/{slug}/releases"


def _show(release: Release) -> dict[str, Any]:
    return {
        "tag": release.tag,
        "title": release.title,
        "notes": release.notes,
        "commit": release.commit,
        "files": release.files,
        "is_prerelease": release.is_prerelease,
        "created_at": release.created_at,
        "url": release.get_absolute_url(),
    }


@router.get(AT, auth=auth.READ, response=Page)
def list_releases(
    request: HttpRequest, owner: str, slug: str, cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """The releases, newest first."""
    found = find(request, owner, slug).releases.select_related("project__namespace")
    return pagination.rows(request, found, cursor, limit, _show)


@router.post(AT, auth=auth.WRITE, response={201: dict[str, Any]})
def add_release(request: HttpRequest, owner: str, slug: str, body: NewRelease) -> Status[dict[str, Any]]:
    """Tag a version."""
    user: Any = request.user
    return Status(201, _show(publish_release(find(request, owner, slug, "write"), by=user, **body.dict())))


@router.get(AT + "/{tag}", auth=auth.READ, response=dict[str, Any])
def get_release(request: HttpRequest, owner: str, slug: str, tag: str) -> dict[str, Any]:
    """One release with its frozen files."""
    return _show(_found(request, owner, slug, tag))


@router.patch(AT + "/{tag}", auth=auth.WRITE, response=dict[str, Any])
def patch_release(request: HttpRequest, owner: str, slug: str, tag: str, body: ReleaseChange) -> dict[str, Any]:
    """Change title, notes, or the mark of a pre-release; the files stay as they are."""
    found = _found(request, owner, slug, tag, "write")
    changed = change_release(
        found,
        title=found.title if body.title is None else body.title,
        notes=found.notes if body.notes is None else body.notes,
        is_prerelease=found.is_prerelease if body.is_prerelease is None else body.is_prerelease,
    )
    return _show(changed)


@router.delete(AT + "/{tag}", auth=auth.WRITE, response={204: None})
def remove_release(request: HttpRequest, owner: str, slug: str, tag: str, *, with_tag: bool = False) -> HttpResponse:
    """Take a release back, as who manages the project; `with_tag=true`: its tag in git too."""
    delete_release(_found(request, owner, slug, tag, "manage"), with_tag=with_tag)
    return HttpResponse(status=204)


def _found(request: HttpRequest, owner: str, slug: str, tag: str, need: str = "read") -> Release:
    project = find(request, owner, slug, need)
    return get_object_or_404(project.releases.select_related("project__namespace"), tag=tag)

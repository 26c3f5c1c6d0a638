"""Releases: list and publish."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from designs.actions.publish_release import publish_release
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, Limit, NewRelease, Page
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

"""Imports: start one, read how far it is, cancel it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File as Files
from ninja import Form, Router, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile as NinjaFile

from accounts.models import Namespace
from designs.actions.request_import import cancel_import, request_import
from designs.api import auth, pagination
from designs.api.schemas import Cursor, Limit, NewFileImport, NewImport, Page
from designs.models import Import

router = Router(tags=["imports"])


def show(row: Import) -> dict[str, Any]:
    """How far an import is; `project` once it is whole."""
    whole = row.project if row.phase == Import.Phase.DONE else None
    return {
        "id": str(row.token),
        "name": row.name,
        "source": row.source,
        "url": row.url or None,
        "phase": row.phase,
        "state": row.state,
        "done": row.done,
        "total": row.total or None,
        "bytes": row.bytes,
        "said": row.said or None,
        "missing": row.missing,
        "left_out": row.left_out,
        "project": str(whole) if whole else None,
        "created_at": row.created_at,
    }


def _owner(request: HttpRequest, handle: str) -> Namespace:
    user: Any = request.user
    found = Namespace.objects.filter(handle=handle.lower() or user.namespace.handle).first()
    if found is None:
        raise HttpError(422, _("There is no owner of this name."))
    return found


@router.post("/imports", auth=auth.WRITE, response={202: dict[str, Any]})
def add_import(request: HttpRequest, body: NewImport) -> Status[dict[str, Any]]:
    """Bring a project in from a git address; a worker fetches it."""
    user: Any = request.user
    row = request_import(_owner(request, body.owner), by=user, source="url", **body.dict(exclude={"owner"}))
    return Status(202, show(row))


@router.post("/imports/files", auth=auth.WRITE, response={202: dict[str, Any]})
def add_file_import(
    request: HttpRequest,
    body: Form[NewFileImport],
    file: NinjaFile = Files(...),  # type: ignore[type-arg] # noqa: B008
) -> Status[dict[str, Any]]:
    """Bring a project in from a git bundle or a ZIP."""
    user: Any = request.user
    row = request_import(_owner(request, body.owner), by=user, file=file, **body.dict(exclude={"owner"}))
    return Status(202, show(row))


@router.get("/imports", auth=auth.SIGNED_IN, response=Page)
def list_imports(request: HttpRequest, cursor: Cursor = "", limit: Limit = 30) -> dict[str, Any]:
    """Your imports, newest first."""
    user: Any = request.user
    found = Import.objects.filter(by=user).select_related("project__namespace")
    return pagination.rows(request, found, cursor, limit, show)


@router.get("/imports/{token}", auth=auth.SIGNED_IN, response=dict[str, Any])
def get_import(request: HttpRequest, token: UUID) -> dict[str, Any]:
    """How far one of your imports is."""
    return show(_own(request, token))


@router.delete("/imports/{token}", auth=auth.WRITE, response={202: dict[str, Any]})
def end_import(request: HttpRequest, token: UUID) -> Status[dict[str, Any]]:
    """Cancel it: nothing of it is kept. One that is done stays."""
    row = _own(request, token)
    cancel_import(row)
    row.refresh_from_db()
    return Status(202, show(row))


def _own(request: HttpRequest, token: UUID) -> Import:
    user: Any = request.user
    return get_object_or_404(Import.objects.select_related("project__namespace"), token=token, by=user)

"""Files: commit, list, read, measured facts, history."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File as Files
from ninja import Form, Router, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile as NinjaFile

from designs import results, words
from designs.actions.commit_files import Edit, commit_files
from designs.api import auth, pagination
from designs.api.projects import find
from designs.api.schemas import Cursor, Limit, NewCommit, Page, Ref, Text
from designs.contents import sized
from designs.downloads import send_blob
from designs.models import Analysis, Project
from designs.results import Result
from storage.git.types import Commit, Delete, Entry, Put

router = Router(tags=["files"])
AT = "/projects/{owner}/{slug}"


def analysed(result: Result) -> dict[str, Any]:
    """State, facts, findings and pictures of one file."""
    report = words.report(result)
    return {
        "state": result.state,
        "facts": result.facts,
        "grade": report.grade,
        "findings": [
            {"code": one.code, "severity": one.severity, "message": " ".join([one.title + ":", one.sentence]).strip()}
            for one in report.checks
        ],
        "preview": result.preview_url or None,
        "thumbnail": result.thumbnail_url or None,
        "model": result.model_url or None,
    }


def _put(file: "UploadedFile[Any]", path: str, room: Path, number: int) -> Put:
    if hasattr(file, "temporary_file_path"):
        return Put(path, Path(file.temporary_file_path()))
    target = room / str(number)
    with target.open("wb") as out:
        shutil.copyfileobj(file, out)
    return Put(path, target)


@router.post(AT + "/commits", auth=auth.WRITE, response={201: dict[str, Any]})
def add_commit(
    request: HttpRequest,
    owner: str,
    slug: str,
    body: Form[NewCommit],
    files: list[NinjaFile] = Files([]),  # type: ignore[type-arg] # noqa: B008
) -> Status[dict[str, Any]]:
    """Commit all files at once: `files` with a `path` each (or their own names), and paths to `delete`."""
    user: Any = request.user
    project = find(request, owner, slug, "write")
    if body.path and len(body.path) != len(files):
        raise HttpError(422, _("The names do not fit the files."))
    names = body.path or [file.name or "" for file in files]
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as room:
        edits: list[Edit] = [
            _put(file, name, Path(room), number) for number, (file, name) in enumerate(zip(files, names, strict=True))
        ]
        edits += [Delete(name) for name in body.delete]
        revision = commit_files(project, edits, by=user, message=body.message, branch=body.branch or None)
    added = [
        {"path": row.file.path, "sha256": row.file.sha256, "analysis": row.state}
        for row in results.of_files(project, list(revision.files.order_by("path")))
    ]
    return Status(201, {"commit": revision.commit, "files": added})


def _commit(one: Commit) -> dict[str, Any]:
    return {"commit": one.id, "parents": one.parents, "author": one.author_name, "at": one.at, "message": one.message}


@router.get(AT + "/commits", auth=auth.READ, response=Page)
def list_commits(
    request: HttpRequest, owner: str, slug: str, ref: Ref = "", cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """The history of a branch, newest first."""
    project = find(request, owner, slug)
    repo = project.repo
    start = _resolve(project, ref)
    if not start:
        return {"items": [], "next": None}
    return pagination.steps(
        request, lambda skip, most: [_commit(one) for one in repo.log(start, skip=skip, limit=most)], cursor, limit
    )


def _resolve(project: Project, ref: str) -> str:
    if ref:
        return project.repo.resolve(ref)
    return project.repo.tip(project.default_branch) or ""


def _entry(one: Entry) -> dict[str, Any]:
    return {"path": one.path, "oid": one.oid, "size": one.size}


@router.get(AT + "/files", auth=auth.READ, response=Page)
def list_files(
    request: HttpRequest, owner: str, slug: str, ref: Ref = "", cursor: Cursor = "", limit: Limit = 30
) -> dict[str, Any]:
    """Every file of a version, by path."""
    project = find(request, owner, slug)
    commit = _resolve(project, ref)
    tree = project.repo.tree(commit, recursive=True) if commit else []
    files = [one for one in tree if one.kind == "blob"]

    def step(skip: int, most: int) -> list[dict[str, Any]]:
        return [_entry(one) for one in sized(project, files[skip : skip + most])]

    return pagination.steps(request, step, cursor, limit)


@router.get(AT + "/files/{path:path}", auth=auth.READ, response=dict[str, Any])
def get_file(request: HttpRequest, owner: str, slug: str, path: Text, ref: Ref = "") -> dict[str, Any]:
    """One file with what the kernel found in it."""
    project = find(request, owner, slug)
    commit = _resolve(project, ref)
    if not commit:
        raise HttpError(404, _("There is no such file."))
    [entry] = sized(project, [project.repo.entry(commit, path)])
    if entry.kind != "blob":
        raise HttpError(404, _("There is no such file."))
    result = results.at(project, [(entry.path, entry.oid)]).get(entry.path)
    known = {"sha256": result.file.sha256, "format": result.file.format, **analysed(result)} if result else {}
    return {**_entry(entry), "commit": commit, **known}


@router.get(AT + "/raw/{path:ref_path}", auth=auth.READ)
def get_raw(request: HttpRequest, owner: str, slug: str, ref_path: Text) -> HttpResponseBase:
    """The bytes of a file; the ref comes first, and may have slashes."""
    return send_blob(request, find(request, owner, slug), ref_path)


@router.get(AT + "/analyses/{sha256}", auth=auth.READ, response=dict[str, Any])
def get_analysis(request: HttpRequest, owner: str, slug: str, sha256: Text) -> dict[str, Any]:
    """What the kernel found in a content of this project."""
    project = find(request, owner, slug)
    file = project.files.filter(sha256=sha256).order_by("-pk").first()
    if file is None:
        raise HttpError(404, _("This project has no such content."))
    result = results.of_files(project, [file])[0]
    if result.analysis is None:
        get_object_or_404(Analysis.objects.none())
    return {"sha256": sha256, "path": file.path, **analysed(result)}

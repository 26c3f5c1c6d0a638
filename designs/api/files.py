"""Files and commits of a project: send, list, read, with what was measured."""

from typing import Annotated, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from ninja import File, Form, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile as NinjaFile
from pydantic import Field

from designs import results
from designs.actions.commit_files import commit_files
from designs.actions.errors import RefusedError
from designs.actions.stage_upload import discard_uploads, stage_upload
from designs.api import pagination
from designs.api.auth import READ, person
from designs.api.lookup import project_for
from designs.api.schemas import AnalysisOut, Committed, CommitPage, EntryPage, FileOut, Text, analysis_out
from designs.models import Project, StagedUpload
from designs.views.raw import send_blob
from storage.git.types import Delete, Put

router = Router()


@router.post("/{owner}/{slug}/commits", response={201: Committed}, summary="Commit files: one commit or none")
def commit(
    request: HttpRequest,
    owner: str,
    slug: str,
    files: Annotated[list[NinjaFile], File()] = [],  # noqa: B006 - ninja reads the default, nobody changes it
    path: Annotated[list[Text], Form()] = [],  # noqa: B006
    delete: Annotated[list[Text], Form()] = [],  # noqa: B006
    message: Annotated[Text, Field(max_length=10_000), Form()] = "",
    branch: Annotated[Text, Field(max_length=100), Form()] = "",
) -> Any:
    project = project_for(request, owner, slug, "write")
    user = person(request)
    if path and len(path) != len(files):
        raise HttpError(422, "Send as many `path` fields as `files`, in the same order.")
    staged: list[StagedUpload] = []
    try:
        for number, file in enumerate(files):
            staged.append(stage_upload(user, _plain(file), path[number] if path else file.name or ""))
        edits = [Put(one.path, one.file) for one in staged] + [Delete(one) for one in delete]
        revision = commit_files(project, edits, by=user, message=message, branch=branch or None)
    finally:
        discard_uploads(staged)
    return 201, {
        "commit": revision.commit,
        "files": [
            {"path": one.path, "sha256": one.sha256, "analysis": _analysis_url(project, one.sha256, one.format)}
            for one in revision.files.order_by("path")
        ],
    }


def _plain(file: Any) -> UploadedFile:
    if not isinstance(file, UploadedFile):
        raise RefusedError("Send files as multipart/form-data.", "no-files")
    return file


def _analysis_url(project: Project, sha256: str, kind: str) -> str | None:
    if not kind:
        return None
    return reverse("api:analysis", args=[project.namespace.handle, project.slug, sha256])


@router.get("/{owner}/{slug}/commits", auth=READ, response=CommitPage, summary="Commits, newest first")
def commits(
    request: HttpRequest,
    owner: str,
    slug: str,
    ref: Text = "",
    path: Text = "",
    limit: pagination.Limit = 30,
    cursor: pagination.Cursor = "",
) -> Any:
    project = project_for(request, owner, slug)
    if cursor:
        start, skipped = pagination.decode(cursor, 2)
        skip = pagination.number(skipped)
    else:
        start, skip = ref or project.default_branch, 0
    tip = project.repo.resolve(start)
    found = project.repo.log(tip, path or None, skip=skip, limit=limit + 1)
    known = {
        row.commit: row
        for row in project.revisions.filter(commit__in=[one.id for one in found]).select_related("author")
    }
    items = []
    for one in found[:limit]:
        row = known.get(one.id)
        author = row.author if row else None
        items.append(
            {
                "commit": one.id,
                "parents": list(one.parents),
                "author": author.title if author else one.author_name,
                "username": author.username if author else None,
                "at": one.at,
                "message": one.message,
            }
        )
    return {"items": items, "next": pagination.encode(tip, skip + limit) if len(found) > limit else None}


@router.get("/{owner}/{slug}/files", auth=READ, response=EntryPage, summary="All files at a ref")
def files(
    request: HttpRequest,
    owner: str,
    slug: str,
    ref: Text = "",
    limit: pagination.Limit = 100,
    cursor: pagination.Cursor = "",
) -> Any:
    project = project_for(request, owner, slug)
    name = ref or project.default_branch
    if cursor:
        name, after = pagination.decode(cursor, 2)
    else:
        after = ""
    tip = project.repo.resolve(name)
    entries = sorted(
        (one for one in project.repo.tree(tip, recursive=True) if one.kind == "blob" and one.path > after),
        key=lambda one: one.path,
    )
    page = entries[:limit]
    known = results.at(project, [(one.path, one.oid) for one in page])
    items = []
    for one in page:
        file = known[one.path].file if one.path in known else None
        kind = file.format if file else ""
        items.append(
            {
                "path": one.path,
                "size": one.size,
                "sha256": file.sha256 if file else None,
                "format": kind or None,
                "analysis": _analysis_url(project, file.sha256, kind) if file else None,
            }
        )
    more = pagination.encode(tip, page[-1].path) if len(entries) > limit else None
    return {"ref": name, "commit": tip, "items": items, "next": more}


@router.get("/{owner}/{slug}/files/{path:path}", auth=READ, response=FileOut, summary="One file, measured")
def file(request: HttpRequest, owner: str, slug: str, path: str, ref: Text = "") -> Any:
    project = project_for(request, owner, slug)
    tip = project.repo.resolve(ref or project.default_branch)
    entry = project.repo.entry(tip, path)
    result = results.at(project, [(entry.path, entry.oid)]).get(entry.path) if entry.kind == "blob" else None
    if result is None:
        raise Http404("no such file")
    where = [project.namespace.handle, project.slug, f"{tip}/{entry.path}"]
    return {
        "path": entry.path,
        "commit": tip,
        "size": entry.size,
        "sha256": result.file.sha256,
        "format": result.file.format or None,
        "units": result.file.units,
        "raw": reverse("designs:raw", args=where),
        "analysis": analysis_out(result),
    }


@router.get("/{owner}/{slug}/raw/{path:ref_path}", auth=READ, summary="A file's bytes; the ref may have slashes")
def raw(request: HttpRequest, owner: str, slug: str, ref_path: str) -> HttpResponseBase:
    return send_blob(project_for(request, owner, slug), ref_path)


@router.get(
    "/{owner}/{slug}/analyses/{sha256}",
    auth=READ,
    response=AnalysisOut,
    url_name="analysis",
    summary="What was measured of a content of this project",
)
def analysis(request: HttpRequest, owner: str, slug: str, sha256: str) -> Any:
    project = project_for(request, owner, slug)
    found = project.files.filter(sha256=sha256).exclude(format="").order_by("-pk").first()
    told = analysis_out(results.of_files(project, [found])[0]) if found else None
    if told is None:
        raise Http404("no such analysis")
    return told


"""Small changes made in the browser: edit, rename, delete, units, cover. The first three are commits."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs import contents
from designs.actions.change_project import set_cover, set_units
from designs.actions.commit_files import commit_files
from designs.actions.errors import RefusedError
from designs.forms import EditForm
from designs.models import File, Project
from designs.views import kinds
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.versions import version_of
from storage.git.errors import MissingPathError
from storage.git.types import Delete, Entry, Move, Put


@project_page("write")
def edit(request: HttpRequest, project: Project, ref_path: str) -> HttpResponse:
    """Edit a text file of a branch. Where somebody else was faster, nothing is lost and nothing overwritten."""
    version = version_of(project, ref_path)
    entry = project.repo.entry(version.commit, version.path)
    text = _text(project, entry)
    if text is None or not version.is_branch:
        raise MissingPathError(version.path)
    form = EditForm(request.POST or None, initial={"content": text, "expect": version.commit})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _write(project, version.ref, entry.path, text, form.cleaned_data, request)
        except RefusedError as refused:
            form.add_error(None, str(refused))
            status = 409 if refused.code == "conflict" else 422
        else:
            return redirect("designs:blob", project.namespace.handle, project.slug, ref_path)
    elif form.errors:
        status = 422
    context = {"version": version, "entry": entry, "form": form}
    return show(request, project, "designs/edit.html", context, tab="files", status=status)


def _text(project: Project, entry: Entry) -> str | None:
    """What can be edited: a whole text, not too long."""
    if entry.kind != "blob" or entry.is_link:
        return None
    try:
        opened = contents.open_content(project, entry.oid, entry.size)
        return kinds.as_text(opened.read(kinds.TEXT_LIMIT)) if opened.size <= kinds.TEXT_LIMIT else None
    except contents.MissingContentError:
        return None


def _write(project: Project, branch: str, path: str, before: str, values: dict[str, str], request: HttpRequest) -> None:
    content = values["content"].replace("\r\n", "\n")
    if "\r\n" in before:
        content = content.replace("\n", "\r\n")
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as room:
        file = Path(room) / "text"
        file.write_bytes(content.encode())
        message = values["message"] or _("Edit %(path)s") % {"path": path}
        commit_files(
            project,
            [Put(path, file)],
            by=person(request),
            message=message,
            branch=branch,
            expect=values["expect"],
        )


@project_page("write")
def change(request: HttpRequest, project: Project) -> HttpResponse:
    """Rename, move or delete a file or a folder: asked on one page, done as one commit."""
    asked = request.POST or request.GET
    version = version_of(project, f"{asked.get('ref', '')}/{asked.get('path', '')}")
    entry = project.repo.entry(version.commit, version.path)
    error = ""
    if request.method == "POST":
        action = asked.get("action")
        to = asked.get("to", "").strip().strip("/")
        edits = [Delete(entry.path)] if action == "delete" else [Move(entry.path, to)]
        try:
            commit_files(project, edits, by=person(request), message=asked.get("message", ""), branch=version.ref)
        except RefusedError as refused:
            error = str(refused)
        else:
            return _after(project, version.ref, entry.path if action == "delete" else to)
    context = {"version": version, "entry": entry, "error": error}
    return show(request, project, "designs/change.html", context, tab="files", status=422 if error else 200)


def _after(project: Project, ref: str, path: str) -> HttpResponse:
    parent = path.rpartition("/")[0]
    repo = project.repo
    tip = repo.resolve(ref)
    while parent:
        try:
            repo.entry(tip, parent)
            break
        except MissingPathError:
            parent = parent.rpartition("/")[0]
    return redirect("designs:tree", project.namespace.handle, project.slug, f"{ref}/{parent}".rstrip("/"))


@project_page("write")
@require_POST
def cover(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """Show this file first."""
    set_cover(project, get_object_or_404(project.files, pk=file_id))
    messages.success(request, _("This file is the cover now."))
    return redirect(project)


@project_page("write")
@require_POST
def units(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """Say in which unit a file was drawn."""
    file = get_object_or_404(project.files, pk=file_id)
    chosen = request.POST.get("units", "")
    if chosen in File.Units.values:
        set_units(file, chosen)
    ref = request.POST.get("ref") or project.default_branch
    return redirect("designs:blob", project.namespace.handle, project.slug, f"{ref}/{file.path}")

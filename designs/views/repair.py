"""Fix what can be fixed: asked for, shown, then downloaded or committed on a branch. Never on the original."""

from pathlib import PurePosixPath

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs import changes, results
from designs.actions.ask_kernel import ask_repair
from designs.actions.commit_repair import commit_repair
from designs.actions.errors import RefusedError
from designs.downloads import guarded
from designs.mesh import export, formats
from designs.models import File, Project, Repair
from designs.views.lookup import person
from designs.views.page import project_page, show
from storage import blobs


def _repair_of(file: File) -> Repair | None:
    return Repair.objects.present().filter(sha256=file.sha256, format=file.format).first()


def _shape(project: Project, file_id: int) -> File:
    return get_object_or_404(project.files, pk=file_id, format__in=formats.MESHES)


@project_page()
def repair(request: HttpRequest, project: Project, file_id: int) -> HttpResponseBase:
    """The report of a repair, or the question whether to try one; asking takes a sign-in."""
    file = _shape(project, file_id)
    if request.method == "POST":
        return _ask(request, file)
    row = _repair_of(file)
    (result,) = results.of_files(project, [file])
    context = {
        "result": result,
        "told": changes.tell_repair(row),
        "repair": row,
        "poll": row is not None and row.state in {Repair.State.READY, Repair.State.RUNNING},
    }
    return show(request, project, "designs/repair.html", context, tab="files")


@login_required
def _ask(request: HttpRequest, file: File) -> HttpResponse:
    ask_repair(file)
    return redirect(request.path)


def _content(file: File) -> str:
    row = _repair_of(file)
    if row is None or not row.content:
        raise Http404("not repaired")
    return row.content


@require_safe
@project_page()
def download(request: HttpRequest, project: Project, file_id: int) -> HttpResponseBase:
    """The repaired copy."""
    file = _shape(project, file_id)
    content = blobs.open_blob(_content(file))
    name = f"{PurePosixPath(file.path.removesuffix('.gz')).stem}.repaired.{export.format_for(file.format)}"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    return guarded(response, project, forever=False)


@require_POST
@project_page("write")
def commit(request: HttpRequest, project: Project, file_id: int) -> HttpResponse:
    """Put the repaired copy on a branch of its own."""
    file = _shape(project, file_id)
    try:
        branch, path = commit_repair(project, file, _content(file), by=person(request))
    except RefusedError as refused:
        messages.error(request, str(refused))
        return redirect(request.path.removesuffix("commit/"))
    messages.success(request, _("The repaired file is on the branch “%(branch)s”.") % {"branch": branch})
    return redirect("designs:blob", project.namespace.handle, project.slug, f"{branch}/{path}")

"""Upload: files arrive one by one and wait; one commit takes them all, or none."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.commit_files import commit_files
from designs.actions.errors import RefusedError
from designs.actions.stage_upload import discard_uploads, stage_upload, staged_uploads
from designs.models import Project, StagedUpload
from designs.views.lookup import person
from designs.views.page import project_page, show
from storage.archives import ArchiveRefusedError, unpack_zip
from storage.git.types import Put

STATUS = {"too-large": 413, "conflict": 409, "locked": 409, "quota": 507}


@project_page("write")
@require_POST
def stage(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep one file until its commit; answers {"token"} or {"detail"}."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return JsonResponse({"detail": _("No file arrived.")}, status=400)
    try:
        staged = stage_upload(person(request), file, request.POST.get("path") or file.name or "")
    except RefusedError as refused:
        return JsonResponse({"detail": str(refused), "code": refused.code}, status=STATUS.get(refused.code, 400))
    except OSError:
        return JsonResponse({"detail": _("The disk is full. Nothing was written.")}, status=507)
    return JsonResponse({"token": str(staged.token)}, status=201)


@project_page("write")
def upload(request: HttpRequest, project: Project) -> HttpResponse:
    """The page, and the commit of what was staged or sent with the form."""
    folder = (request.POST or request.GET).get("folder", "").strip("/ ")
    branch = (request.POST or request.GET).get("branch") or project.default_branch
    error, status = "", 200
    if request.method == "POST":
        try:
            where = _commit(request, project, folder, branch)
        except RefusedError as refused:
            error, status = str(refused), STATUS.get(refused.code, 422)
        except OSError:
            error, status = _("The disk is full. Nothing was written."), 507
        else:
            return JsonResponse({"url": where}) if _wants_json(request) else redirect(where)
        if _wants_json(request):
            return JsonResponse({"detail": error}, status=status)
    context = {
        "folder": folder,
        "branch": branch,
        "branches": [ref.name for ref in project.repo.branches()] or [project.default_branch],
        "error": error,
        "message": request.POST.get("message", ""),
        "limit": settings.MAX_FILE,
    }
    return show(request, project, "designs/upload.html", context, tab="files", status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.accepts("application/json") and "application/json" in request.headers.get("Accept", "")


def _commit(request: HttpRequest, project: Project, folder: str, branch: str) -> str:
    """Commit all that was sent and return the address to go to. Raises RefusedError."""
    user = person(request)
    uploads = staged_uploads(user, request.POST.getlist("staged")) + _sent_with_form(request)
    message = request.POST.get("message", "")
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as room:
        puts = _puts(uploads, Path(room), expand="expand_zip" in request.POST)
        if folder:
            puts = [Put(f"{folder}/{put.path}", put.source) for put in puts]
        commit_files(project, puts, by=user, message=message, branch=branch)
    discard_uploads(uploads)
    if branch == project.default_branch and not folder:
        return project.get_absolute_url()
    ref = f"{branch}/{folder}".rstrip("/")
    return redirect("designs:tree", project.namespace.handle, project.slug, ref)["Location"]


def _sent_with_form(request: HttpRequest) -> list[StagedUpload]:
    """Files of a browser without scripts; `path` fields, if any, run parallel to them."""
    user = person(request)
    files = request.FILES.getlist("files")
    paths = request.POST.getlist("path")
    if paths and len(paths) != len(files):
        raise RefusedError(_("The names do not fit the files."), "bad-name")
    names = paths or [file.name or "" for file in files]
    return [stage_upload(user, file, name) for file, name in zip(files, names, strict=True)]


def _puts(uploads: Sequence[StagedUpload], room: Path, *, expand: bool) -> list[Put]:
    """The edits; with `expand`, a ZIP gives what is in it instead of itself."""
    puts: list[Put] = []
    for number, one in enumerate(uploads):
        if expand and one.path.lower().endswith(".zip"):
            try:
                unpacked = unpack_zip(
                    one.file,
                    room / str(number),
                    max_entries=settings.MAX_COMMIT_FILES,
                    max_bytes=settings.MAX_COMMIT,
                )
            except ArchiveRefusedError as refused:
                raise RefusedError(str(refused), "bad-archive") from refused
            puts += [Put(item.path, item.file) for item in unpacked]
        else:
            puts.append(Put(one.path, one.file))
    return puts

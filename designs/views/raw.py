"""Bytes that users gave us: never run in the site's origin, never by hash alone."""

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotFound,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from designs import attribution, results
from designs.archives import zip_of
from designs.contents import MissingContentError
from designs.downloads import guarded, send_blob
from designs.models import Project
from designs.views.page import project_page
from storage import blobs

SIZES = {256: "preview_256", 1024: "preview_1024"}


@require_safe
@project_page()
def raw(request: HttpRequest, project: Project, ref_path: str) -> HttpResponseBase:
    """A file as it is. Photos may be shown in a page; everything else is saved."""
    try:
        return send_blob(request, project, ref_path)
    except MissingContentError as missing:
        return HttpResponseNotFound(f"{missing}\n", content_type="text/plain; charset=utf-8")


@require_safe
@project_page()
def archive(request: HttpRequest, project: Project, ref: str) -> HttpResponseBase:
    """All files of a version in one ZIP."""
    commit = project.repo.resolve(ref)
    name = f"{project.slug}-{ref.replace('/', '-')[:40]}"
    response = StreamingHttpResponse(
        zip_of(project, commit, name, more=attribution.files(project, commit)), content_type="application/zip"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.zip") or "attachment"
    return guarded(response, project, forever=False)


@require_safe
@project_page()
def preview(request: HttpRequest, project: Project, file_id: int, size: int) -> HttpResponseBase:
    """The picture that the kernel drew of a file of this project."""
    if size not in SIZES:
        raise Http404("no such size")
    return _drawn(project, file_id, SIZES[size], "image/webp")


@require_safe
@project_page()
def model(request: HttpRequest, project: Project, file_id: int) -> HttpResponseBase:
    """The light GLB of a file of this project, for the viewer."""
    return _drawn(project, file_id, "model", "model/gltf-binary")


@require_safe
@project_page()
def model_full(request: HttpRequest, project: Project, file_id: int) -> HttpResponseBase:
    """Every triangle of a file of this project, on demand."""
    return _drawn(project, file_id, "model_full", "model/gltf-binary")


@require_safe
@project_page()
def marks(request: HttpRequest, project: Project, file_id: int) -> HttpResponseBase:
    """Where the findings of a file are, for the viewer."""
    return _drawn(project, file_id, "marks", "application/json")


def _drawn(project: Project, file_id: int, field: str, kind: str) -> HttpResponseBase:
    file = project.files.filter(pk=file_id).first()
    analysis = results.of_files(project, [file])[0].analysis if file else None
    return send_drawn(project, getattr(analysis, field) if analysis else "", kind)


def send_drawn(project: Project, sha256: str, kind: str) -> HttpResponseBase:
    """A blob that the kernel made for a page of this project; 404 where it made none."""
    return guarded(open_drawn(sha256, kind), project, forever=True)


def open_drawn(sha256: str, kind: str) -> HttpResponseBase:
    """A blob that the kernel made, without the headers of whom it is for; 404 where it made none."""
    if not sha256:
        raise Http404("not drawn")
    try:
        content = blobs.open_blob(sha256)
    except FileNotFoundError as missing:
        raise Http404("not here") from missing
    response = FileResponse(content, content_type=kind)
    response["ETag"] = f'"{sha256}"'
    return response

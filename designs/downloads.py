"""How users' bytes are sent: never run in the site's origin. For the pages and the API alike."""

import re
from pathlib import PurePosixPath

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from designs.contents import MissingContentError, Opened, open_content
from designs.models import Project
from storage import serving
from storage.git import reads
from storage.lfs.pointer import Pointer

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
SANDBOX = "sandbox; default-src 'none'"
YEAR = 31_536_000
_RANGE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))\s*")


def guarded(response: HttpResponseBase, project: Project, *, forever: bool) -> HttpResponseBase:
    """The headers of a project's bytes: what a stranger gave is harmless, and kept as long as the project allows."""
    public = project.visibility == Project.Visibility.PUBLIC and not project.hidden_at
    return shielded(response, public=public, forever=forever)


def shielded(response: HttpResponseBase, *, public: bool, forever: bool) -> HttpResponseBase:
    """The headers that make a stranger's bytes harmless, and how long a browser may keep them."""
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    kept = f"max-age={YEAR}, immutable" if forever else "max-age=0, must-revalidate"
    response["Cache-Control"] = f"{'public' if public else 'private'}, {kept}"
    return response


def send_blob(request: HttpRequest, project: Project, ref_path: str) -> HttpResponseBase:
    """One file at a ref: its content, whole or the range asked for, streamed by us, nginx or S3.

    Raises UnknownRevisionError, MissingPathError, MissingContentError.
    """
    ref, commit, path = project.repo.split_ref(ref_path)
    entry = project.repo.entry(commit, path)
    if entry.kind != "blob" or entry.is_link:
        raise Http404("not a file")
    opened = open_content(project, entry.oid, entry.size)
    kind = PICTURES.get(PurePosixPath(path).suffix.lower())
    disposition = content_disposition_header(as_attachment=kind is None, filename=entry.name) or "attachment"
    content_type = kind or "application/octet-stream"
    # A picture in a page must come from the site itself: its policy loads none from elsewhere.
    if opened.stored and settings.S3_REDIRECT and kind is None:
        url = serving.signed_url(opened.stored, disposition=disposition, content_type=content_type)
        if url:
            return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    response = _by_nginx(opened) or _by_us(request, opened, f'"{entry.oid}"')
    if response.status_code in {200, 206}:
        response["Content-Type"] = content_type
        response["Content-Disposition"] = disposition
    return guarded(response, project, forever=bool(reads.HEX.fullmatch(ref)))


def send_stored(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """A content that the store of blobs holds, whole or the range asked for, by nginx where a setting says so."""
    answer = _by_nginx(opened) or _by_us(request, opened, f'"{opened.stored}"')
    if answer.status_code in {200, 206}:
        answer["Content-Type"] = "application/octet-stream"
    return guarded(answer, opened.project, forever=True)


def _by_nginx(opened: Opened) -> HttpResponseBase | None:
    """The answer that has nginx send the content, where a setting says so and a folder holds it."""
    if not opened.stored or not settings.X_ACCEL_REDIRECT:
        return None
    path = serving.nginx_path(opened.stored, settings.X_ACCEL_REDIRECT)
    return HttpResponse(headers={"X-Accel-Redirect": path}) if path else None


def _by_us(request: HttpRequest, opened: Opened, etag: str) -> HttpResponseBase:
    """What the request's conditions call for: 304, 412, or the content."""
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    return answer if answer is not None else _streamed(request, opened, etag)


def _streamed(request: HttpRequest, opened: Opened, etag: str) -> HttpResponseBase:
    """The content or the part of it that was asked for: 200, 206 or 416."""
    span = _span(request, opened.size, etag)
    if span == (0, 0) and opened.size:
        headers = {"Content-Range": f"bytes */{opened.size}", "Accept-Ranges": "bytes"}
        return HttpResponse(status=416, headers=headers)
    start, stop = span or (0, opened.size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        try:
            pieces = opened.stream(start, stop)
            by_file = isinstance(pieces, serving.FilePart)
            response = FileResponse(pieces) if by_file else StreamingHttpResponse(pieces)
        except FileNotFoundError as lost:
            raise MissingContentError(Pointer(opened.stored, opened.size)) from lost
    if span:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{opened.size}"
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _span(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """(start, stop) of the one range asked for, (0, 0) where there is nothing of it, None for the whole.

    Several ranges at once are answered with the whole, as RFC 9110 allows.
    """
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    condition = request.headers.get("If-Range", etag).strip()
    if not asked or condition != etag or not size:
        return None
    first, last, suffix = asked.groups()
    if suffix is not None:
        return (max(size - int(suffix), 0), size) if int(suffix) else (0, 0)
    start, stop = int(first), min(int(last) + 1, size) if last is not None else size
    if last is not None and int(last) < start:
        return None
    return (start, stop) if start < size else (0, 0)

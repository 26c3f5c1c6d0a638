"""How users' bytes are sent: never run in the site's origin. For the pages and the API alike."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from designs.models import Project
from storage.git import reads

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
SANDBOX = "sandbox; default-src 'none'"
YEAR = 31_536_000


def guarded(response: HttpResponseBase, project: Project, *, forever: bool) -> HttpResponseBase:
    """The headers that make a stranger's bytes harmless, and how long a browser may keep them."""
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    public = project.visibility == Project.Visibility.PUBLIC and not project.hidden_at
    kept = f"max-age={YEAR}, immutable" if forever else "max-age=0, must-revalidate"
    response["Cache-Control"] = f"{'public' if public else 'private'}, {kept}"
    return response


def send_blob(project: Project, ref_path: str) -> HttpResponseBase:
    """One file at a ref, streamed. Raises UnknownRevisionError, MissingPathError."""
    ref, commit, path = project.repo.split_ref(ref_path)
    entry = project.repo.entry(commit, path)
    if entry.kind != "blob" or entry.is_link:
        raise Http404("not a file")
    kind = PICTURES.get(PurePosixPath(path).suffix.lower())
    chunks: Iterable[bytes] = project.repo.stream(entry.oid)
    response = StreamingHttpResponse(chunks, content_type=kind or "application/octet-stream")
    response["Content-Length"] = str(entry.size)
    response["ETag"] = f'"{entry.oid}"'
    disposition = content_disposition_header(as_attachment=kind is None, filename=entry.name)
    response["Content-Disposition"] = disposition or "attachment"
    return guarded(response, project, forever=bool(reads.HEX.fullmatch(ref)))

"""What belongs to one request: its pinned files, their pictures, the photos of its messages and attempts."""

from pathlib import PurePosixPath

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from designs.downloads import shielded
from designs.models import Project
from designs.views.lookup import person
from designs.views.page import answers
from designs.views.raw import SIZES, open_drawn
from fablab.order_page import may_have_files, reader
from fablab.parts import known
from fablab.views.requests import order_for
from storage import blobs, serving


@require_safe
@answers
def request_part(request: HttpRequest, ref: str, part_id: int) -> HttpResponseBase:
    """A pinned file as it was: for the lab while it works on it, and for who asked while they may read the project."""
    order = order_for(request, ref)
    part = get_object_or_404(order.parts, pk=part_id)
    me = person(request)
    who = reader(me, order)
    reads = who.is_requester and Project.objects.visible_to(me).filter(pk=order.project_id or 0).exists()
    if not (reads or (who.is_staff and may_have_files(order))) or not blobs.exists(part.sha256):
        raise Http404("not for you, or not here")
    answer = StreamingHttpResponse(serving.stream(part.sha256), content_type="application/octet-stream")
    name = PurePosixPath(part.path).name
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["Content-Length"] = str(blobs.size(part.sha256))
    return shielded(answer, public=False, forever=True)


@require_safe
@answers
def request_preview(request: HttpRequest, ref: str, part_id: int, size: int) -> HttpResponseBase:
    """The picture that the kernel drew of a part."""
    part = get_object_or_404(order_for(request, ref).parts, pk=part_id)
    analysis = known([part])[0].analysis
    if size not in SIZES or analysis is None:
        raise Http404("no such picture")
    return shielded(open_drawn(getattr(analysis, SIZES[size]), "image/webp"), public=False, forever=True)


@require_safe
@answers
def request_photo(request: HttpRequest, ref: str, kind: str, row_id: int) -> HttpResponseBase:
    """A photo of a message or of what was made; internal ones for the lab alone."""
    order = order_for(request, ref)
    if kind == "messages":
        rows = order.messages.all()
        if not reader(person(request), order).is_staff:
            rows = rows.filter(is_internal=False)
        photo = get_object_or_404(rows, pk=row_id).photo
    else:
        photo = get_object_or_404(order.attempts, pk=row_id).photo
    if not photo.name or not photo.storage.exists(photo.name):
        raise Http404("no photo")
    return shielded(FileResponse(photo.open("rb"), content_type="image/webp"), public=False, forever=True)

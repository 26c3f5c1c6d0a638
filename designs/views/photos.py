"""Photos of discussions: taken in with a text or by a script, and sent to who sees the project."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from designs.actions.add_photo import MOST, add_photo, markdown
from designs.actions.errors import RefusedError
from designs.downloads import guarded
from designs.limits import within_limits
from designs.models import Photo, Project
from designs.views.lookup import person
from designs.views.page import project_page
from designs.views.sign_in import signed_in


def with_photos(request: HttpRequest, project: Project, text: str) -> str:
    """The text, with the photos that came beside it at its end. Raises RefusedError."""
    shown = [markdown(photo) for photo in _taken(request, project)]
    return "\n\n".join([text.rstrip(), *shown]).strip() if shown else text


def _taken(request: HttpRequest, project: Project) -> list[Photo]:
    files: list[Any] = request.FILES.getlist("photos")
    if len(files) > MOST:
        raise RefusedError(_("At most %(n)d photos at once.") % {"n": MOST}, "invalid")
    photos = []
    for file in files:
        within_limits(request, "photo")
        photos.append(add_photo(project, by=person(request), file=file, size=file.size, title=file.name))
    return photos


@require_POST
@project_page()
def photos(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Keep photos before the text is sent; answers with their Markdown, or with a sentence."""
    signed_in(request)
    try:
        return JsonResponse({"markdown": [markdown(photo) for photo in _taken(request, project)]})
    except RefusedError as refused:
        return JsonResponse({"detail": str(refused)}, status=429 if refused.code == "too-many" else 422)


@require_safe
@project_page()
def photo(request: HttpRequest, project: Project, name: str) -> HttpResponseBase:
    """One photo of this project."""
    found = Photo.objects.filter(project=project, name=name).first()
    if found is None:
        raise Http404("no such photo")
    try:
        content = default_storage.open(str(found.file.name))
    except FileNotFoundError as missing:
        raise Http404("not here") from missing
    return guarded(FileResponse(content, content_type="image/webp"), project, forever=True)

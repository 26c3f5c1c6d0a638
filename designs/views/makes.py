"""Who made it, on what, and how it went."""

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from designs.downloads import guarded
from designs.models import Make, Project
from designs.views.page import project_page, show
from designs.views.paging import page_number

PER_PAGE = 24


@require_safe
@project_page()
def makes(request: HttpRequest, project: Project) -> HttpResponse:
    """All makes, the newest first."""
    rows = project.makes.filter(is_public=True).select_related("release")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    return show(request, project, "designs/makes.html", {"page": page}, tab="makes")


@require_safe
@project_page()
def make_photo(request: HttpRequest, project: Project, make_id: int) -> HttpResponseBase:
    """The photo of one make, for whoever sees the project."""
    make: Make = get_object_or_404(project.makes.filter(is_public=True).exclude(photo=""), pk=make_id)
    try:
        content = make.photo.open("rb")
    except FileNotFoundError as missing:
        raise Http404("not here") from missing
    return guarded(FileResponse(content, content_type="image/webp"), project, forever=True)

"""Take a project away, or everything of mine."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from designs import exports
from designs.actions.export_mine import open_export, request_export
from designs.downloads import guarded
from designs.models import Export, Project
from designs.views.lookup import person
from designs.views.page import project_page

Make = Callable[[Project], exports.Sending]


@require_safe
@project_page()
def bundle(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Every branch and tag in one file that `git clone` takes."""
    _must_have_commits(project)
    return _sent(request, project, exports.bundle, f"{project.slug}.bundle", "application/octet-stream")


@require_safe
@project_page()
def with_history(request: HttpRequest, project: Project) -> HttpResponseBase:
    """The files, their whole history, the large files, and how to restore them."""
    _must_have_commits(project)
    return _sent(request, project, exports.with_history, f"{project.slug}-with-history.zip", "application/zip")


def _must_have_commits(project: Project) -> None:
    if not project.repo.branches():
        raise Http404("nothing to take away")


def _sent(request: HttpRequest, project: Project, make: Make, name: str, kind: str) -> HttpResponseBase:
    response = StreamingHttpResponse([] if request.method == "HEAD" else make(project), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(response, project, forever=False)


@login_required
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Ask for everything of mine, see how far it is, fetch it."""
    user = person(request)
    if request.method == "POST":
        request_export(user)
        return redirect("designs:export_mine")
    row = Export.objects.filter(by=user).first()
    context = {
        "row": row,
        "poll": bool(row and row.state in {Export.State.READY, Export.State.RUNNING}),
        "days": settings.EXPORT_DAYS,
        "tab": "export",
    }
    return render(request, "designs/export_mine.html", context)


@require_safe
@login_required
@never_cache
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The finished ZIP, for the person alone and for its days."""
    row = get_object_or_404(Export, token=token, by=person(request))
    if not row.is_ready:
        raise Http404("not ready, or no longer here")
    try:
        content = open_export(row)
    except FileNotFoundError as missing:
        raise Http404("no longer here") from missing
    name = f"{person(request).username}-{row.created_at:%Y-%m-%d}.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")

"""Two versions held against each other: a whole project, or one part."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from designs import changes, comparisons, results
from designs.models import Project
from designs.views import diffs
from designs.views.commits import SHOWN, with_people
from designs.views.page import project_page, show
from designs.views.raw import send_drawn
from storage.git.errors import UnknownRevisionError


@require_safe
@project_page()
def compare(request: HttpRequest, project: Project, span: str) -> HttpResponse:
    """What changed between two versions, `before...after`; of one file where `path` says so."""
    before, dots, after = span.partition("...")
    if not dots:
        raise UnknownRevisionError(span)
    commits = [project.repo.resolve(name) for name in (before, after)]
    found = project.repo.changes(*commits)
    path = request.GET.get("path", "")
    if path:
        found = [change for change in found if path in (change.path, change.old_path)]
    changed = diffs.of_changes(project, found[:SHOWN])
    context = {
        "before": before,
        "after": after,
        "path": path,
        "lines": with_people(project, [project.repo.commit_info(commit) for commit in commits]),
        "changes": changed,
        "overall": diffs.overall(changed),
        "total": len(found),
    }
    return show(request, project, "designs/compare.html", context, tab="commits")


def _compared(project: Project, before_id: int, after_id: int) -> comparisons.Compared:
    files = [get_object_or_404(project.files, pk=file_id) for file_id in (before_id, after_id)]
    before, after = results.of_files(project, files)
    return comparisons.of_pairs([(before, after)])[0]


@require_safe
@project_page()
def fragment(request: HttpRequest, project: Project, before_id: int, after_id: int) -> HttpResponse:
    """What lies between two versions of a part. Asks again only while the kernel is at work."""
    compared = _compared(project, before_id, after_id)
    context = {"project": project, "compared": compared, "told": changes.tell(compared)}
    return render(request, "designs/_compared.html", context)


@require_safe
@project_page()
def model(request: HttpRequest, project: Project, before_id: int, after_id: int) -> HttpResponseBase:
    """The GLB of what stayed, came and went."""
    row = _compared(project, before_id, after_id).row
    return send_drawn(project, row.diff if row else "", "model/gltf-binary")

"""Two versions held against each other: a whole project, or one part."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from designs import changes, comparisons, results
from designs.models import Project
from designs.views import diffs
from designs.views.commits import SHOWN, with_people
from designs.views.page import project_page, show
from designs.views.raw import send_drawn
from storage.git import branches
from storage.git.errors import UnknownRevisionError

SHOWN_COMMITS = 50
CHOICES = 500


@require_safe
@project_page()
def choose(request: HttpRequest, project: Project) -> HttpResponse:
    """Choose two versions; a name that is not there gets a sentence."""
    before, after = (request.GET.get(name, "").strip() for name in ("before", "after"))
    context: dict[str, object] = {"before": before, "after": after or project.default_branch}
    if before and after:
        missing = [name for name in (before, after) if not _is_there(project, name)]
        if not missing:
            return redirect("designs:compare", project.namespace.handle, project.slug, f"{before}...{after}")
        context["refusal"] = _("There is no branch, tag or commit “%(name)s”.") % {"name": missing[0]}
    context["versions"] = _versions(project)
    status = 422 if "refusal" in context else 200
    return show(request, project, "designs/compare_choose.html", context, tab="commits", status=status)


def _is_there(project: Project, name: str) -> bool:
    try:
        project.repo.resolve(name)
    except UnknownRevisionError:
        return False
    return True


def _versions(project: Project) -> list[str]:
    """Names to choose from."""
    return [ref.name for ref in [*project.repo.branches(), *project.repo.tags()]][:CHOICES]


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
    ahead, behind = branches.apart(project.path, commits[0], [commits[1]])[commits[1]]
    new = project.repo.between([commits[0]], commits[1])[-SHOWN_COMMITS:] if ahead and not path else []
    context = {
        "before": before,
        "after": after,
        "path": path,
        "lines": with_people(project, [project.repo.commit_info(commit) for commit in commits]),
        "changes": changed,
        "overall": diffs.overall(changed),
        "total": len(found),
        "ahead": ahead,
        "behind": behind,
        "commits": with_people(project, new[::-1]),
        "versions": [] if path else _versions(project),
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

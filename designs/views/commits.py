"""The history of a project, and one commit of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from designs import changes, comparisons, results
from designs.comparisons import Compared
from designs.models import Project, Revision
from designs.views import diffs
from designs.views.page import project_page, show
from designs.views.paging import page_number
from designs.views.versions import version_of
from storage.git.errors import UnknownRevisionError
from storage.git.types import Commit

PER_PAGE = 30
SHOWN = 300


@dataclass
class Line:
    """A commit, our row of it where the person behind it is known, and what it did to the one file looked at."""

    commit: Commit
    revision: Revision | None
    compared: Compared | None = None

    @property
    def told(self) -> changes.Told | None:
        """What changed in the file, in words."""
        return changes.tell(self.compared) if self.compared else None

    @property
    def span(self) -> str:
        """The two versions compared, as in an address."""
        before = self.compared.before.file.revision.commit if self.compared else ""
        return f"{before}...{self.commit.id}"


def with_people(project: Project, commits: Sequence[Commit]) -> list[Line]:
    """Commits with their authors' rows, in one query."""
    rows = project.revisions.filter(commit__in=[c.id for c in commits]).select_related("author")
    known = {row.commit: row for row in rows}
    return [Line(commit, known.get(commit.id)) for commit in commits]


@project_page()
def commits(request: HttpRequest, project: Project) -> HttpResponse:
    """Commits of a branch, newest first. Those of one path have a page of their own."""
    number = page_number(request)
    ref = request.GET.get("ref", "").replace("\0", "") or project.default_branch
    if path := request.GET.get("path", "").replace("\0", ""):
        return redirect("designs:history", project.namespace.handle, project.slug, f"{ref}/{path}")
    lines: list[Line] = []
    has_next = False
    version = None
    if project.head:
        version = version_of(project, ref)
        found = project.repo.log(version.commit, skip=(number - 1) * PER_PAGE, limit=PER_PAGE + 1)
        has_next = len(found) > PER_PAGE
        lines = with_people(project, found[:PER_PAGE])
    context = {"version": version, "lines": lines, "number": number, "has_next": has_next}
    return show(request, project, "designs/commits.html", context, tab="commits")


@project_page()
def commit(request: HttpRequest, project: Project, commit: str) -> HttpResponse:
    """What one commit changed, file by file."""
    if not 7 <= len(commit) <= 40 or set(commit) - set("0123456789abcdef"):
        raise UnknownRevisionError(commit)
    info = project.repo.commit_info(commit)
    found = project.repo.changes(info.parents[0] if info.parents else None, info.id)
    changed = diffs.of_changes(project, found[:SHOWN])
    context = {
        "line": with_people(project, [info])[0],
        "changes": changed,
        "overall": diffs.overall(changed),
        "total": len(found),
    }
    return show(request, project, "designs/commit.html", context, tab="commits")


def compare_versions(project: Project, path: str, lines: Sequence[Line], found: Sequence[Commit]) -> None:
    """Hold each version of a file against the one before it, in rows alone."""
    rows = project.files.filter(path=path, revision__commit__in=[c.id for c in found]).select_related("revision")
    shown = {result.file.revision.commit: result for result in results.of_files(project, list(rows))}
    pairs = {
        newer.id: (before, after)
        for newer, older in pairwise(found)
        if (after := shown.get(newer.id)) and (before := shown.get(older.id)) and comparisons.is_shape(after)
    }
    compared = {one.after.file.revision.commit: one for one in diffs.asked(list(pairs.values()))}
    for line in lines:
        line.compared = compared.get(line.commit.id)

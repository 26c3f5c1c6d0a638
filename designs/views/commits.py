"""The history of a project, and one commit of it."""

import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from designs import results
from designs.mesh import formats
from designs.models import Project, Revision
from designs.views import kinds
from designs.views.page import project_page, show
from designs.views.paging import page_number
from designs.views.versions import version_of
from storage.git.errors import UnknownRevisionError
from storage.git.types import Change, Commit

PER_PAGE = 30
SHOWN = 300
DIFFS = 20
DIFF_BYTES = 64 << 10
DIFF_LINES = 400


@dataclass(frozen=True)
class Line:
    """A commit, and our row of it where the person behind it is known."""

    commit: Commit
    revision: Revision | None


@dataclass(frozen=True)
class Changed:
    """What a commit did to one file."""

    change: Change
    before: results.Result | None
    after: results.Result | None
    diff: str


def with_people(project: Project, commits: Sequence[Commit]) -> list[Line]:
    """Commits with their authors' rows, in one query."""
    rows = project.revisions.filter(commit__in=[c.id for c in commits]).select_related("author")
    known = {row.commit: row for row in rows}
    return [Line(commit, known.get(commit.id)) for commit in commits]


@project_page()
def commits(request: HttpRequest, project: Project) -> HttpResponse:
    """Commits of a branch, newest first; of one file where `path` says so."""
    number = page_number(request)
    path = request.GET.get("path", "")
    lines: list[Line] = []
    has_next = False
    version = None
    if project.head:
        version = version_of(project, request.GET.get("ref", "").replace("\0", "") or project.default_branch)
        found = project.repo.log(
            version.commit,
            path.replace("\0", "") or None,
            skip=(number - 1) * PER_PAGE,
            limit=PER_PAGE + 1,
        )
        has_next = len(found) > PER_PAGE
        lines = with_people(project, found[:PER_PAGE])
    context = {"version": version, "path": path, "lines": lines, "number": number, "has_next": has_next}
    return show(request, project, "designs/commits.html", context, tab="commits")


@project_page()
def commit(request: HttpRequest, project: Project, commit: str) -> HttpResponse:
    """What one commit changed, file by file."""
    if not 7 <= len(commit) <= 40 or set(commit) - set("0123456789abcdef"):
        raise UnknownRevisionError(commit)
    info = project.repo.commit_info(commit)
    changes = project.repo.changes(info.parents[0] if info.parents else None, info.id)
    context = {
        "line": with_people(project, [info])[0],
        "changes": _changed(project, changes[:SHOWN]),
        "total": len(changes),
    }
    return show(request, project, "designs/commit.html", context, tab="commits")


def _changed(project: Project, changes: Sequence[Change]) -> list[Changed]:
    before = results.at(project, [(c.old_path, c.old_oid) for c in changes if c.old_oid])
    after = results.at(project, [(c.path, c.new_oid) for c in changes if c.new_oid])
    texts = itertools.islice((c.path for c in changes if not formats.format_of(c.path)), DIFFS)
    with_diff = set(texts)
    return [
        Changed(
            c,
            before.get(c.old_path) if c.old_oid else None,
            after.get(c.path) if c.new_oid else None,
            _diff(project, c) if c.path in with_diff else "",
        )
        for c in changes
    ]


def _diff(project: Project, change: Change) -> str:
    """A unified diff as coloured HTML; nothing for what is not text or too large to be read."""
    sides: list[list[str]] = []
    for oid in (change.old_oid, change.new_oid):
        content = project.repo.read(oid, DIFF_BYTES + 1) if oid else b""
        text = kinds.as_text(content) if len(content) <= DIFF_BYTES else None
        if text is None:
            return ""
        sides.append(text.splitlines())
    lines = difflib.unified_diff(sides[0], sides[1], change.old_path, change.path, lineterm="", n=3)
    kept = list(itertools.islice(lines, 2, DIFF_LINES))
    return kinds.diff("\n".join(kept)) if kept else ""

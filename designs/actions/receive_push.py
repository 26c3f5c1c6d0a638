"""Index the commits that have reached a branch: Revision, File and Analysis rows in one transaction."""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from designs.actions.add_commits import add_commits
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.closing_words import close_by_commits
from designs.actions.record_event import record_event
from designs.contents import Content, contents_of
from designs.mesh import formats
from designs.models import Event, Project, Revision
from storage.git.types import Commit

log = logging.getLogger(__name__)

AFTER: list[Callable[[Project, str, User | None], None]] = []
"""What follows when a branch has moved and its rows stand: (project, branch, who moved it)."""
LONGEST_PUSH_SECONDS = 1800


def receive_push(
    project: Project,
    branch: str,
    old: str | None,
    new: str,
    *,
    by: User | None,
    known: Mapping[str, Content],
    is_news: bool = True,
) -> Revision:
    """Index what a branch that moved from `old` to `new` brought, oldest first, and return the row of `new`.

    Commits already seen are left; those that a killed process did not index are indexed now.

    `by` made `new`; whoever made the others says so when they are indexed in their own name. Where it `is_news`, an
    event tells of it.
    """
    walked = list(project.repo.changes_of(_indexed(project, old), new))
    commits = [commit for commit, _ in walked]
    seen = _seen(project, commits)
    walked = [(commit, changes) for commit, changes in walked if commit.id not in seen]
    git_bytes = project.repo.bytes_on_disk()
    oids = {change.new_oid for _, changes in walked for change in changes if change.new_oid} - known.keys()
    contents = {**contents_of(project, oids), **known}
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        seen = _seen(project, [commit for commit, _ in walked])
        rows = [(commit, changes) for commit, changes in walked if commit.id not in seen]
        add_commits(project, rows, contents, {new: by} if by else {})
        project.revisions.filter(commit=new, author=None).update(author=by)
        if commits and is_news:
            _tell(project, branch, old, commits, by)
        Project.objects.filter(pk=project.pk).update(git_bytes=git_bytes)
        if branch == project.default_branch:
            project.head = project.repo.tip(branch) or new
            project.updated_at = timezone.now()
            project.cover = locked.cover
            project.save(update_fields=["head", "updated_at"])
            _keep_cover(project)
    if is_news:
        for follow in AFTER:
            try:
                follow(project, branch, by)
            except Exception:
                log.exception("%s: what follows a push to %s failed", project, branch)
    return project.revisions.get(commit=new)


def _tell(project: Project, branch: str, old: str | None, commits: Sequence[Commit], by: User | None) -> None:
    """The event, what the messages close, and the mirrors that want the same."""
    before = old or next(iter(commits[0].parents), None)
    new = commits[-1].id
    record_event(project, Event.Kind.PUSH, by=by, branch=branch, old=before, new=new, commits=len(commits))
    if branch == project.default_branch:
        close_by_commits(project, commits, by=by)
    queue_mirrors(project)


def _indexed(project: Project, old: str | None) -> list[str]:
    """Commits up to which everything has its rows: where the branch was, and the default branch."""
    known = project.revisions.filter(commit__in=[commit for commit in (old, project.head) if commit])
    return list(known.values_list("commit", flat=True))


def _seen(project: Project, commits: Sequence[Commit]) -> set[str]:
    return set(project.revisions.filter(commit__in=[commit.id for commit in commits]).values_list("commit", flat=True))


def catch_up() -> int:
    """Index what was committed or pushed and not indexed before a process died. Returns how many projects."""
    behind = 0
    for project in Project.objects.alive():
        marks = project.repo.unindexed_marks()
        if marks:
            behind += _index_branches(project)
        for mark in marks:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - mark.stat().st_mtime > LONGEST_PUSH_SECONDS:
                    mark.unlink()
    return behind


def _index_branches(project: Project) -> bool:
    """Whether any branch had a tip without a row."""
    behind = False
    for branch in project.repo.branches():
        moved = branch.name == project.default_branch and branch.commit != project.head
        if moved or not project.revisions.filter(commit=branch.commit).exists():
            receive_push(project, branch.name, None, branch.commit, by=None, known={})
            behind = True
    return behind


def _keep_cover(project: Project) -> None:
    """The cover follows its path to the version at the head; where it is gone, the largest part there becomes it."""
    tree = {entry.path: entry.oid for entry in project.repo.tree(project.head, recursive=True)}
    rows = project.files.order_by("-pk")
    path = project.cover.path if project.cover else ""
    if path in tree:
        newest = rows.filter(path=path, oid=tree[path]).first()
    else:
        at_head = [row for row in rows.exclude(format="") if tree.get(row.path) == row.oid]
        newest = max(at_head, key=lambda row: (row.format in formats.MESHES, row.size, row.pk), default=None)
    if newest and newest != project.cover:
        project.cover = newest
        project.save(update_fields=["cover"])

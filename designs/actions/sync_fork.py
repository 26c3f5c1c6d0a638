"""Bring a fork up to where the project that it comes from is by now."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions import licence_gate
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.copy_rows import copy_large_files, copy_revisions
from designs.actions.errors import RefusedError
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.compatibility import may_follow
from designs.models import Event, Project, Revision
from storage.git import forks, reads
from storage.git.commits import locked
from storage.git.errors import ConflictError


def sync_fork(fork: Project, *, by: User) -> Revision:
    """Move the default branch forward to that of the parent, and return its newest revision.

    Raises RefusedError: `missing` without a parent that `by` may see, `no-change`, `licence`, and `diverged` where the
    fork has commits of its own, which a person has to merge.
    """
    parent = _parent(fork, by)
    new = parent.repo.tip(parent.default_branch)
    if new is None:
        raise RefusedError(_("There is nothing new in %(parent)s.") % {"parent": parent}, "no-change")
    licence_gate.check_merge(parent, fork, commit=new)
    forks.fetch(fork.path, parent.path, parent.default_branch)
    old = _forward(fork, parent, new)
    return _index(fork, parent, old, new, by)


def _parent(fork: Project, by: User) -> Project:
    parent = Project.objects.visible_to(by).with_card().filter(forks=fork).first()
    if parent is None:
        raise RefusedError(_("The project that this one was forked from is not to be seen any more."), "missing")
    return parent


def _forward(fork: Project, parent: Project, new: str) -> str | None:
    """Move the branch, and return where it was."""
    with locked(fork.path):
        old = fork.repo.tip(fork.default_branch)
        if old and reads.is_ancestor(fork.path, new, old):
            raise RefusedError(_("There is nothing new in %(parent)s.") % {"parent": parent}, "no-change")
        if old and not reads.is_ancestor(fork.path, old, new):
            raise RefusedError(diverged(fork, parent), "diverged")
        copy_large_files(parent, fork, forks.arrived(fork.path, old, new))
        mark = fork.repo.mark_unindexed()
        try:
            forks.forward(fork.path, fork.default_branch, old, new)
        except ConflictError as error:
            mark.unlink(missing_ok=True)
            raise RefusedError(str(error), "conflict") from error
    return old


def diverged(fork: Project, parent: Project) -> str:
    """What to do where both have commits that the other has not."""
    return _(
        "Both have changed: this fork has commits of its own. "
        "Merge them in a clone of it: git pull %(address)s %(branch)s"
    ) % {"address": parent.clone_url, "branch": parent.default_branch}


def _index(fork: Project, parent: Project, old: str | None, new: str, by: User) -> Revision:
    commits = {commit.id for commit in fork.repo.between([old] if old else [], new)}
    marks = fork.repo.unindexed_marks()
    with transaction.atomic():
        copy_revisions(parent, fork, commits)
        revision = receive_push(fork, fork.default_branch, old, new, by=None, known={}, is_news=False)
        fork.forked_commit = new
        if may_follow(fork.forked_licence, parent.licence):
            fork.forked_licence = parent.licence
        fork.save(update_fields=["forked_commit", "forked_licence"])
        moved: dict[str, Any] = {"branch": fork.default_branch, "old": old, "new": new, "commits": len(commits)}
        record_event(fork, Event.Kind.PUSH, by=by, **moved)
        queue_mirrors(fork)
    for mark in marks:
        mark.unlink(missing_ok=True)
    return revision

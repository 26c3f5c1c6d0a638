"""Bring a fork up to where the project that it comes from is by now."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions import licence_gate
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.commit_files import signature
from designs.actions.copy_rows import copy_large_files, copy_revisions
from designs.actions.errors import RefusedError
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.compatibility import may_follow
from designs.descriptions import describe_project
from designs.models import Event, Project, Revision
from storage.git import forks, merge, reads
from storage.git.commits import locked
from storage.git.errors import ConflictError, GitError

SHOWN = 5


def sync_fork(fork: Project, *, by: User) -> Revision:
    """Bring the default branch up to that of the parent, merged where both have moved; return its newest revision.

    Raises RefusedError: `missing` without a parent that `by` may see, `no-change`, `licence`, and `diverged` with the
    paths where the two disagree, which a person has to settle.
    """
    parent = _parent(fork, by)
    new = parent.repo.tip(parent.default_branch)
    old = fork.repo.tip(fork.default_branch)
    if new is None or (old and forks.contains(fork.path, old, parent.path, new)):
        raise RefusedError(_("There is nothing new in %(parent)s.") % {"parent": parent}, "no-change")
    licence_gate.check_merge(parent, fork, commit=new)
    forks.fetch(fork.path, parent.path, parent.default_branch)
    copy_large_files(parent, fork, forks.arrived(fork.path, old, new))
    mark = fork.repo.mark_unindexed()
    try:
        made = _move(fork, parent, old, new, by)
    except (ConflictError, RefusedError) as error:
        mark.unlink(missing_ok=True)
        raise RefusedError(str(error), getattr(error, "code", "conflict")) from error
    revision = _index(fork, parent, old, new, made, by)
    describe_project(fork)
    mark.unlink(missing_ok=True)
    return revision


def _parent(fork: Project, by: User) -> Project:
    parent = Project.objects.visible_to(by).with_card().filter(forks=fork).first()
    if parent is None:
        raise RefusedError(_("The project that this one was forked from is not to be seen any more."), "missing")
    return parent


def _move(fork: Project, parent: Project, old: str | None, new: str, by: User) -> str:
    """Move the branch from `old` to `new` or to a merge of both, and return where it is now. Raises ConflictError."""
    branch = fork.default_branch
    if old is None or reads.is_ancestor(fork.path, old, new):
        with locked(fork.path):
            forks.forward(fork.path, branch, old, new)
        return new
    try:
        tried = merge.attempt(fork.path, old, new)
    except GitError as error:
        raise RefusedError(_("These two histories cannot be merged."), "unrelated") from error
    if tried.conflicts:
        raise RefusedError(_disagreement(parent, tried.conflicts), "diverged")
    who = signature(by)
    said = _("Take over %(parent)s") % {"parent": parent}
    return merge.commit_merge(
        fork.path, branch, tried.tree, ours=old, theirs=new, author=who, committer=who, message=said
    )


def _disagreement(parent: Project, paths: Sequence[str]) -> str:
    """What to do where both have changed the same places."""
    shown = ", ".join(paths[:SHOWN]) + (", …" if len(paths) > SHOWN else "")
    return _(
        "Both have changed, and these files cannot be merged by themselves: %(paths)s. "
        "Merge them in a clone: git pull %(address)s %(branch)s"
    ) % {"paths": shown, "address": parent.clone_url, "branch": parent.default_branch}


def _index(fork: Project, parent: Project, old: str | None, new: str, made: str, by: User) -> Revision:
    """`new` is the parent's newest commit, `made` that of the fork by now."""
    commits = {commit.id for commit in fork.repo.between([old] if old else [], made)}
    author = None if made == new else by
    with transaction.atomic():
        copy_revisions(parent, fork, commits)
        revision = receive_push(fork, fork.default_branch, old, made, by=author, known={}, is_news=False)
        fork.forked_commit = new
        if may_follow(fork.forked_licence, parent.licence):
            fork.forked_licence = parent.licence
        fork.save(update_fields=["forked_commit", "forked_licence"])
        moved: dict[str, Any] = {"branch": fork.default_branch, "old": old, "new": made, "commits": len(commits)}
        record_event(fork, Event.Kind.PUSH, by=by, **moved)
        queue_mirrors(fork)
    return revision

"""Whether a push may pass: asked while its objects lie in quarantine and no ref has moved."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from designs import policy, quota
from designs.actions import licence_gate
from designs.actions.locks import foreign_locks
from designs.models import Project
from storage import names
from storage.git import inspect, reads
from storage.git.errors import GitError
from storage.git.receive import RefUpdate
from storage.lfs.pointer import Pointer

SHOWN = 5


def check_push(project: Project, updates: Sequence[RefUpdate], env: Mapping[str, str], *, by: User) -> list[str]:
    """Why the push is refused, each a sentence with the way out; empty when it may pass.

    `env` is git's environment in which the new objects can be read.
    """
    refusals = [said for update in updates if (said := _judge_ref(project, update, env))]
    if refusals:
        return refusals
    tips = [update.new for update in updates if update.new]
    try:
        arrived = inspect.inspect(project.path, tips, inspect.Limits(plain=settings.MAX_PLAIN), env=env)
    except GitError as error:
        return [_("The new commits cannot be read: %(error)s.") % {"error": error}]
    return (
        arrived.problems
        or _missing(project, arrived.pointers)
        or _locked(project, arrived.paths, by)
        or licence_gate.judge_push(project, [(one.old, one.new) for one in updates if one.branch and one.new], env)
        or _over_quota(project, env)
    )


def _judge_ref(project: Project, update: RefUpdate, env: Mapping[str, str]) -> str:
    if update.branch is not None:
        return _judge_branch(project, update, update.branch, env)
    if update.tag is not None:
        return _judge_tag(project, update, update.tag, env)
    return _("%(ref)s: only branches and tags can be pushed.") % {"ref": update.ref}


def _judge_branch(project: Project, update: RefUpdate, branch: str, env: Mapping[str, str]) -> str:
    if update.new is None:
        if branch == project.default_branch and project.head:
            return _("“%(branch)s” is the default branch and cannot be deleted: choose another one first.") % {
                "branch": branch
            }
        if policy.is_protected(project, branch):
            return _("“%(branch)s” is protected and cannot be deleted.") % {"branch": branch}
        return ""
    if update.old is None and not names.is_branch(branch):
        return _("“%(branch)s” is not a name for a branch.") % {"branch": branch}
    if reads.kind(project.path, update.new, env=env) != "commit":
        return _("“%(branch)s” must lead to a commit.") % {"branch": branch}
    rewrites = update.old and not reads.is_ancestor(project.path, update.old, update.new, env=env)
    if rewrites and policy.is_protected(project, branch):
        return _(
            "“%(branch)s” is protected and keeps its history: "
            "pull first (git pull --rebase), or push to another branch."
        ) % {"branch": branch}
    return ""


def _judge_tag(project: Project, update: RefUpdate, tag: str, env: Mapping[str, str]) -> str:
    if update.old and project.releases.filter(tag=tag).exists():
        return _("“%(tag)s” is a release, and stays as it is: make a new version instead.") % {"tag": tag}
    if update.new and reads.kind(project.path, f"{update.new}^{{}}", env=env) != "commit":
        return _("The tag “%(tag)s” must lead to a commit.") % {"tag": tag}
    return ""


def _missing(project: Project, pointers: Sequence[tuple[str, Pointer]]) -> list[str]:
    """Pointers whose content the project does not hold."""
    named = {found.sha256 for _path, found in pointers}
    held = dict(project.lfs_objects.filter(sha256__in=named).values_list("sha256", "size"))
    missing = sorted({path for path, found in pointers if held.get(found.sha256) != found.size})
    if not missing:
        return []
    return [
        ngettext(
            "The content of %(n)d large file has not arrived: %(paths)s.",
            "The content of %(n)d large files has not arrived: %(paths)s.",
            len(missing),
        )
        % {"n": len(missing), "paths": _listed(missing)},
        _("Send it with git-lfs, then push again: git lfs push --all origin"),
    ]


def _locked(project: Project, paths: set[str], by: User) -> list[str]:
    """Paths that somebody else is at work on."""
    return [
        _("“%(path)s” is locked by %(person)s: ask them to unlock it, or leave it out of this push.")
        % {"path": lock.path, "person": lock.owner.username}
        for lock in foreign_locks(project, paths, by=by)
    ]


def _over_quota(project: Project, env: Mapping[str, str]) -> list[str]:
    room = quota.Room(project.namespace)
    return [] if room.take(_quarantined_bytes(env)) else [room.sentence]


def _listed(paths: Sequence[str]) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in ", ".join(paths[:SHOWN]))
    return f"{shown}, …" if len(paths) > SHOWN else shown


def _quarantined_bytes(env: Mapping[str, str]) -> int:
    """Bytes on disk of the objects that wait to be let in; git makes no quarantine for a push that only deletes."""
    quarantine = env.get("GIT_OBJECT_DIRECTORY", "")
    return sum(file.stat().st_size for file in Path(quarantine).rglob("*") if file.is_file()) if quarantine else 0

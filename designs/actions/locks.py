"""Locks on files that cannot be merged: what they forbid, and how they end."""

from collections.abc import Collection
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from accounts.models import User
from designs import policy
from designs.actions.errors import RefusedError
from designs.models import LfsLock, Project


def foreign_locks(project: Project, paths: Collection[str], *, by: User) -> list[LfsLock]:
    """The locks that others hold on these files or below these folders; one query whatever their number."""
    touched = set(paths)
    held = project.locks.exclude(owner=by).select_related("owner")
    return [lock for lock in held if touched & {lock.path, *map(str, PurePosixPath(lock.path).parents)}]


def refuse_locked(project: Project, paths: Collection[str], *, by: User) -> None:
    """Raises RefusedError with a sentence where somebody else has locked one of these paths."""
    for lock in foreign_locks(project, paths, by=by):
        raise RefusedError(
            _("“%(path)s” is locked by %(person)s: ask them to unlock it first.")
            % {"path": lock.path, "person": lock.owner.username},
            "locked",
        )


def may_unlock(lock: LfsLock, *, by: User) -> bool:
    """One's own locks, and by force everybody's where one manages the project."""
    return policy.can_write(by, lock.project) and (lock.owner_id == by.pk or policy.can_manage(by, lock.project))


def unlock(lock: LfsLock, *, by: User) -> None:
    """End a lock. Raises RefusedError."""
    if not may_unlock(lock, by=by):
        raise RefusedError(
            _("%(person)s holds this lock; only maintainers may break it.") % {"person": lock.owner.username},
            "forbidden",
        )
    lock.delete()

"""Commit files as a push would: one commit or none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from designs import contents, large_files, photos, quota
from designs.actions import licence_gate
from designs.actions.errors import RefusedError
from designs.actions.locks import refuse_locked
from designs.actions.receive_contents import receive_contents
from designs.actions.receive_push import receive_push
from designs.models import Project, Revision
from storage import names, pruning
from storage.git import errors as git_errors
from storage.git.large_files import LargeFiles
from storage.git.types import Delete, Move, Put, Signature
from storage.lfs import pointer
from storage.lfs.pointer import Pointer

Edit = Put | Delete | Move


def signature(user: User) -> Signature:
    """Name and address in a commit: the no-reply address unless the person chose otherwise."""
    address = f"{user.username}@{settings.NOREPLY_DOMAIN}" if user.email_private or not user.email else user.email
    return Signature(user.display_name or user.username, address)


def default_message(edits: Sequence[Edit]) -> str:
    """A sensible message for a commit that nobody described."""
    if len(edits) == 1:
        match edits[0]:
            case Put(path=path):
                return _("Add %(path)s") % {"path": path}
            case Delete(path=path):
                return _("Delete %(path)s") % {"path": path}
            case Move(old=old, new=new):
                return _("Rename %(old)s to %(new)s") % {"old": old, "new": new}
    return ngettext("Change %(n)d file", "Change %(n)d files", len(edits)) % {"n": len(edits)}


def commit_files(
    project: Project,
    edits: Sequence[Edit],
    *,
    by: User,
    message: str = "",
    branch: str | None = None,
    expect: str | None = None,
) -> Revision:
    """Commit all edits at once and return the new revision.

    `expect` is the commit that the person saw; where the branch has moved since, nothing is written.
    Raises RefusedError with a sentence on a bad name, a file over the limit, a conflict or no change.
    """
    branch = branch or project.default_branch
    if not names.is_branch(branch):
        raise RefusedError(_("“%(branch)s” is not a name for a branch.") % {"branch": branch}, "bad-branch")
    if not edits:
        raise RefusedError(_("Choose at least one file."), "no-files")
    edits = [_checked(edit) for edit in edits]
    refuse_locked(project, _touched(edits), by=by)
    licence_gate.refuse_incompatible(project, edits)
    photos.strip_locations([edit.source for edit in edits if isinstance(edit, Put) and photos.is_photo(edit.path)])
    _check_room(project, edits)
    _check_pointers(project, edits)
    repo = project.repo
    mark = repo.mark_unindexed()
    try:
        with pruning.forbidden():
            new = repo.commit(
                branch,
                edits,
                author=signature(by),
                message=message.strip() or default_message(edits),
                expect=expect,
                large=_large_files(project),
            )
    except (git_errors.GitError, OSError) as error:
        mark.unlink(missing_ok=True)
        if refusal := _refusal(error):
            raise refusal from error
        raise
    revision = receive_push(project, branch, None, new, by=by, known={})
    mark.unlink(missing_ok=True)
    return revision


def _refusal(error: Exception) -> RefusedError | None:
    """What the person asked for and git could not do, as a sentence."""
    match error:
        case git_errors.NothingToCommitError():
            return RefusedError(_("Nothing has changed: these files are already there."), "no-change")
        case git_errors.ConflictError():
            return RefusedError(str(error), "conflict")
        case git_errors.MissingPathError():
            return RefusedError(_("There is no such file: %(path)s") % {"path": error}, "missing")
    return None


def _large_files(project: Project) -> LargeFiles:
    """The project's rule; files whose pointers waited for what is kept now are given it."""
    rule = large_files.rule(project)

    def keep(files: Sequence[Path]) -> list[Pointer]:
        kept = rule.keep(files)
        receive_contents(project, kept)
        return kept

    return replace(rule, keep=keep)


def _touched(edits: Sequence[Edit]) -> set[str]:
    """The paths that the edits write or take away."""
    return {path for edit in edits for path in ((edit.old, edit.new) if isinstance(edit, Move) else (edit.path,))}


def _check_room(project: Project, edits: Sequence[Edit]) -> None:
    """What is written must fit into what the owner may store. Raises RefusedError."""
    room = quota.Room(project.namespace)
    if not room.take(sum(edit.source.stat().st_size for edit in edits if isinstance(edit, Put))):
        raise RefusedError(room.sentence, "quota")


def _check_pointers(project: Project, edits: Sequence[Edit]) -> None:
    """A pointer stands for a content that the project has already. Raises RefusedError."""
    small = [edit for edit in edits if isinstance(edit, Put) and edit.source.stat().st_size < pointer.MAX_BYTES]
    found = {edit.path: one for edit in small if (one := pointer.parse(edit.source.read_bytes()))}
    here = contents.held(project, found.values())
    for path, one in found.items():
        if here.get(one.sha256) != one.size:
            raise RefusedError(
                _("%(path)s is a Git LFS pointer and not the file itself: upload the file that it stands for.")
                % {"path": path},
                "pointer",
            )


def _checked(edit: Edit) -> Edit:
    """The edit with its names normalised. Raises RefusedError."""
    try:
        match edit:
            case Put(path=path, source=source):
                size = source.stat().st_size
                if size > settings.MAX_FILE:
                    raise RefusedError(
                        _("%(path)s is larger than the limit of %(limit)d MiB.")
                        % {"path": path, "limit": settings.MAX_FILE >> 20},
                        "too-large",
                    )
                return Put(names.check_path(path), source)
            case Delete(path=path):
                return Delete(path)
            case Move(old=old, new=new):
                return Move(old, names.check_path(new))
    except names.NameRefusedError as error:
        raise RefusedError(str(error), "bad-name") from error

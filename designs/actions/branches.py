"""Make, delete, rename and protect branches: by the rules that hold for a push."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs import policy
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.change_project import update_project
from designs.actions.errors import RefusedError
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.descriptions import describe_project
from designs.models import Contribution, Event, Issue, Project, ProtectedBranch
from storage import names
from storage.git import branches
from storage.git.errors import ConflictError, UnknownRevisionError

MOST_PATTERNS = 50


def create_branch(project: Project, *, by: User, name: str, start: str) -> None:
    """A branch at a branch, tag or commit that is there. Raises RefusedError with a sentence."""
    _must_be_name(name)
    try:
        commit = project.repo.resolve(start or project.default_branch)
    except UnknownRevisionError as error:
        raise RefusedError(_("There is no branch, tag or commit “%(name)s”.") % {"name": start}, "missing") from error
    mark = project.repo.mark_unindexed()
    try:
        branches.create(project.path, name, commit)
    except ConflictError as error:
        mark.unlink(missing_ok=True)
        raise RefusedError(_("There is a branch of this name already, or one in its way."), "taken") from error
    receive_push(project, name, None, commit, by=by, known={})
    queue_mirrors(project)
    mark.unlink(missing_ok=True)


def delete_branch(project: Project, *, by: User, name: str) -> None:
    """Delete a branch that is neither the default one nor protected. Raises RefusedError."""
    tip = _tip(project, name)
    if name == project.default_branch:
        raise RefusedError(
            _("“%(branch)s” is the default branch and cannot be deleted: choose another one first.") % {"branch": name},
            "default",
        )
    if policy.is_protected(project, name):
        raise RefusedError(_("“%(branch)s” is protected and cannot be deleted.") % {"branch": name}, "protected")
    try:
        branches.delete(project.path, name, tip)
    except ConflictError as error:
        raise RefusedError(_("The branch has moved meanwhile. Look again."), "moved") from error
    with transaction.atomic():
        record_event(project, Event.Kind.BRANCH_DELETED, by=by, branch=name, old=tip)
        queue_mirrors(project)


def rename_branch(project: Project, *, by: User, name: str, to: str) -> None:
    """Give a branch another name; the default one stays the default, open contributions follow. Raises RefusedError."""
    _must_be_name(to)
    tip = _tip(project, name)
    is_default = name == project.default_branch
    if (is_default or policy.is_protected(project, name)) and not policy.can_manage(by, project):
        raise RefusedError(_("Only who manages the project may rename this branch."), "protected")
    try:
        branches.rename(project.path, name, to, tip)
    except ConflictError as error:
        raise RefusedError(_("There is a branch of this name already, or one in its way."), "taken") from error
    if is_default:
        update_project(project, {"default_branch": to})
    with transaction.atomic():
        still_open = Contribution.objects.filter(issue__state=Issue.State.OPEN)
        still_open.filter(source=project, source_branch=name).update(source_branch=to)
        still_open.filter(issue__project=project, target_branch=name).update(target_branch=to)
        record_event(project, Event.Kind.BRANCH_DELETED, by=by, branch=name, old=tip, renamed=to)
        queue_mirrors(project)


def protect(project: Project, pattern: str) -> ProtectedBranch:
    """Protect all branches that a pattern such as `release/*` matches. Raises RefusedError."""
    if not pattern or not names.is_branch(pattern.replace("*", "x").replace("?", "x")):
        raise RefusedError(_("A pattern is the name of a branch, with * for any letters."), "bad-name")
    if project.protected_branches.count() >= MOST_PATTERNS:
        raise RefusedError(_("There are %(n)d patterns at the most.") % {"n": MOST_PATTERNS}, "too-many")
    try:
        with transaction.atomic():
            made = ProtectedBranch.objects.create(project=project, pattern=pattern)
    except IntegrityError as error:
        raise RefusedError(_("This pattern is there already."), "taken") from error
    describe_project(project)
    return made


def unprotect(rule: ProtectedBranch) -> None:
    """Protect the branches of this pattern no longer."""
    rule.delete()
    describe_project(rule.project)


def protect_default(project: Project, *, wanted: bool) -> None:
    """Whether the default branch is protected."""
    project.default_is_protected = wanted
    project.save(update_fields=["default_is_protected"])
    describe_project(project)


def _must_be_name(name: str) -> None:
    if not names.is_branch(name):
        raise RefusedError(_("“%(branch)s” is not a name for a branch.") % {"branch": name}, "bad-name")


def _tip(project: Project, name: str) -> str:
    tip = project.repo.tip(name)
    if tip is None:
        raise RefusedError(_("There is no branch of this name."), "missing")
    return tip

"""Who may do what with a project. The page, the API, git and the previews all ask here."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from django.contrib.auth.models import AnonymousUser

from accounts import policy as accounts_policy
from accounts.models import User
from designs.models import Collaborator, Comment, Issue, Project, ProtectedBranch

Person = User | AnonymousUser


def _collaborates(user: Person, project: Project, *roles: Collaborator.Role) -> bool:
    return user.is_authenticated and project.collaborators.filter(user=user, role__in=roles).exists()


def can_write(user: Person, project: Project) -> bool:
    """Commit, release, set units and cover: members of the owner, writers and maintainers."""
    if not user.is_authenticated or (project.hidden_at and not user.is_staff):
        return False
    return accounts_policy.can_publish(user, project.namespace) or _collaborates(
        user, project, Collaborator.Role.WRITER, Collaborator.Role.MAINTAINER
    )


def can_manage(user: Person, project: Project) -> bool:
    """Settings: metadata, visibility, collaborators."""
    if not user.is_authenticated:
        return False
    return accounts_policy.can_manage(user, project.namespace) or _collaborates(
        user, project, Collaborator.Role.MAINTAINER
    )


def can_own(user: Person, project: Project) -> bool:
    """Transfer and delete: the owner, or who manages the owning organisation."""
    return user.is_authenticated and accounts_policy.can_manage(user, project.namespace)


def can_settle(user: Person, issue: Issue) -> bool:
    """Close, reopen, rename and label an issue: who opened it, and who may write."""
    if not user.is_authenticated:
        return False
    return issue.author_id == user.pk or can_write(user, issue.project)


def can_reword(user: Person, said: Issue | Comment) -> bool:
    """Change a text: who wrote it."""
    return user.is_authenticated and said.author_id == user.pk


def can_remove(user: Person, comment: Comment) -> bool:
    """Delete a comment: who wrote it, who manages the project, staff."""
    return can_reword(user, comment) or can_manage(user, comment.issue.project) or can_moderate(user)


def can_offer(user: Person, source: Project) -> bool:
    """Offer the commits of a project as a contribution to another: who may write to where they lie."""
    return can_write(user, source)


def can_merge(user: Person, project: Project) -> bool:
    """Take a contribution in: who may write to the project."""
    return can_write(user, project)


def is_protected(
    project: Project, branch: str, *, patterns: Sequence[ProtectedBranch] | None = None, default: bool = True
) -> bool:
    """Whether nobody may rewrite or delete the branch: the default one unless said otherwise, and chosen patterns.

    `patterns` are the project's rows where the caller has them; without `default` they alone decide.
    """
    if default and branch == project.default_branch and project.default_is_protected:
        return True
    rules = project.protected_branches.all() if patterns is None else patterns
    return any(fnmatchcase(branch, rule.pattern) for rule in rules)


def can_moderate(user: Person) -> bool:
    """Hide projects and close reports: staff."""
    return user.is_authenticated and user.is_staff

"""Report a project or what is said in it; hide it and show it again."""

from django.utils import timezone

from accounts.models import User
from designs.descriptions import describe_project
from designs.models import Comment, Issue, Project, Report


def report_project(
    project: Project,
    *,
    by: User | None,
    reason: str,
    details: str,
    issue: Issue | None = None,
    comment: Comment | None = None,
) -> Report:
    """Tell the staff of a project, or of one issue or comment in it."""
    about = {"project": project, "issue": issue, "comment": comment}
    return Report.objects.create(**about, reporter=by, reason=reason, details=details)


def hide_words(said: Issue | Comment) -> None:
    """Only staff read it until it is shown again."""
    said.hidden_at = timezone.now()
    said.save(update_fields=["hidden_at"])


def show_words(said: Issue | Comment) -> None:
    """Undo `hide_words`."""
    said.hidden_at = None
    said.save(update_fields=["hidden_at"])


def hide_project(project: Project, reason: str) -> None:
    """Only its members and staff see it until it is shown again."""
    project.hidden_at = timezone.now()
    project.hidden_reason = reason
    project.save(update_fields=["hidden_at", "hidden_reason"])
    describe_project(project)


def show_project(project: Project) -> None:
    """Undo `hide_project`."""
    project.hidden_at = None
    project.hidden_reason = ""
    project.save(update_fields=["hidden_at", "hidden_reason"])
    describe_project(project)

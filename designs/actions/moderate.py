"""Report a project; hide it and show it again."""

from django.utils import timezone

from accounts.models import User
from designs.descriptions import describe_project
from designs.models import Project, Report


def report_project(project: Project, *, by: User | None, reason: str, details: str) -> Report:
    """Tell the staff."""
    return Report.objects.create(project=project, reporter=by, reason=reason, details=details)


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

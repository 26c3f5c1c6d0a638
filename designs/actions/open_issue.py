"""Open an issue: a question, a problem, a wish, or the discussion of a contribution."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.actions.record_event import record_event
from designs.models import Event, Issue, Label, Project


def open_issue(
    project: Project, *, by: User, kind: str, title: str, text: str = "", labels: Iterable[Label] = ()
) -> Issue:
    """Make the issue under the next number of its project. Raises RefusedError without a title.

    For a contribution the caller records CONTRIBUTION_OPENED itself, once the commits offered have their row.
    """
    title = " ".join(title.split())[:200]
    if not title:
        raise RefusedError(_("Say in a few words what it is about."), "invalid")
    with transaction.atomic():
        issue = Issue.objects.create(
            project=project, number=next_number(project), kind=kind, title=title, text=text, author=by
        )
        issue.labels.set(label for label in labels if label.project_id == project.pk)
        if kind != Issue.Kind.CONTRIBUTION:
            record_event(project, Event.Kind.ISSUE_OPENED, by=by, issue=issue)
    return issue


def next_number(project: Project) -> int:
    """Take a number that nobody else gets; it stays locked until the caller's transaction ends."""
    Project.objects.filter(pk=project.pk).update(last_issue_number=F("last_issue_number") + 1)
    return Project.objects.values_list("last_issue_number", flat=True).get(pk=project.pk)

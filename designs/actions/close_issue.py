"""Close an issue or contribution, and open it again. Each moves once, however many press the button."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from designs.actions.record_event import record_event
from designs.models import Event, Issue


def close_issue(issue: Issue, *, by: User | None, commit: str = "") -> bool:
    """Close it, by a commit where one says so. False where it was closed already."""
    now = timezone.now()
    kind = Event.Kind.ISSUE_CLOSED
    if issue.kind == Issue.Kind.CONTRIBUTION:
        kind = Event.Kind.CONTRIBUTION_CLOSED
    facts = {"commit": commit} if commit else {}
    with transaction.atomic():
        rows = Issue.objects.filter(pk=issue.pk, state=Issue.State.OPEN)
        if not rows.update(state=Issue.State.CLOSED, closed_at=now, closed_by=by, updated_at=now):
            return False
        record_event(issue.project, kind, by=by, issue=issue, **facts)
    issue.refresh_from_db(fields=["state", "closed_at", "closed_by", "updated_at"])
    return True


def reopen_issue(issue: Issue, *, by: User) -> bool:
    """Open it again. False where it is open already."""
    kind = Event.Kind.ISSUE_REOPENED
    if issue.kind == Issue.Kind.CONTRIBUTION:
        kind = Event.Kind.CONTRIBUTION_REOPENED
    with transaction.atomic():
        rows = Issue.objects.filter(pk=issue.pk, state=Issue.State.CLOSED)
        if not rows.update(state=Issue.State.OPEN, closed_at=None, closed_by=None, updated_at=timezone.now()):
            return False
        record_event(issue.project, kind, by=by, issue=issue)
    issue.refresh_from_db(fields=["state", "closed_at", "closed_by", "updated_at"])
    return True

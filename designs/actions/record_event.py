"""Write down that something happened in a project: the one door to notifications, feeds and webhooks."""

from accounts.models import User
from designs.actions.notify import notify
from designs.actions.webhooks import queue_deliveries
from designs.models import Event, Issue, Project


def record_event(
    project: Project, kind: Event.Kind, *, by: User | None, issue: Issue | None = None, **payload: object
) -> Event:
    """Make the row. To be called in the transaction of what happened, so that both stand or neither."""
    event = Event.objects.create(project=project, kind=kind, actor=by, issue=issue, payload=payload)
    notify(event)
    queue_deliveries(event)
    return event

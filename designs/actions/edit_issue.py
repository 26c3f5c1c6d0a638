"""Change what was said: title, text and labels of an issue, the text of a comment; remove a comment."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.actions.record_event import record_event
from designs.models import Comment, Event, Issue, Label


def edit_issue(issue: Issue, *, by: User, title: str, text: str) -> None:
    """Give it another title or text; a new title is told in the discussion. Raises RefusedError without a title."""
    title = " ".join(title.split())[:200]
    if not title:
        raise RefusedError(_("Say in a few words what it is about."), "invalid")
    old = issue.title
    if text != issue.text:
        issue.edited_at = timezone.now()
    issue.title, issue.text = title, text
    with transaction.atomic():
        issue.save(update_fields=["title", "text", "edited_at", "updated_at"])
        if title != old:
            record_event(issue.project, Event.Kind.ISSUE_RENAMED, by=by, issue=issue, old=old, new=title)


def set_labels(issue: Issue, *, by: User, labels: Iterable[Label]) -> None:
    """Let these, of the issue's own project, be its labels; what came and went is told in the discussion."""
    wanted = {label.pk: label.name for label in labels if label.project_id == issue.project_id}
    with transaction.atomic():
        had = dict(issue.labels.values_list("pk", "name"))
        if wanted.keys() == had.keys():
            return
        issue.labels.set(wanted)
        added = sorted(wanted[pk] for pk in wanted.keys() - had.keys())
        removed = sorted(had[pk] for pk in had.keys() - wanted.keys())
        record_event(issue.project, Event.Kind.ISSUE_LABELLED, by=by, issue=issue, added=added, removed=removed)


def edit_comment(comment: Comment, *, text: str) -> None:
    """Say it otherwise. Raises RefusedError without a word."""
    if not text.strip():
        raise RefusedError(_("Write something first."), "invalid")
    comment.text, comment.edited_at = text, timezone.now()
    comment.save(update_fields=["text", "edited_at"])


def delete_comment(comment: Comment) -> None:
    """Remove it for good, with the event and the notifications that told of it."""
    with transaction.atomic():
        Event.objects.filter(issue=comment.issue_id, kind=Event.Kind.COMMENT, payload__comment=comment.pk).delete()
        comment.delete()

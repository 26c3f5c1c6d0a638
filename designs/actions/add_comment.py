"""Say something on an issue or contribution."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.actions.record_event import record_event
from designs.models import Comment, Event, Issue


def add_comment(issue: Issue, *, by: User, text: str, path: str = "") -> Comment:
    """Add it; with `path`, to that file of a contribution. Raises RefusedError without a word."""
    if not text.strip():
        raise RefusedError(_("Write something first."), "invalid")
    with transaction.atomic():
        comment = Comment.objects.create(issue=issue, author=by, text=text, path=path)
        Issue.objects.filter(pk=issue.pk).update(updated_at=timezone.now())
        record_event(issue.project, Event.Kind.COMMENT, by=by, issue=issue, comment=comment.pk, path=path)
    return comment

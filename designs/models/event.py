"""An event: something happened in a project. Notifications, feeds and webhooks are made from these rows."""

from django.db import models
from django.utils import timezone

from accounts.models import User
from designs.models.issue import Issue
from designs.models.project import Project


class Event(models.Model):
    """What happened, who did it, and the details that a reader needs without asking git."""

    class Kind(models.TextChoices):
        PUSH = "push"
        BRANCH_DELETED = "branch_deleted"
        RELEASE = "release"
        FORK = "fork"
        ISSUE_OPENED = "issue_opened"
        ISSUE_CLOSED = "issue_closed"
        ISSUE_REOPENED = "issue_reopened"
        ISSUE_LABELLED = "issue_labelled"
        ISSUE_RENAMED = "issue_renamed"
        ISSUE_MENTIONED = "issue_mentioned"
        COMMENT = "comment"
        CONTRIBUTION_OPENED = "contribution_opened"
        CONTRIBUTION_UPDATED = "contribution_updated"
        CONTRIBUTION_MERGED = "contribution_merged"
        CONTRIBUTION_CLOSED = "contribution_closed"
        CONTRIBUTION_REOPENED = "contribution_reopened"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=24, choices=Kind)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="events")
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("project", "id", name="event_newest")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind}"

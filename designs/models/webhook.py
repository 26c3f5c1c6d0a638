"""Webhooks: addresses of others that are told what happens in a project. A delivery is its own queue."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from designs.models.event import Event
from designs.models.project import Project
from designs.sealed import seal, unseal
from jobs.models import Job, JobQuerySet

KEPT = timedelta(days=30)
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600)]
"""After each attempt that failed; after the last there is no other."""


class Webhook(models.Model):
    """An address, the secret that signs what it gets, and which kinds of events; none chosen means all."""

    class Kind(models.TextChoices):
        PUSH = "push", _("Commits pushed, branches deleted")
        RELEASE = "release", _("Releases")
        ISSUE = "issue", _("Issues")
        CONTRIBUTION = "contribution", _("Contributions")
        COMMENT = "comment", _("Comments")
        FORK = "fork", _("Forks")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    sealed_secret = models.TextField(blank=True)
    kinds = models.JSONField(default=list, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.url

    @property
    def secret(self) -> str:
        """What signs. Raises UnsealError."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = seal(value)

    def takes(self, event: Event) -> bool:
        """Whether this event is sent."""
        return self.active and (not self.kinds or kind_of(event) in self.kinds)


def kind_of(event: Event) -> str:
    """The kind of a webhook that an event falls under."""
    return "push" if event.kind == Event.Kind.BRANCH_DELETED else event.kind.split("_")[0]


class Delivery(Job):
    """One message to one webhook: what is sent, and what was answered. `token` stays the same at each attempt."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=24)
    body = models.TextField()
    status = models.PositiveIntegerField(default=0, help_text="HTTP status of the last answer; 0 for none")
    answer = models.TextField(blank=True, help_text="The first KB of it, or why there was none")
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet["Delivery"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("state", "run_after", name="delivery_queue")]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.event} {self.token}"

    @property
    def arrived(self) -> bool:
        """Whether the last answer was a good one."""
        return 200 <= self.status < 300

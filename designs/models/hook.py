"""Addresses of others that are told what happens here, whatever it happens to. A delivery is its own queue."""

import uuid
from datetime import timedelta

from django.db import models

from designs.sealed import seal, unseal
from jobs.models import Job

KEPT = timedelta(days=30)
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600)]
"""After each attempt that failed; after the last there is no other."""


class Hook(models.Model):
    """An address, the secret that signs what it gets, and which kinds of events; none chosen means all."""

    url = models.CharField(max_length=2000)
    sealed_secret = models.TextField(blank=True)
    kinds = models.JSONField(default=list, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
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

    @property
    def is_on(self) -> bool:
        """Whether anything is sent; what it belongs to may be gone."""
        return self.active


class Parcel(Job):
    """One message to one hook: what is sent, and what was answered. `token` stays the same at each attempt.

    The subclass adds `webhook`.
    """

    webhook: "models.ForeignKey[Hook]"
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField(max_length=24)
    body = models.TextField()
    status = models.PositiveIntegerField(default=0, help_text="HTTP status of the last answer; 0 for none")
    answer = models.TextField(blank=True, help_text="The first KB of it, or why there was none")
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.event} {self.token}"

    @property
    def arrived(self) -> bool:
        """Whether the last answer was a good one."""
        return 200 <= self.status < 300

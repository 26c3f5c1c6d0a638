"""Webhooks: addresses of others that are told what happens in a project."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from designs.models.event import Event
from designs.models.hook import Hook, Parcel
from designs.models.project import Project
from jobs.models import JobQuerySet


class Webhook(Hook):
    """A hook of a project."""

    class Kind(models.TextChoices):
        PUSH = "push", _("Commits pushed, branches deleted")
        RELEASE = "release", _("Releases")
        ISSUE = "issue", _("Issues")
        CONTRIBUTION = "contribution", _("Contributions")
        COMMENT = "comment", _("Comments")
        FORK = "fork", _("Forks")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")

    @property
    def is_on(self) -> bool:
        """Whether anything is sent."""
        return self.active and self.project.deleted_at is None

    def takes(self, event: Event) -> bool:
        """Whether this event is sent."""
        return self.active and (not self.kinds or kind_of(event) in self.kinds)


def kind_of(event: Event) -> str:
    """The kind of a webhook that an event falls under."""
    return "push" if event.kind == Event.Kind.BRANCH_DELETED else event.kind.split("_")[0]


class Delivery(Parcel):
    """A message to a webhook of a project."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")

    objects = JobQuerySet["Delivery"].as_manager()

    class Meta(Parcel.Meta):
        indexes = [models.Index("state", "run_after", name="delivery_queue")]
        verbose_name_plural = "deliveries"

"""Webhooks: addresses of others that are told what happens in a lab."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from designs.models.hook import Hook, Parcel
from fablab.models.lab import Lab
from jobs.models import JobQuerySet


class LabWebhook(Hook):
    """A hook of a lab. `kinds` are the first words of its events."""

    class Kind(models.TextChoices):
        REQUEST = "request", _("Print requests: each step, and messages")
        BOOKING = "booking", _("Bookings: made, moved, ended")
        MACHINE = "machine", _("Machines: their state")

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="webhooks")

    @property
    def is_on(self) -> bool:
        """Whether anything is sent."""
        return self.active and self.lab.hidden_at is None

    def takes(self, event: str) -> bool:
        """Whether this event, such as request.submitted, is sent."""
        return not self.kinds or event.partition(".")[0] in self.kinds


class LabDelivery(Parcel):
    """A message to a webhook of a lab."""

    webhook = models.ForeignKey(LabWebhook, on_delete=models.CASCADE, related_name="deliveries")

    objects = JobQuerySet["LabDelivery"].as_manager()

    class Meta(Parcel.Meta):
        indexes = [models.Index("state", "run_after", name="lab_delivery_queue")]
        verbose_name_plural = "lab deliveries"

"""Work that takes time: slicing a part for a machine, and following a machine that prints."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fablab.models.machine import Machine
from fablab.models.request import Attempt
from jobs.models import Job, JobQuerySet


class Slice(Job):
    """One plate of contents, sliced with one machine's settings; the same question is asked once.

    `plate` is [[sha256, format, units, quantity], ...]; `settings` what the slicer is told; `digest` names both.
    `result` is {seconds, grams, filament_mm, layers, supports, slicer}; `gcode` the SHA-256 of the
    program in the store of blobs.
    """

    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    plate = models.JSONField()
    settings = models.JSONField()
    result = models.JSONField(null=True, blank=True)
    gcode = models.CharField(max_length=64, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="slices_due")]

    def __str__(self) -> str:
        return f"slice {self.digest[:8]}"

    @property
    def time_words(self) -> str:
        """Hours and minutes, rounded up."""
        minutes = -(-int((self.result or {}).get("seconds", 0)) // 60)
        return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


class Run(models.Model):
    """What a machine's host is doing for an attempt, as it was last seen."""

    class State(models.TextChoices):
        SENDING = "sending", _("Being sent")
        PRINTING = "printing", _("Printing")
        PAUSED = "paused", _("Paused")
        LOST = "lost", _("The host is silent")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="run")
    slice = models.ForeignKey(Slice, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=9, choices=State, default=State.SENDING)
    progress = models.FloatField(default=0)
    seconds_left = models.PositiveIntegerField(null=True, blank=True)
    seconds_run = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    bed_clear_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    bed_clear_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                "state", condition=Q(state__in=["sending", "printing", "paused", "lost"]), name="runs_to_follow"
            )
        ]

    def __str__(self) -> str:
        return f"run {self.name} {self.state}"

    @property
    def percent(self) -> int:
        """How far it is."""
        return round(100 * self.progress)

    @property
    def minutes_left(self) -> int:
        """Rounded up; 0 where nobody knows."""
        return -(-(self.seconds_left or 0) // 60)

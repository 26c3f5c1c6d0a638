"""When a machine is taken: one row for each quarter of an hour, so that the database itself refuses two at once.

Bookings, jobs, closures and maintenance all hold their time here and nowhere else. A unique key on
(machine, quarter) works alike on SQLite and PostgreSQL; PostgreSQL's exclusion constraints have no peer on SQLite.
"""

from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fablab.models.machine import Machine

QUARTER_SECONDS = 900


class Occupation(models.Model):
    """A machine is taken from `starts` to `ends`, whole quarters of an hour, buffers included. See `Quarter`."""

    class Kind(models.TextChoices):
        BOOKING = "booking", _("Booking")
        JOB = "job", _("Job")
        CLOSURE = "closure", _("Closed")
        MAINTENANCE = "maintenance", _("Maintenance")

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="occupations")
    kind = models.CharField(max_length=11, choices=Kind)
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        ordering = ["starts"]
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="an_occupation_lasts")]
        indexes = [models.Index("machine", "starts", "ends", name="occupations_in_order")]

    def __str__(self) -> str:
        return f"{self.machine_id} {self.kind} {self.starts:%Y-%m-%d %H:%M}"


class Quarter(models.Model):
    """A quarter of an hour of a machine that is taken: `quarter` is Unix seconds // 900."""

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="+")
    quarter = models.BigIntegerField()
    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="quarters")

    class Meta:
        constraints = [models.UniqueConstraint("machine", "quarter", name="a_quarter_is_taken_once")]

    def __str__(self) -> str:
        return f"{self.machine_id} {datetime.fromtimestamp(self.quarter * QUARTER_SECONDS, UTC):%Y-%m-%d %H:%M}"


class Closure(models.Model):
    """A lab, or one machine, is closed or maintained for a time; holds what it occupies of each machine concerned.

    `until_works`: it began when the machine went down, moves its end on while that lasts, and goes when it works again.
    """

    class Kind(models.TextChoices):
        CLOSURE = "closure", _("Closed")
        MAINTENANCE = "maintenance", _("Maintenance")

    lab = models.ForeignKey("fablab.Lab", on_delete=models.CASCADE, related_name="closures")
    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, null=True, blank=True, related_name="closures")
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.CLOSURE)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    until_works = models.BooleanField(default=False)
    occupations = models.ManyToManyField(Occupation, related_name="closures")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["starts"]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts:%Y-%m-%d}"

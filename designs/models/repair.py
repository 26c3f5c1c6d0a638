"""A repair: what can be fixed in one content, done once, on request, beside the original. The row is the queue."""

from typing import Self

from django.db import models

from designs.mesh import KERNEL_VERSION, kernel_version
from jobs.models import Job, JobQuerySet


class RepairQuerySet(JobQuerySet["Repair"]):
    """Readers of what the present kernel did."""

    def present(self) -> Self:
        """Results of the kernel that runs now."""
        return self.filter(kernel_version=KERNEL_VERSION)


class Repair(Job):
    """The repaired STL of one content, and the report of what was changed."""

    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    kernel_version = models.PositiveIntegerField(default=kernel_version)
    facts = models.JSONField(null=True, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    content = models.CharField(max_length=64, blank=True)

    objects = RepairQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("sha256", "format", "kernel_version", name="one_repair_a_content")]
        indexes = [models.Index("state", "run_after", name="repair_queue")]

    def __str__(self) -> str:
        return f"{self.sha256[:10]}.{self.format}"

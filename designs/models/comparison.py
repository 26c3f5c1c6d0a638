"""A comparison: two contents held against each other once. The row is the queue."""

from typing import Self

from django.db import models

from designs.mesh import KERNEL_VERSION, kernel_version
from jobs.models import Job, JobQuerySet


class ComparisonQuerySet(JobQuerySet["Comparison"]):
    """Readers of what the present kernel found."""

    def present(self) -> Self:
        """Results of the kernel that runs now."""
        return self.filter(kernel_version=KERNEL_VERSION)


class Comparison(Job):
    """What was added to one content and removed from it, by one version of the kernel: facts and a model."""

    before_sha256 = models.CharField(max_length=64)
    before_format = models.CharField(max_length=8)
    after_sha256 = models.CharField(max_length=64)
    after_format = models.CharField(max_length=8)
    kernel_version = models.PositiveIntegerField(default=kernel_version)
    facts = models.JSONField(null=True, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    diff = models.CharField(max_length=64, blank=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "before_sha256", "before_format", "after_sha256", "after_format", "kernel_version",
                name="one_comparison_a_pair",
            )
        ]  # fmt: skip
        indexes = [models.Index("state", "run_after", name="comparison_queue")]

    def __str__(self) -> str:
        return f"{self.before_sha256[:10]}...{self.after_sha256[:10]}"

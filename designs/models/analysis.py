"""An analysis: one content, measured and drawn once. The row is the queue."""

from typing import Self

from django.db import models

from designs.mesh import KERNEL_VERSION, kernel_version
from jobs.models import Job, JobQuerySet


class AnalysisQuerySet(JobQuerySet["Analysis"]):
    """Readers of what the present kernel found. The descriptor of shape is read by the search alone."""

    def present(self) -> Self:
        """Results of the kernel that runs now."""
        return self.filter(kernel_version=KERNEL_VERSION).defer("descriptor")


class Analysis(Job):
    """Facts, pictures and model of one content in one format, by one version of the kernel."""

    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    units = models.CharField(max_length=4, blank=True, default="")
    """What bare numbers were taken for; empty for mm."""
    kernel_version = models.PositiveIntegerField(default=kernel_version)
    facts = models.JSONField(null=True, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.JSONField(default=dict, blank=True)
    preview_1024 = models.CharField(max_length=64, blank=True)
    preview_256 = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=64, blank=True)
    model_full = models.CharField(max_length=64, blank=True)
    marks = models.CharField(max_length=64, blank=True)
    descriptor = models.JSONField(null=True, blank=True)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("sha256", "format", "units", "kernel_version", name="one_analysis_of_a_content")
        ]
        indexes = [models.Index("state", "run_after", name="analysis_queue")]

    def __str__(self) -> str:
        return f"{self.sha256[:10]}.{self.format}"

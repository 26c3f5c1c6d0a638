"""Protected branches: those that nobody rewrites or deletes."""

from django.db import models

from designs.models.project import Project


class ProtectedBranch(models.Model):
    """A name or a pattern such as `release/*`. The default branch is protected by a field of the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="protected_branches")
    pattern = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint("project", "pattern", name="one_protection_a_pattern")]
        ordering = ["pattern"]

    def __str__(self) -> str:
        return self.pattern

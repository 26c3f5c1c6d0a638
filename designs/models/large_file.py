"""Large files: which contents a project holds by Git LFS, and who has locked a path."""

from django.db import models

from accounts.models import User
from designs.models.project import Project


class LfsObject(models.Model):
    """A content that this project may fetch by its SHA-256, whoever else holds the same bytes."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="lfs_objects")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "sha256", name="one_lfs_object_a_project")]

    def __str__(self) -> str:
        return self.sha256[:10]


class LfsLock(models.Model):
    """Somebody is at work on a file that cannot be merged: others may not change it meanwhile."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="locks")
    path = models.TextField()
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="locks")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "path", name="one_lock_a_path")]
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path

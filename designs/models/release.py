"""A release: a tag, notes and a frozen list of files."""

from django.db import models
from django.urls import reverse

from accounts.models import User
from designs.models.found import Found
from designs.models.project import Project


class Release(Found):
    """A version that people are told to use. `files` is [{path, oid, size, sha256}] as it was on that day."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    tag = models.CharField(max_length=60)
    title = models.CharField(max_length=120, blank=True)
    notes = models.TextField(blank=True)
    commit = models.CharField(max_length=40)
    files = models.JSONField(default=list)
    is_prerelease = models.BooleanField(default=False)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "tag", name="one_release_a_tag")]
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.tag

    @property
    def subject(self) -> str:
        """A project with a release is found by that."""
        return f"project:{self.project_id}"

    def get_absolute_url(self) -> str:
        """The release's page."""
        return reverse("designs:release", args=[self.project.namespace.handle, self.project.slug, self.tag])

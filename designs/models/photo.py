"""A photo that somebody put into a discussion."""

from django.db import models
from django.urls import reverse

from accounts.models import User
from designs.models.project import Project


class Photo(models.Model):
    """A picture in an issue or comment, decoded and written anew; seen by whoever sees the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="photos")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=40, unique=True)
    file = models.FileField(upload_to="photos", max_length=120)
    title = models.CharField(max_length=100, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where a page shows it from."""
        return reverse("designs:photo", args=[self.project.namespace.handle, self.project.slug, self.name])

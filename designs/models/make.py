"""Somebody built it: which version, on what, with which settings, and how it went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.found import Found
from designs.models.project import Project
from designs.models.release import Release


class Make(Found):
    """One time that a version was made. `machine` is a snapshot: it stays true when the machine is gone.

    `parts` is [{path, sha256, quantity}]; `settings` what the slicer or the person said; times in s, masses in g.
    """

    class Outcome(models.TextChoices):
        WORKED = "worked", _("Worked")
        TROUBLE = "trouble", _("Worked, with trouble")
        FAILED = "failed", _("Failed")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="makes")
    release = models.ForeignKey(Release, on_delete=models.SET_NULL, null=True, blank=True, related_name="makes")
    commit = models.CharField(max_length=40)
    parts = models.JSONField(default=list)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="makes")
    outcome = models.CharField(max_length=7, choices=Outcome)
    machine = models.JSONField(default=dict, blank=True)
    material = models.CharField(max_length=60, blank=True)
    colour = models.CharField(max_length=40, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    grams = models.FloatField(null=True, blank=True)
    note = models.TextField(max_length=5000, blank=True)
    photo = models.ImageField(upload_to="makes", blank=True)
    is_public = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("project", "id", name="makes_newest")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.outcome}"

    @property
    def subject(self) -> str:
        """Its project is found by it."""
        return f"project:{self.project_id}"

"""A report: somebody tells the site's staff that a project, or what is said in it, should not be here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.issue import Comment, Issue
from designs.models.project import Project


class Report(models.Model):
    """What was reported, why, and whether staff have looked at it."""

    class Reason(models.TextChoices):
        COPYRIGHT = "copyright", _("It copies someone's work against its licence")
        DANGEROUS = "dangerous", _("It is dangerous or illegal")
        ABUSE = "abuse", _("It attacks or insults people")
        SPAM = "spam", _("It is spam")
        OTHER = "other", _("Something else")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reports")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="reports")
    reporter = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    details = models.TextField(max_length=4000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.project}: {self.reason}"

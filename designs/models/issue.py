"""Discussions of a project: issues, and the comments on them. A contribution is an issue that carries commits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.project import Project


class Label(models.Model):
    """A word that sorts the issues of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=7, default="#6b7280")

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="one_label_a_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Issue(models.Model):
    """A question, problem or wish, or the discussion of a contribution. Numbered within its project."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question")
        PROBLEM = "problem", _("Problem")
        WISH = "wish", _("Wish")
        CONTRIBUTION = "contribution", _("Contribution")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=40_000, blank=True)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="issues")
    labels = models.ManyToManyField(Label, blank=True, related_name="issues")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "number", name="one_issue_a_number")]
        indexes = [models.Index("project", "state", name="issue_by_state")]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for something."""
        return self.state == Issue.State.OPEN

    def get_absolute_url(self) -> str:
        """The page of the discussion, or of the contribution."""
        name = "contributions" if self.kind == Issue.Kind.CONTRIBUTION else "issues"
        return f"{self.project.get_absolute_url()}{name}/{self.number}/"


class Comment(models.Model):
    """What somebody says on an issue or contribution; with `path`, on one file of the contribution."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="comments")
    text = models.TextField(max_length=40_000)
    path = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]

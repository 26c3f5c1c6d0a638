"""A revision: a commit that we have seen."""

from django.db import models

from accounts.models import User
from designs.models.project import Project


class Revision(models.Model):
    """One commit of one project, with the person behind it where we know them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="revisions")
    commit = models.CharField(max_length=40)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="revisions")
    author_name = models.CharField(max_length=200)
    message = models.TextField()
    at = models.DateTimeField()
    released_in = models.ForeignKey(
        "Release", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="The first release that has this commit; see designs.history.mark_released",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint("project", "commit", name="one_revision_a_commit")]
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.commit[:10]

"""A contribution: commits on a fork or a branch that somebody offers to a project (elsewhere: a merge request)."""

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import User
from designs.models.issue import Issue
from designs.models.project import Project


class Contribution(models.Model):
    """The commits and where they go. Title, text, number, discussion and open/closed are its issue's."""

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="contribution")
    source = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="contributions_made")
    source_branch = models.CharField(max_length=100)
    target_branch = models.CharField(max_length=100)
    head = models.CharField(max_length=40, help_text="Commit offered last")
    base = models.CharField(max_length=40, help_text="Where it left the target branch")
    is_draft = models.BooleanField(default=False)
    merged_commit = models.CharField(max_length=40, blank=True)
    merged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.issue)

    @property
    def state(self) -> str:
        """draft, open, merged or closed."""
        if self.merged_commit:
            return "merged"
        if self.issue.state == Issue.State.CLOSED:
            return "closed"
        return "draft" if self.is_draft else "open"

    @property
    def state_words(self) -> str:
        """The state, to be read."""
        words = {"merged": _("Merged"), "closed": _("Closed"), "draft": _("Draft"), "open": _("Open")}
        return words[self.state]

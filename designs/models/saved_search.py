"""A search that somebody keeps, and the mail that tells of what is new in it."""

from django.db import models
from django.urls import reverse

from accounts.models import User
from jobs.models import Job, JobQuerySet


class SavedSearch(models.Model):
    """The parameters of a search's address, and which of its newest projects its owner knows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=200)
    params = models.CharField(max_length=2000)
    seen = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint("user", "params", name="saved_once")]
        indexes = [models.Index("looked_at", name="saved_search_due")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The search."""
        return f"{reverse('designs:search')}?{self.params}"


class SearchMail(Job):
    """What is new in a saved search, to be sent by a worker."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="mails")
    projects = models.JSONField()

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="search_mail_due")]

    def __str__(self) -> str:
        return f"mail of {self.search_id}"

"""A notification: somebody is told of an event, on the site and by mail."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.event import Event
from designs.models.project import Project
from jobs.models import Job, JobQuerySet


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Readers. Who lost the right to see a project loses its notifications from sight."""

    def readable_by(self, user: User) -> Self:
        """A person's notifications of what they may see now."""
        shown = Project.objects.visible_to(user).values("pk")
        hidden = Q(event__issue__hidden_at__isnull=False)
        return self.filter(user=user, event__project__in=shown).exclude(hidden)

    def unread(self) -> Self:
        """Not read yet."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """One person is told of one event, once, and why."""

    class Reason(models.TextChoices):
        MENTIONED = "mentioned", _("you are mentioned")
        PARTICIPATING = "participating", _("you take part in this discussion")
        WATCHING = "watching", _("you watch this project")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="told")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="notifications")
    reason = models.CharField(max_length=13, choices=Reason)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("event", "user", name="told_once")]
        indexes = [
            models.Index("user", "id", name="told_newest"),
            models.Index("user", condition=Q(read_at=None), name="told_unread"),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.reason} {self.event_id}"


class NotificationMail(Job):
    """The mail of a notification, to be sent by a worker."""

    notification = models.OneToOneField(Notification, on_delete=models.CASCADE, related_name="mail")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="mail_due")]

    def __str__(self) -> str:
        return f"mail {self.notification_id}"

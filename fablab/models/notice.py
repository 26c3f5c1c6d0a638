"""A person is told of something in a lab, on the site and by mail."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from fablab.models.booking import Booking
from fablab.models.lab import Lab
from fablab.models.request import PrintRequest
from jobs.models import Job, JobQuerySet


class Notice(models.Model):
    """One person, one thing: `kind` names the words (fablab.words), `params` their values, `url` where it leads."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lab_notices")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("user", condition=Q(read_at=None), name="notices_unread")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class NoticeMail(Job):
    """The mail of a notice, to be sent by a worker; of a booking it carries the .ics."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="mail")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("state", "run_after", name="notice_mail_due")]

    def __str__(self) -> str:
        return f"mail of notice {self.notice_id}"

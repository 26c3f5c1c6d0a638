"""A person books a machine; waits for one; misses one."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fablab.models.lab import Lab
from fablab.models.machine import Machine
from fablab.models.occupation import Occupation


def new_secret() -> str:
    """160 bits for an address that only who has it can find."""
    return secrets.token_urlsafe(20)


class Booking(models.Model):
    """From `starts` to `ends`, without the buffer. It holds an occupation unless it was cancelled or missed.

    `sequence` counts its changes, so that calendars know which word is the last.
    """

    class State(models.TextChoices):
        HELD = "held", _("Held for you")
        CONFIRMED = "confirmed", _("Confirmed")
        CHECKED_IN = "checked_in", _("Checked in")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("Nobody came")

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="bookings")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bookings")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.CONFIRMED)
    occupation = models.OneToOneField(Occupation, on_delete=models.SET_NULL, null=True, blank=True)
    purpose = models.CharField(_("what for"), max_length=200, blank=True)
    series = models.UUIDField(null=True, blank=True, db_index=True)
    held_until = models.DateTimeField(null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["starts", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="a_booking_lasts")]
        indexes = [
            models.Index("machine", "starts", name="bookings_in_order"),
            models.Index("person", "starts", name="bookings_of_person"),
            models.Index("state", "starts", name="bookings_due"),
        ]

    def __str__(self) -> str:
        return f"{self.machine_id} {self.starts:%Y-%m-%d %H:%M} {self.state}"


class Waiting(models.Model):
    """Somebody waits for a time that is taken; is offered it for a while when it becomes free."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Offered to you")
        TAKEN = "taken", _("Taken")
        PASSED = "passed", _("Passed")
        LEFT = "left", _("Left")

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="waiting")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="waiting")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    booking = models.ForeignKey(Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    offered_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index("machine", "state", "starts", name="waiting_in_order")]

    def __str__(self) -> str:
        return f"{self.person_id} waits for {self.machine_id}"


class Strike(models.Model):
    """A booking that nobody came to. Seen by the person, ends by itself, may be appealed to the lab's managers."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="strikes")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="strikes")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="strike")
    at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    appeal = models.TextField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_lifted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.person_id} in {self.lab_id}"


class CalendarFeed(models.Model):
    """The secret address of a calendar: of a person, a lab or a machine (exactly one), as seen by `owner`."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    secret = models.CharField(max_length=40, unique=True, default=new_secret)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lab=None) | Q(machine=None), name="a_feed_is_of_one_thing"),
            models.UniqueConstraint("owner", "lab", condition=Q(lab__isnull=False), name="one_feed_a_lab"),
            models.UniqueConstraint("owner", "machine", condition=Q(machine__isnull=False), name="one_feed_a_machine"),
            models.UniqueConstraint("owner", condition=Q(lab=None, machine=None), name="one_feed_of_ones_own"),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"

"""A print request: what is to be made, which version of it, for whom, and everything that happened to it."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models import File, Project
from fablab.models.booking import new_secret
from fablab.models.lab import Lab
from fablab.models.machine import Machine
from fablab.models.occupation import Occupation
from fablab.models.stock import Stock
from fablab.processes import CHOICES
from fablab.states import RequestState

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_ref() -> str:
    """Eight letters and digits that nobody confuses on a label."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class PrintRequestQuerySet(models.QuerySet["PrintRequest"]):
    """Requests by who may see them."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those of labs in which one manages or operates. Drafts are their author's alone."""
        at_work = Q(lab__staff__user=user, lab__staff__role__in=["manager", "operator"]) & ~Q(state=RequestState.DRAFT)
        return self.filter(Q(requester=user) | at_work).distinct()


class PrintRequest(models.Model):
    """One request to one lab. `commit` and each part's sha256 are pinned at submission: later pushes change nothing."""

    class Mode(models.TextChoices):
        FOR_ME = "for_me", _("Make it for me")
        WITH_ME = "with_me", _("Make it with me")
        BY_ME = "by_me", _("I make it myself")

    class Quality(models.TextChoices):
        DRAFT = "draft", _("Draft: fast")
        NORMAL = "normal", _("Normal")
        FINE = "fine", _("Fine: slow")

    ref = models.CharField(max_length=8, unique=True, default=new_ref)
    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, related_name="requests")
    number = models.PositiveIntegerField(null=True, blank=True)
    requester = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="print_requests")
    state = models.CharField(max_length=11, choices=[(s.value, s.value) for s in RequestState], default="draft")
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    project_title = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=60, blank=True)
    tag = models.CharField(max_length=60, blank=True)
    commit = models.CharField(max_length=40, blank=True)
    process = models.CharField(_("process"), max_length=32, choices=CHOICES, default="material-extrusion")
    material = models.CharField(_("material"), max_length=60, blank=True)
    colour = models.CharField(_("colour"), max_length=40, blank=True)
    quality = models.CharField(_("quality"), max_length=6, choices=Quality, default=Quality.NORMAL)
    mode = models.CharField(_("how"), max_length=7, choices=Mode, default=Mode.FOR_ME)
    purpose = models.CharField(_("what for"), max_length=200, blank=True)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    due_on = models.DateField(_("needed by"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    may_forward = models.BooleanField(_("the lab may pass it on to another lab"), default=False)
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests")
    stock = models.ForeignKey(Stock, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests")
    held = models.FloatField(default=0, help_text=_("What it is promised of the stock, g or sheets"))
    quote = models.ForeignKey("fablab.Quote", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    forwarded_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="forwarded_to"
    )
    tracking = models.CharField(max_length=40, unique=True, default=new_secret)
    waiting_since = models.DateTimeField(null=True, blank=True)
    waited_seconds = models.PositiveIntegerField(default=0)
    paid_note = models.CharField(max_length=200, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    due_cents = models.PositiveIntegerField(null=True, blank=True)
    receipt_number = models.PositiveIntegerField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PrintRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("lab", "number", name="one_request_a_number"),
            models.UniqueConstraint("lab", "receipt_number", name="one_receipt_a_number"),
        ]
        indexes = [
            models.Index("lab", "state", name="requests_by_state"),
            models.Index("requester", "id", name="requests_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def last_fault(self) -> str:
        """Whose the last failure was; nothing where none has failed."""
        last = self.attempts.filter(outcome=Attempt.Outcome.FAILED).last()
        return last.fault if last else ""

    def get_absolute_url(self) -> str:
        """The page of the request, for the requester and the lab."""
        return reverse("fablab:request", args=[self.ref])


class RequestPart(models.Model):
    """One file of the request, pinned by its content, so many times."""

    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, related_name="parts")
    file = models.ForeignKey(File, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    path = models.TextField()
    sha256 = models.CharField(max_length=64)
    oid = models.CharField(max_length=64, blank=True)
    format = models.CharField(max_length=12, blank=True)
    units = models.CharField(max_length=8, blank=True)
    quantity = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.path}"


class Quote(models.Model):
    """What the lab asks for, in one version: its lines are frozen once it is sent. Money in cents.

    `lines` is [{kind, label, quantity, unit, unit_cents, cents}]; `source` says who measured time and grams.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        REPLACED = "replaced", _("Replaced by a later one")

    class Source(models.TextChoices):
        SLICER = "slicer", _("Sliced by PrusaSlicer with the machine's profile")
        KERNEL = "kernel", _("Estimated from the shape: the slicer was not there")
        CUT = "cut", _("Measured on the drawing")
        MANUAL = "manual", _("By the lab's own reckoning")

    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, related_name="quotes")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    stock = models.ForeignKey(Stock, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=6, choices=Source, default=Source.MANUAL)
    grams = models.FloatField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    sheets = models.FloatField(default=0)
    lines = models.JSONField(default=list)
    tariff_name = models.CharField(max_length=60, blank=True)
    tariff_percent = models.PositiveSmallIntegerField(default=100)
    total_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    note = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint("request", "version", name="one_quote_a_version")]
        indexes = [models.Index("state", "expires_at", name="quotes_due")]

    def __str__(self) -> str:
        return f"{self.request_id} v{self.version} {self.total_cents}"


class Attempt(models.Model):
    """One run on a machine for a request: the slot, what it used and how it ended."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        WORKED = "worked", _("Worked")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Fault(models.TextChoices):
        LAB = "lab", _("The lab's or the machine's")
        MATERIAL = "material", _("The material's")
        FILE = "file", _("The file's")

    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, related_name="attempts")
    stock = models.ForeignKey(Stock, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    occupation = models.OneToOneField(Occupation, on_delete=models.SET_NULL, null=True, blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.PLANNED)
    fault = models.CharField(max_length=8, choices=Fault, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    estimated_seconds = models.PositiveIntegerField(default=0)
    estimated_g = models.FloatField(default=0)
    actual_seconds = models.PositiveIntegerField(null=True, blank=True)
    actual_g = models.FloatField(null=True, blank=True)
    photo = models.ImageField(upload_to="attempts", blank=True)
    slice = models.ForeignKey("fablab.Slice", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    operator = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint("request", "number", name="one_attempt_a_number")]

    def __str__(self) -> str:
        return f"{self.request_id} attempt {self.number}"


class RequestEvent(models.Model):
    """A step that was made: never changed, never removed while the request is there."""

    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, related_name="events")
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    before = models.CharField(max_length=11)
    after = models.CharField(max_length=11)
    code = models.CharField(max_length=40, blank=True)
    text = models.TextField(max_length=5000, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.before} -> {self.after}"


class RequestMessage(models.Model):
    """What requester and lab say to one another; `is_internal` is for the lab alone."""

    request = models.ForeignKey(PrintRequest, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=5000, blank=True)
    photo = models.ImageField(upload_to="requests", blank=True)
    is_internal = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]


class MakeLink(models.Model):
    """Which request and machine a Make of a design came from; the Make itself lives in designs."""

    make = models.OneToOneField("designs.Make", on_delete=models.CASCADE, related_name="+")
    request = models.OneToOneField(
        PrintRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="make_link"
    )
    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, blank=True, related_name="makes")

    def __str__(self) -> str:
        return f"make {self.make_id}"

"""A machine of a lab: what it makes, with what, for whom and for how much."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.mesh import limits
from designs.mesh.profiles import Profile
from designs.models.found import Found
from fablab.models.lab import Lab
from fablab.processes import CHOICES, PROCESSES

POSITIVE = [MinValueValidator(0.0)]
FILAMENT_NOZZLE_MM = 0.4
SHEET_MM = 3.0
"""What is taken for a nozzle, and for the sheet of a laser, that a lab does not name."""
_SIDES = (F("x_mm"), F("y_mm"), F("z_mm"))


def _generated(expression: Any) -> models.GeneratedField:
    """The sides in rising order, kept by the database: a part fits in any way that it can lie."""
    return models.GeneratedField(expression=expression, output_field=models.FloatField(), db_persist=True)


class Training(models.Model):
    """What a person must have learned before they use a machine; valid for so many months, 0 for ever."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="trainings")
    name = models.CharField(_("name"), max_length=80)
    text = models.TextField(_("what is learned"), max_length=5000, blank=True)
    valid_months = models.PositiveSmallIntegerField(_("valid for months; 0: for ever"), default=0)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("lab", "name", name="one_training_a_name")]

    def __str__(self) -> str:
        return self.name


class Trained(models.Model):
    """A person has done a training; until `expires_on`, or for ever."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="trained")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="trainings")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    is_reminded = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("training", "user", name="trained_once")]
        indexes = [models.Index("expires_on", condition=models.Q(is_reminded=False), name="trained_to_remind")]

    def __str__(self) -> str:
        return f"{self.user}: {self.training}"


class MachineQuerySet(models.QuerySet["Machine"]):
    """Machines by what they are ready for."""

    def present(self) -> Self:
        """Not retired, in a lab that people see and that is not closed."""
        return (
            self.exclude(state=Machine.State.RETIRED)
            .filter(lab__hidden_at=None)
            .exclude(lab__standing=Lab.Standing.CLOSED)
        )

    def working(self) -> Self:
        """Ready or in use: what may be booked and asked for."""
        return self.present().filter(state__in=Machine.WORKING)


class Machine(Found):
    """One machine. Lengths in mm, power in W, money in cents, times in minutes unless named otherwise.

    `overrides` are rows of the kernel's table of limits (designs.mesh.limits) for this machine; `slicer` are settings
    of PrusaSlicer by their own names.
    """

    class State(models.TextChoices):
        READY = "ready", _("Ready")
        IN_USE = "in_use", _("In use")
        MAINTENANCE = "maintenance", _("Being maintained")
        BROKEN = "broken", _("Broken")
        RETIRED = "retired", _("Retired")

    WORKING = frozenset({State.READY, State.IN_USE})
    """States in which a machine may be booked and asked for."""

    class Who(models.TextChoices):
        STAFF = "staff", _("Staff of the lab only")
        MEMBERS = "members", _("Members")
        ANYBODY = "anybody", _("Anybody with an account")

    class Tolerance(models.TextChoices):
        FINE = "f", _("Fine (ISO 2768 f)")
        MEDIUM = "m", _("Medium (ISO 2768 m)")
        COARSE = "c", _("Coarse (ISO 2768 c)")
        VERY_COARSE = "v", _("Very coarse (ISO 2768 v)")

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="machines")
    slug = models.SlugField(_("address"), max_length=60)
    name = models.CharField(_("name"), max_length=80)
    make = models.CharField(_("make"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    catalogue = models.CharField(max_length=60, blank=True)
    process = models.CharField(_("process"), max_length=32, choices=CHOICES)
    x_mm = models.FloatField(_("width, mm"), default=0, validators=POSITIVE)
    y_mm = models.FloatField(_("depth, mm"), default=0, validators=POSITIVE)
    z_mm = models.FloatField(_("height or thickness, mm"), default=0, validators=POSITIVE)
    nozzle_mm = models.FloatField(_("nozzle, mm"), default=0, validators=POSITIVE)
    spot_mm = models.FloatField(_("spot or tool, mm"), default=0, validators=POSITIVE)
    layer_mm = models.FloatField(_("layer, mm"), default=0, validators=POSITIVE)
    tolerance = models.CharField(_("tolerance"), max_length=1, choices=Tolerance, blank=True)
    power_w = models.FloatField(_("power, W"), default=0, validators=POSITIVE)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True, help_text=_("Markdown"))
    photo = models.ImageField(_("photo"), upload_to="machines", blank=True)
    manual_url = models.URLField(_("manual"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.READY)
    overrides = models.JSONField(default=dict, blank=True)
    slicer = models.JSONField(default=dict, blank=True)
    okw = models.JSONField(default=dict, blank=True)

    takes_requests = models.BooleanField(_("used for print requests"), default=True)
    setup_cents = models.PositiveIntegerField(_("setting up"), default=0)
    hour_cents = models.PositiveIntegerField(_("an hour of the machine"), default=0)
    staff_hour_cents = models.PositiveIntegerField(_("an hour of staff"), default=0)
    staff_minutes = models.PositiveIntegerField(_("minutes of staff for a request"), default=0)
    minimum_cents = models.PositiveIntegerField(_("at least"), default=0)

    training = models.ForeignKey(
        Training, on_delete=models.SET_NULL, null=True, blank=True, related_name="machines", verbose_name=_("training")
    )
    who = models.CharField(_("who may book"), max_length=8, choices=Who, default=Who.MEMBERS)
    least_minutes = models.PositiveIntegerField(_("shortest booking, minutes"), default=15)
    most_minutes = models.PositiveIntegerField(_("longest booking, minutes"), default=240)
    notice_hours = models.PositiveIntegerField(_("booked so many hours before, at least"), default=0)
    horizon_days = models.PositiveIntegerField(_("booked so many days before, at the most"), default=60)
    week_minutes = models.PositiveIntegerField(_("minutes a week for one person; 0: any"), default=0)
    buffer_minutes = models.PositiveIntegerField(_("minutes kept free after each booking"), default=0)
    runs_overnight = models.BooleanField(_("may run while the lab is closed"), default=False)
    needs_check_in = models.BooleanField(_("bookings end without a check-in"), default=True)

    small_mm = _generated(Least(*_SIDES))
    middle_mm = _generated(Greatest(Least(*_SIDES[:2]), Least(Greatest(*_SIDES[:2]), _SIDES[2])))
    large_mm = _generated(Greatest(*_SIDES))

    hours_run = models.FloatField(default=0)
    jobs_run = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MachineQuerySet.as_manager()

    class Meta:
        ordering = ["lab", "name", "pk"]
        constraints = [models.UniqueConstraint("lab", "slug", name="one_machine_a_slug")]
        indexes = [
            models.Index("process", "state", name="machines_by_process"),
            models.Index("process", "large_mm", "middle_mm", "small_mm", name="machines_by_size"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        """Ready or in use, in a lab that is not closed for good: what may be booked and asked for."""
        return self.state in self.WORKING and self.lab.standing != Lab.Standing.CLOSED

    @property
    def subject(self) -> str:
        """Its lab is found by it."""
        return f"lab:{self.lab_id}"

    @property
    def kernel_process(self) -> str:
        """The process by which the kernel judges, or nothing."""
        return PROCESSES[self.process].kernel

    @property
    def assumed_nozzle_mm(self) -> float:
        """Its nozzle, or the usual one where filament comes out of one that nobody named."""
        return self.nozzle_mm or (FILAMENT_NOZZLE_MM if self.kernel_process == "fdm" else 0.0)

    def profile(self, *, material: str = "", density_g_cm3: float = 0.0) -> Profile | None:
        """What the kernel judges with (see designs.mesh.profiles); None where it knows nothing of the process."""
        process = self.kernel_process
        if process not in limits.LIMITS or not (self.x_mm and self.y_mm):
            return None
        fdm = process == "fdm"
        nozzle = self.assumed_nozzle_mm
        height = self.z_mm or (SHEET_MM if process == "laser" else 0.0)
        return Profile(
            key=f"machine-{self.pk}",
            name=self.name,
            process=process,
            volume_mm=(self.x_mm, self.y_mm, height),
            nozzle_mm=nozzle,
            layer_mm=self.layer_mm or (nozzle / 2 if fdm else 0.0),
            material=material,
            density_g_cm3=density_g_cm3 or (1.24 if fdm else 0.0),
            overrides=self.overrides,
        )

    def get_absolute_url(self) -> str:
        """The machine's page."""
        return reverse("fablab:machine", args=[self.lab.slug, self.slug])

    def snapshot(self) -> dict[str, Any]:
        """What a Make keeps of the machine for ever."""
        return {
            "lab": self.lab.name,
            "lab_slug": self.lab.slug,
            "machine": self.name,
            "make": self.make,
            "model": self.model,
            "process": self.process,
            "volume_mm": [self.x_mm, self.y_mm, self.z_mm],
            "nozzle_mm": self.nozzle_mm,
        }


class MaintenanceEntry(models.Model):
    """A line of the machine's log: what was done or found, by whom, at how many hours, and its state afterwards."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        SERVICE = "service", _("Service")
        REPAIR = "repair", _("Repair")
        FAULT = "fault", _("Fault")
        STATE = "state", _("State")

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="log")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField(max_length=5000, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    hours_run = models.FloatField(default=0)
    state = models.CharField(max_length=11, choices=Machine.State, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.machine_id} {self.kind}"


class PrinterLink(models.Model):
    """The host that drives a machine, at an address that a manager set. The key is stored encrypted."""

    class Kind(models.TextChoices):
        OCTOPRINT = "octoprint", "OctoPrint"
        MOONRAKER = "moonraker", "Moonraker (Klipper)"

    machine = models.OneToOneField(Machine, on_delete=models.CASCADE, related_name="link")
    kind = models.CharField(_("host"), max_length=10, choices=Kind)
    url = models.URLField(_("address"), max_length=300)
    key = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    status = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.machine_id} {self.kind}"

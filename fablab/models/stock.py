"""Materials that a lab has: spools, sheets, resins, and every change of what is left."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from designs.models.found import Found
from fablab.models.lab import Lab
from fablab.models.machine import Machine


class Stock(Found):
    """One spool, stack of sheets or bottle. `remaining_g` in g (of sheets: their number in `remaining_sheets`).

    `held_g` and `held_sheets` are what accepted and quoted requests have been promised of it. `price_cents` is for a
    kilogram, or a sheet. What is left changes by fablab.actions.stock alone, which keeps a StockMove of each change.
    """

    class Kind(models.TextChoices):
        SPOOL = "spool", _("Spool")
        SHEET = "sheet", _("Sheet")
        RESIN = "resin", _("Resin")
        POWDER = "powder", _("Powder")
        OTHER = "other", _("Something else")

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="stock")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.SPOOL)
    material = models.CharField(_("material"), max_length=60)
    brand = models.CharField(_("brand"), max_length=60, blank=True)
    colour = models.CharField(_("colour"), max_length=40, blank=True)
    colour_hex = models.CharField(max_length=7, blank=True)
    density_g_cm3 = models.FloatField(_("density, g/cm³"), default=1.24)
    diameter_mm = models.FloatField(_("diameter, mm"), default=1.75)
    width_mm = models.FloatField(_("width, mm"), default=0)
    height_mm = models.FloatField(_("height, mm"), default=0)
    thickness_mm = models.FloatField(_("thickness, mm"), default=0)
    price_cents = models.PositiveIntegerField(_("price of a kilogram, or of a sheet"), default=0)
    remaining_g = models.FloatField(_("left, g"), default=0)
    remaining_sheets = models.FloatField(_("sheets left"), default=0)
    held_g = models.FloatField(default=0)
    held_sheets = models.FloatField(default=0)
    low_g = models.FloatField(_("warn below, g"), default=100)
    low_sheets = models.FloatField(_("warn below, sheets"), default=1)
    machine = models.ForeignKey(Machine, on_delete=models.SET_NULL, null=True, blank=True, related_name="loaded")
    place = models.CharField(_("where it is"), max_length=80, blank=True)
    is_used_up = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["material", "colour", "pk"]
        indexes = [models.Index("lab", "material", condition=Q(is_used_up=False), name="stock_by_material")]

    def __str__(self) -> str:
        return " ".join(word for word in (self.brand, self.material, self.colour) if word)

    @property
    def subject(self) -> str:
        """Its lab is found by its materials."""
        return f"lab:{self.lab_id}"

    @property
    def is_counted(self) -> bool:
        """Whether it is counted in sheets, not in g."""
        return self.kind == Stock.Kind.SHEET

    @property
    def left(self) -> float:
        """What is left, in g or sheets."""
        return self.remaining_sheets if self.is_counted else self.remaining_g

    @property
    def held(self) -> float:
        """What requests have been promised, in g or sheets."""
        return self.held_sheets if self.is_counted else self.held_g

    @property
    def free(self) -> float:
        """What nobody has been promised, in g or sheets."""
        return max(self.left - self.held, 0.0)

    @property
    def is_low(self) -> bool:
        """Whether somebody should buy more."""
        return self.left <= (self.low_sheets if self.is_counted else self.low_g)


class StockMove(models.Model):
    """One change of what is left, in g or sheets: signed, never changed, corrected by another."""

    class Reason(models.TextChoices):
        DELIVERY = "delivery", _("Delivery")
        USE = "use", _("Used by a job")
        WASTE = "waste", _("Waste")
        CORRECTION = "correction", _("Correction")

    stock = models.ForeignKey(Stock, on_delete=models.CASCADE, related_name="moves")
    grams = models.FloatField(default=0)
    sheets = models.FloatField(default=0)
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.stock_id} {self.grams:+g} g"

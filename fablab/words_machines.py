"""Words for machines: the rows of the kernel's table of limits, and the units of materials."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from designs.words.values import plain

CHECKS = {
    "wall": gettext_lazy("Thinnest wall"),
    "gap": gettext_lazy("Narrowest gap"),
    "hole": gettext_lazy("Narrowest round hole"),
    "pin": gettext_lazy("Thinnest pin"),
    "detail": gettext_lazy("Smallest detail"),
    "overhang": gettext_lazy("Overhang"),
    "bridge": gettext_lazy("Longest bridge"),
    "contact": gettext_lazy("Contact with the bed"),
    "tip": gettext_lazy("Angle at which it tips over"),
    "trapped": gettext_lazy("Closed hollow"),
    "cup": gettext_lazy("Hollow that holds liquid"),
    "twice": gettext_lazy("Lines cut twice"),
}
LEVELS = {
    "fails": gettext_lazy("it does not print"),
    "care": gettext_lazy("it needs care"),
    "note": gettext_lazy("good to know"),
}
SETTINGS = {
    "hole_share": gettext_lazy("Holes in the surface that count as small"),
    "thin_share": gettext_lazy("Share of the surface that may be thin"),
    "thin_most": gettext_lazy("Area that may be thin"),
    "thin_fails_share": gettext_lazy("Share of thin surface from which it does not print"),
    "overhang_degrees": gettext_lazy("Steepest overhang without support"),
    "contact_most": gettext_lazy("Area of contact that is always enough"),
    "saved_note": gettext_lazy("Support saved by turning it: share"),
    "saved_least": gettext_lazy("Support saved by turning it: volume"),
    "sheet_share": gettext_lazy("Thickness may differ from the sheet’s by"),
    "flat_share": gettext_lazy("Volume may differ from a straight cut’s by"),
}


def limit_name(key: str) -> str:
    """A row of the table: "Thinnest wall: it needs care"."""
    if key in SETTINGS:
        return str(SETTINGS[key])
    check, _sep, level = key.rpartition("_")
    if check not in CHECKS or level not in LEVELS:
        return key
    return f"{CHECKS[check]}: {LEVELS[level]}"


def amount_words(value: float, *, is_counted: bool) -> str:
    """What is left, as people weigh it: 1.25 kg, 340 g, 3.5 sheets."""
    if is_counted:
        return _("%(n)s sheets") % {"n": plain(value)}
    if value >= 1000:
        return f"{plain(round(value / 1000, 2))} kg"
    return f"{plain(round(value, 1))} g"


NOTICES: dict[str, tuple[Promise, Promise]] = {
    "stock_low": (
        gettext_lazy("Running low: %(stock)s"),
        gettext_lazy("%(lab_name)s has %(left)s left of %(stock)s, which is below the mark."),
    ),
    "trained": (
        gettext_lazy("You have the training “%(training)s”"),
        gettext_lazy("%(lab_name)s says that you have done “%(training)s”: you may use the machines that ask for it."),
    ),
    "training_revoked": (
        gettext_lazy("You no longer have the training “%(training)s”"),
        gettext_lazy("%(lab_name)s says that you no longer have “%(training)s”. Ask its trainers why."),
    ),
    "training_expires": (
        gettext_lazy("Your training “%(training)s” runs out soon"),
        gettext_lazy("Your training “%(training)s” at %(lab_name)s runs out on %(on)s. Ask its trainers to renew it."),
    ),
}
"""What people are told: subject, then sentence."""

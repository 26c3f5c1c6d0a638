"""What of an address could not be understood, in sentences."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from designs.discovery.asked import Asked

_WRONG: dict[str, Callable[[], str]] = {
    "machine": lambda: _("We do not know that machine; type its bed instead."),
    "bed": lambda: _("A bed is two or three lengths in mm, such as 220 x 220 x 250."),
    "nozzle": lambda: _("A nozzle is a number in mm, such as 0.4."),
    "size_min": lambda: _("A size is a number in mm."),
    "size_max": lambda: _("A size is a number in mm."),
    "mass_min": lambda: _("A mass is a number in g."),
    "mass_max": lambda: _("A mass is a number in g."),
}


def complaints(asked: Asked) -> list[str]:
    """A sentence for each thing that was left out, once."""
    return list(dict.fromkeys(_WRONG[name]() for name in asked.wrong))

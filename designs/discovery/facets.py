"""The panel beside the results: each facet with its values, how many there are, and where a click leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from designs.discovery import values
from designs.discovery.asked import GRADES, Asked

LABELS = {
    "category": _("Category"),
    "material": _("Material"),
    "process": _("Made by"),
    "verdict": _("Does it print?"),
    "licence_family": _("May I use it?"),
    "licence": _("Licence"),
    "format": _("File format"),
    "source": _("Editable source (CAD)"),
    "released": _("Has a release"),
    "makes": _("Has been made"),
    "bom": _("Has a parts list"),
    "language": _("Language"),
    "tag": _("Tags"),
}
FIELDS = ("kind", *LABELS)
OPEN = 6
"""Values of a facet that are shown before one asks for more."""


@dataclass(frozen=True)
class Option:
    """One value: in words, how many have it, whether it is chosen, and the address that changes that."""

    label: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True)
class Panel:
    """One facet, with the values that stand open and those behind a click."""

    name: str
    label: str
    options: Sequence[Option]

    @property
    def first(self) -> Sequence[Option]:
        """The chosen ones, then the most frequent."""
        return self.options[:OPEN]

    @property
    def rest(self) -> Sequence[Option]:
        """The others."""
        return self.options[OPEN:]


def panels(asked: Asked, counts: Mapping[str, Sequence[tuple[str, int]]]) -> list[Panel]:
    """What can be narrowed further, and what has been: facets without any value are left out."""
    found = []
    for name, label in LABELS.items():
        chosen = asked.facets.get(name, ())
        known = dict(_own(asked, name, counts.get(name, ())))
        options = [(value, known.get(value, 0)) for value in chosen]
        options += [(value, count) for value, count in known.items() if value not in chosen]
        if name == "verdict":
            options.sort(key=lambda pair: GRADES.index(pair[0]))
        made = [_option(asked, name, value, count) for value, count in options]
        if made:
            found.append(Panel(name, str(label), made))
    return found


def _own(asked: Asked, name: str, counts: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """Of verdicts those of the chosen machine alone, by their grade."""
    if name != "verdict":
        return counts
    prefix = f"{asked.profile}:"
    return [(value.removeprefix(prefix), count) for value, count in counts if value.startswith(prefix)]


def _option(asked: Asked, name: str, value: str, count: int) -> Option:
    label = values.shown(name, f":{value}" if name == "verdict" else value)
    return Option(label, count, value in asked.facets.get(name, ()), asked.toggled(name, value).address())


def chips(asked: Asked) -> list[tuple[str, str]]:
    """Each condition that holds now in words, and the address without it."""
    found = []
    for name, chosen in asked.facets.items():
        for value in chosen:
            words = values.shown(name, f":{value}" if name == "verdict" else value)
            label = str(LABELS[name]) if value == "yes" else f"@{value}" if name == "owner" else words
            found.append((label, asked.toggled(name, value).address()))
    if own := asked.own_machine:
        found.append((own.name, asked.address(machine="", bed="", nozzle=None)))
    found += [(place.label, without.address()) for place, without in asked.places]
    for unit, name in (("mm", "size"), ("g", "mass")):
        low, high = getattr(asked, name)
        if (low, high) != (None, None):
            ends = f"{'' if low is None else f'{low:g}'}–{'' if high is None else f'{high:g}'} {unit}"
            without: dict[str, Any] = {name: (None, None)}
            found.append((ends, asked.address(**without)))
    return found

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
FLAGS = frozenset({"source", "released", "makes", "bom"})
"""Facets whose one value is yes."""
ORDERED: dict[str, Sequence[str]] = {"verdict": GRADES, "licence_family": list(values.FAMILIES)}
"""Facets whose values stand in an order of their own; those of the others by how many have them."""
OPEN = 7
"""Values of a facet that are shown before one asks for more."""


@dataclass(frozen=True)
class Option:
    """One value: in words, how many have it where that was counted, whether it is chosen, and the address for that."""

    label: str
    count: int | None
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
        options = [(value, known.get(value)) for value in chosen]
        options += [(value, count) for value, count in known.items() if value not in chosen]
        if name in ORDERED:
            options.sort(key=lambda pair: ORDERED[name].index(pair[0]) if pair[0] in ORDERED[name] else 99)
        made = [_option(asked, name, value, count) for value, count in options]
        if made:
            found.append(Panel(name, str(label), made))
    return found


def counted(asked: Asked, name: str, counts: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """The values of a facet for programs, as an address names them."""
    return [
        {"value": value, "label": _label(name, value), "count": count} for value, count in _own(asked, name, counts)
    ]


def _label(name: str, value: str) -> str:
    return values.shown(name, f":{value}" if name == "verdict" else value)


def _own(asked: Asked, name: str, counts: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """Of verdicts those of the chosen machine alone, by their grade."""
    if name != "verdict":
        return counts
    prefix = f"{asked.profile}:"
    return [(value.removeprefix(prefix), count) for value, count in counts if value.startswith(prefix)]


def _option(asked: Asked, name: str, value: str, count: int | None) -> Option:
    return Option(_label(name, value), count, value in asked.facets.get(name, ()), asked.toggled(name, value).address())


def named(name: str, value: str) -> str:
    """A chosen value where its facet's name does not stand beside it."""
    if name in FLAGS and value == "yes":
        return str(LABELS[name])
    return f"@{value}" if name == "owner" else _label(name, value)


def chips(asked: Asked) -> list[tuple[str, str]]:
    """Each condition that holds now in words, and the address without it."""
    found = []
    for name, chosen in asked.facets.items():
        for value in chosen:
            found.append((named(name, value), asked.toggled(name, value).address()))
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

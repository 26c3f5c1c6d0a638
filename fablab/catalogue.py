"""Machines that labs have, to start from: those that take shapes come from the search's table, the others from ours.

Makers' own facts and no others: what is empty differs between machines of the same name. Knows no model.
"""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from designs.discovery import machines

PROCESSES = {
    "fdm": "material-extrusion",
    "sla": "vat-photopolymerisation",
    "sls": "powder-bed-fusion",
    "cnc": "cnc-milling",
}
"""The search's processes, as labs name them."""
LAYERS_MM = {"fdm": 0.2, "sla": 0.05, "sls": 0.1}
MOST = 12


@dataclass(frozen=True)
class Entry:
    """One kind of machine. Lengths in mm, power in W; 0 where it differs or means nothing."""

    key: str
    name: str
    make: str
    process: str
    x_mm: float = 0.0
    y_mm: float = 0.0
    z_mm: float = 0.0
    nozzle_mm: float = 0.0
    layer_mm: float = 0.0
    spot_mm: float = 0.0
    power_w: float = 0.0

    @property
    def model(self) -> str:
        """Its name without its maker's."""
        return self.name.removeprefix(self.make).strip() or self.name

    @property
    def facts(self) -> dict[str, str | float]:
        """What a machine of a lab begins with."""
        found = asdict(self)
        return {"catalogue": found.pop("key"), "model": self.model, **found}


@cache
def catalogue() -> dict[str, Entry]:
    """Key -> machine, in the order of the tables."""
    shared = [
        Entry(
            one.key,
            one.name,
            one.make,
            PROCESSES[one.process],
            *one.bed_mm,
            nozzle_mm=one.nozzle_mm,
            layer_mm=LAYERS_MM.get(one.process, 0.0),
        )
        for one in machines.catalogue().values()
    ]
    with Path(__file__).with_suffix(".csv").open(newline="") as file:
        own = [Entry(**_read(row)) for row in csv.DictReader(file)]
    return {one.key: one for one in [*shared, *own]}


def suggest(text: str) -> Sequence[Entry]:
    """Machines of which each word of a text begins a word, or is in one; those whose name begins so come first."""
    words = text.casefold().split()
    if not words:
        return []

    def rank(entry: Entry) -> int | None:
        name = f"{entry.make} {entry.name}".casefold()
        if not all(word in name for word in words):
            return None
        starts = sum(any(part.startswith(word) for part in name.replace("-", " ").split()) for word in words)
        return -starts

    ranked = [(at, entry) for entry in catalogue().values() if (at := rank(entry)) is not None]
    return [entry for _at, entry in sorted(ranked, key=lambda pair: pair[0])[:MOST]]


def _read(row: dict[str, str]) -> dict[str, Any]:
    words = ("key", "name", "make", "process")
    return {name: value if name in words else float(value or 0) for name, value in row.items()}

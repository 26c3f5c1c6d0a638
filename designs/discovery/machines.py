"""Machines that people know, for "prints on my machine": a small table of facts, and any bed that somebody types."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from search.types import Ranges

_BED = re.compile(
    r"\s*(\d+(?:[.,]\d+)?)\s*[x×*]\s*(\d+(?:[.,]\d+)?)(?:\s*[x×*]\s*(\d+(?:[.,]\d+)?))?\s*(?:mm)?\s*", re.I
)
LONGEST_MM = 100_000.0
ANY_BED = (LONGEST_MM, LONGEST_MM, LONGEST_MM)


@dataclass(frozen=True)
class Machine:
    """What takes a part: three lengths in mm, and the nozzle in mm where filament comes out of one."""

    key: str
    name: str
    process: str
    bed_mm: tuple[float, float, float]
    nozzle_mm: float = 0.0
    make: str = ""

    @property
    def ranges(self) -> Ranges:
        """What a part must meet to fit in any orientation, with no wall thinner than the nozzle."""
        small, middle, large = sorted(self.bed_mm)
        box: dict[str, tuple[float | None, float | None]] = {
            "small": (None, small),
            "middle": (None, middle),
            "large": (None, large),
        }
        return {**box, "wall": (self.nozzle_mm, None)} if self.nozzle_mm else box


@cache
def catalogue() -> dict[str, Machine]:
    """Key -> machine, in the order of the table."""
    with (Path(__file__).parent / "machines.csv").open(newline="") as file:
        rows = [
            Machine(
                row["key"],
                row["name"],
                row["process"],
                (float(row["x_mm"]), float(row["y_mm"]), float(row["z_mm"])),
                float(row["nozzle_mm"] or 0),
                row["make"],
            )
            for row in csv.DictReader(file)
        ]
    return {machine.key: machine for machine in rows}


def read_bed(text: str) -> tuple[float, float, float] | None:
    """ "220 x 220 x 250" in mm; two lengths are the bed of a laser, where nothing is too high. None if it is none."""
    found = _BED.fullmatch(text)
    if not found:
        return None
    sides = [float(side.replace(",", ".")) if side else LONGEST_MM for side in found.groups()]
    return (sides[0], sides[1], sides[2]) if all(0 < side <= LONGEST_MM for side in sides) else None

"""Gaps between walls that face one another: parts, or sides of a slot, that may fuse in printing.

Faces nearer than 0.02 mm touch (see `probes.TOUCHING`) and make no gap.
The walls of a hole and of a slot face one another too; those of a groove that closes to a point make no gap.
"""

from dataclasses import dataclass

import numpy as np

from designs.mesh import places
from designs.mesh.probes import Probes
from designs.mesh.types import Facts, Floats, Points

NEAR_MM = 1.0
SPECK = 3


@dataclass(frozen=True)
class Gaps:
    """`spots` n x 3 samples with another face less than 1 mm away, `distances` n mm; and the facts."""

    facts: Facts
    spots: Points
    distances: Floats


def measure(probes: Probes) -> Gaps:
    """`gap_min_mm` (third smallest sample; None when nothing faces anything) and at most 20 places, narrowest first."""
    known = np.isfinite(probes.gaps)
    gaps, spots = probes.gaps[known], probes.spots[known]
    near = gaps < NEAR_MM
    longest = float(np.ptp(probes.spots, axis=0).max()) if len(probes.spots) else 0.0
    cell = max(2.0 * np.sqrt(probes.share), longest / 100.0)
    found = places.largest(spots[near], gaps[near], probes.share, key="gap_mm", cell=float(cell) or 1.0)
    ordered = np.sort(gaps)
    facts: Facts = {
        "gap_min_mm": float(ordered[min(SPECK, len(ordered)) - 1]) if len(ordered) else None,
        "gap_places": sorted(found, key=lambda place: float(place["gap_mm"])),
    }
    return Gaps(facts, spots[near], gaps[near])

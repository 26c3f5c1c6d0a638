"""Thickness of walls: how much of the area is how thick, and where it is thin.

A wall is material between two faces within 20 degrees of parallel (see `probes`); the tip of a wedge, a chamfer or a
knife is none. Measured along the inward normal of area-uniform samples: within 0.1 % on tubes and boxes.
"""

from dataclasses import dataclass

import numpy as np

from designs.mesh.probes import Probes, thickness
from designs.mesh.types import Facts, Floats, Points

LIMITS_MM = (0.4, 0.8, 1.2)
"""One, two and three lines of a 0.4 mm nozzle: the usual advice of slicers' makers for the least wall."""
TOLERANCE = 0.01
"""Thin is thinner than the limit by more than this share: no finding at exactly its limit."""
OTHER_UNITS = (25.4, 1000.0)
SMALL_MM = 5.0
SPECK = 3

thickness_at = thickness


@dataclass(frozen=True)
class Walls:
    """`spots` n x 3 thin samples with their `normals`, `thin` n mm; and the facts."""

    facts: Facts
    spots: Points
    normals: Points
    thin: Floats


def edges(longest: float) -> Floats:
    """Edges of the histogram: 10 a decade from 0.05 to 50 mm, and each limit less its tolerance.

    A part under 5 long may be in inches or metres: then the edges reach down to 0.00005, and hold these limits too.
    """
    limits = np.array(LIMITS_MM) * (1 - TOLERANCE)
    if longest >= SMALL_MM:
        return np.unique(np.concatenate([np.geomspace(0.05, 50.0, 31), limits]))
    others = [limits / unit for unit in OTHER_UNITS]
    return np.unique(np.concatenate([np.geomspace(0.00005, 50.0, 61), limits, *others]))


def measure(probes: Probes) -> Walls:
    """Facts of the walls. The first and the last bar of the histogram also hold what is thinner and thicker.

    `wall_min_mm` is the third thinnest sample (two may be chance), `wall_median_mm` by area; None without any wall.
    `wall_area_mm2` sums to the area that has a wall; what has none (edges, open meshes, buried faces) is left out.
    A thin place is of one band, under 0.4, 0.4 to 0.8, 0.8 to 1.2 mm: each is where a profile with that limit looks.
    """
    known = np.isfinite(probes.walls)
    walls, spots = probes.walls[known], probes.spots[known]
    longest = float(np.ptp(probes.spots, axis=0).max()) if len(probes.spots) else 0.0
    bars = edges(longest)
    counts = np.histogram(np.clip(walls, bars[0], bars[-1]), bars)[0]
    limits = np.array(LIMITS_MM) * (1 - TOLERANCE)
    thin = walls < limits[-1]
    places: list[Facts] = []
    for low, high in zip([0.0, *limits[:-1]], limits, strict=True):
        band = (walls >= low) & (walls < high)
        places += _places(spots[band], walls[band], probes.share, longest)
    places.sort(key=lambda place: -place["area_mm2"])
    ordered = np.sort(walls)
    facts: Facts = {
        "wall_edges_mm": bars.tolist(),
        "wall_area_mm2": (counts * probes.share).tolist(),
        "wall_min_mm": float(ordered[min(SPECK, len(ordered)) - 1]) if len(ordered) else None,
        "wall_median_mm": float(ordered[len(ordered) // 2]) if len(ordered) else None,
        "thin_area_mm2": [float((walls < limit).sum() * probes.share) for limit in limits],
        "thin_places": places[:20],
    }
    return Walls(facts, spots[thin], probes.normals[known][thin], walls[thin])


def _places(spots: Points, walls: Floats, share: float, longest: float) -> list[Facts]:
    from designs.mesh import places

    cell = max(2.0 * np.sqrt(share), longest / 100.0)
    return places.largest(spots, walls, share, key="wall_mm", cell=float(cell) or 1.0)

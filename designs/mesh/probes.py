"""Samples of a surface, each with a ray inward (how thick is it here?) and one outward (what faces it?).

The samples are equal shares of the area, drawn with a fixed seed, so that a file always has the same facts.
Material is told by counting: a ray starts inside one wall, a face met from behind leaves it, a face met from the front
enters another (shells that overlap). The inward ray ends where no material is left. A sample whose outward ray
meets a face from behind lies inside another shell: it is buried, no part of the outside, and has no wall.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designs.mesh import rays
from designs.mesh.types import Floats, Points, Surface

SAMPLES = 30_000
FEWEST = 20_000
LEAST = 30
PARALLEL_DEGREES = 20.0
"""Two faces make a wall, or a gap, when they lie within this of parallel. At a larger angle it is an edge: every knife
and every chamfer is thin at its tip. Sides of a draft, of a thread's flank (60) and of a tube of 16 sides differ so."""
MOST_SHELLS = 6
TOUCHING = 2e-4
TOUCHING_MM = 0.02
"""Faces closer than this share of the longest side, or than 0.02 mm, touch: exporters write joined parts so."""

TAPER_DEGREES = 5.0
"""Faces that converge by more than this, down to nothing, are the two sides of an edge: a wedge, a bevelled rim."""
SLENDER = 0.1
"""Of an edge only what is thinner than this share of the longest side is no wall; behind it is the body."""

_PARALLEL = float(np.cos(np.radians(PARALLEL_DEGREES)))
_TAPERS = float(np.cos(np.radians(TAPER_DEGREES)))


@dataclass(frozen=True)
class Probes:
    """`spots` n x 3 on `faces` n with unit `normals` n x 3 that point out of the material; each is `share` mm² of area.

    `walls` and `gaps` are n distances in mm, NaN where there is none: the ray left an open mesh, or met a slanted face.
    `met` is n faces on the other side of the gap, or -1.
    """

    spots: Points
    normals: Points
    faces: NDArray[np.int64]
    walls: Floats
    gaps: Floats
    met: NDArray[np.int32]
    share: float


def outward(surface: Surface) -> float:
    """1, or -1 for a surface that is wound inside out (negative volume about its first point)."""
    if not len(surface.faces):
        return 1.0
    first = surface.points[surface.faces[:, 0]] - surface.points[surface.faces[0, 0]]
    return -1.0 if float(np.einsum("ij,ij->", first, surface.cross)) < 0 else 1.0


def spread(surface: Surface, count: int) -> tuple[Points, NDArray[np.int64]]:
    """(count x 3 points, their faces): one in each of `count` equal strips of area. Empty where there is no area."""
    running = np.cumsum(surface.areas)
    if not len(running) or not running[-1] > 0:
        return np.empty((0, 3)), np.empty(0, np.int64)
    random = np.random.default_rng(20_000)
    places = (np.arange(count) + random.random(count)) / count * running[-1]
    faces = np.minimum(np.searchsorted(running, places, side="right"), len(running) - 1)
    root, along = np.sqrt(random.random((count, 1))), random.random((count, 1))
    a, b, c = (surface.points[surface.faces[faces, corner]] for corner in range(3))
    return a * (1 - root) + b * (root * (1 - along)) + c * (root * along), faces


def thickness(scene: rays.Scene, spots: Points, normals: Points) -> Floats:
    """n thicknesses in mm of the material behind `spots` (n x 3), whose `normals` (n x 3, unit) point out of it.

    NaN where the ray leaves through an open mesh, the face on the other side is not within 20 degrees of parallel, or
    both converge to an edge.
    """
    sign = outward(scene.surface)
    others = np.full(len(spots), -1)
    walls = np.full(len(spots), np.nan)
    active = np.flatnonzero(np.einsum("ij,ij->i", normals, normals) > 0.5)
    depth = np.ones(len(spots), np.int64)
    travelled = np.full(len(spots), scene.step)
    for _ in range(MOST_SHELLS):
        along = -normals[active]
        met, distance = scene.cast(spots[active] + along * travelled[active, None], along)
        hit = met >= 0
        active, along, met = active[hit], along[hit], met[hit]
        travelled[active] += distance[hit]
        slope = sign * np.einsum("ij,ij->i", scene.surface.normals[met], along)
        depth[active] += np.where(slope > 0, -1, 1)
        out = depth[active] == 0
        facing = out & (slope >= _PARALLEL)
        walls[active[facing]] = travelled[active[facing]]
        others[active[facing]] = met[facing]
        active = active[~out]
        if not len(active):
            break
        travelled[active] += scene.step
    walls[_edges(scene, spots, normals, walls, others, 1.0)] = np.nan
    return walls


def _edges(
    scene: rays.Scene, spots: Points, normals: Points, apart: Floats, others: NDArray[np.integer[Any]], side: float
) -> NDArray[np.int64]:
    """Which samples lie near the edge where both sides of the material meet: it is as thin there as they foretell.

    `apart` n mm is how far the face `others` lies behind each; with a `side` of -1 before it, and air is between them.
    """
    longest = float(np.ptp(scene.surface.points, axis=0).max()) if len(spots) else 0.0
    thin = np.flatnonzero(apart < SLENDER * longest)
    away, sign = side * normals[thin], side * outward(scene.surface)
    facing = sign * scene.surface.normals[others[thin]]
    level = np.einsum("ij,ij->i", facing, away)
    tapers = level > -_TAPERS
    thin, away, facing, level = thin[tapers], away[tapers], facing[tapers], level[tapers]
    downhill = facing - level[:, None] * away
    steep = np.linalg.norm(downhill, axis=1)
    ahead = 0.85 * apart[thin] * -level / steep
    near = spots[thin] + downhill * (ahead / steep)[:, None]
    met, distance = scene.cast(near - away * scene.step, -away)
    ends = np.einsum("ij,ij->i", scene.surface.normals[met], away) * sign < 0
    return np.asarray(thin[(met >= 0) & ends & (distance + scene.step < 0.4 * apart[thin])])


def probe(surface: Surface, scene: rays.Scene | None = None, count: int | None = None) -> Probes:
    """Sample a surface: 20,000 to 30,000 samples by its triangles, two rays each; fewer where all overlaps."""
    scene = scene or rays.Scene(surface)
    count = count or max(min(int(np.clip(len(surface.faces), FEWEST, SAMPLES)), scene.affordable), LEAST)
    spots, faces = spread(surface, count)
    sign = outward(surface)
    normals = sign * surface.normals[faces]
    met, distance = scene.cast(spots + normals * scene.step, normals)
    slope = sign * np.einsum("ij,ij->i", surface.normals[met], normals) if len(met) else np.empty(0)
    buried = (met >= 0) & (slope > 0)
    gaps = distance + scene.step
    least = min(TOUCHING_MM, TOUCHING * float(np.ptp(surface.points, axis=0).max())) if len(surface.points) else 0.0
    facing = (met >= 0) & (slope <= -_PARALLEL) & (gaps >= least)
    gaps = np.where(facing, gaps, np.nan)
    closed = _edges(scene, spots, normals, gaps, met, -1.0)
    gaps[closed], facing[closed] = np.nan, False
    walls = thickness(scene, spots, normals)
    walls[buried] = np.nan
    return Probes(
        spots=spots,
        normals=normals,
        faces=faces,
        walls=walls,
        gaps=gaps,
        met=np.where(facing, met, -1).astype(np.int32),
        share=float(surface.areas.sum()) / max(len(spots), 1),
    )

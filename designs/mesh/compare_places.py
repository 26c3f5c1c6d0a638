"""Where two versions of a part differ: unchanged faces, shells that need no boolean, places of change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designs.mesh.edge_table import Indices, bounds, compact, edge_table, face_keys, groups, summed, tetra_volumes
from designs.mesh.nearest import Nearest, centroids
from designs.mesh.types import Facts, Floats, Surface

Mask = NDArray[np.bool_]
MAX_PLACES = 20
MAX_SHELLS = 2000
MAX_MIDDLES = 200_000


def snapped(before: Surface, after: Surface, precision_mm: float) -> tuple[Surface, Mask, Mask]:
    """(`after` with its points laid on those of `before` within the precision, unchanged faces of each: masks)."""
    from scipy.spatial import cKDTree

    distance, nearest = cKDTree(before.points).query(after.points, distance_upper_bound=precision_mm)
    found = np.isfinite(distance)
    points = after.points.copy()
    points[found] = before.points[nearest[found]]
    names = np.where(found, nearest, len(before.points) + np.arange(len(after.points)))
    here, there = face_keys(before.faces.astype(np.int64)), face_keys(names[after.faces])
    return Surface(points, after.faces), np.isin(here, there, kind="sort"), np.isin(there, here, kind="sort")


@dataclass(frozen=True)
class Shells:
    """The shells of a surface: of each face its shell, and of each shell its box and sums."""

    of_face: Indices
    low: Floats
    high: Floats
    area_mm2: Floats
    volume_mm3: Floats
    centre: Floats

    @classmethod
    def of(cls, surface: Surface) -> "Shells":
        """Shells by edges that faces share; `centre` is that of the area."""
        count, of_face = groups(edge_table(surface.faces))
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        for corner in range(3):
            np.minimum.at(low, of_face, surface.points[surface.faces[:, corner]])
            np.maximum.at(high, of_face, surface.points[surface.faces[:, corner]])
        area = summed(of_face, surface.areas, count)
        volume = summed(of_face, tetra_volumes(surface), count) if count else np.zeros(0)
        weighted = centroids(surface) * surface.areas[:, None]
        centre = np.column_stack([summed(of_face, weighted[:, axis], count) for axis in range(3)])
        return cls(of_face, low, high, area, volume, centre / np.maximum(area, 1e-300)[:, None])

    def __len__(self) -> int:
        return len(self.low)


def in_play(before: Shells, after: Shells, same_before: Mask, same_after: Mask) -> tuple[Mask, Mask]:
    """Faces of each version whose shell changed, or meets the box of one that did: only these need a boolean."""
    count, many = len(before), len(before) + len(after)
    active = np.zeros(many, bool)
    active[before.of_face[~same_before]] = True
    active[count + after.of_face[~same_after]] = True
    if many > MAX_SHELLS:
        active[:] = True
    low, high = np.vstack((before.low, after.low)), np.vstack((before.high, after.high))
    waiting = list(np.flatnonzero(active))
    while waiting and not active.all():
        shell = waiting.pop()
        met = ~active & (low <= high[shell]).all(axis=1) & (high >= low[shell]).all(axis=1)
        waiting.extend(np.flatnonzero(met))
        active |= met
    return active[:count][before.of_face], active[count:][after.of_face]


def rearranged(before: Shells, after: Shells, precision_mm: float) -> bool:
    """Whether both have the same shells, each moved by itself: sizes, areas, volumes and centres agree in pairs."""
    if len(before) != len(after) or not 1 < len(before) <= MAX_SHELLS:
        return False
    from scipy.spatial import cKDTree

    def signature(shells: Shells) -> Floats:
        size = shells.high - shells.low
        scale = np.maximum(np.linalg.norm(size, axis=1), 1e-300)
        volume = shells.volume_mm3 / scale**2
        return np.column_stack((size, shells.centre - shells.low, shells.area_mm2 / scale, volume))

    here, there = signature(before), signature(after)
    tree, free = cKDTree(there), np.ones(len(there), bool)
    for row in here:
        near = [item for item in tree.query_ball_point(row, 20 * precision_mm) if free[item]]
        if not near:
            return False
        free[near[0]] = False
    return True


def solid_places(change: Surface, kind: str, near: Nearest, precision_mm: float) -> tuple[list[Facts], Surface]:
    """Places of material added or removed, largest first, and the change without films thinner than the precision."""
    if not len(change.faces):
        return [], change
    shells = Shells.of(change)
    thickness = 2.0 * np.abs(shells.volume_mm3) / np.maximum(shells.area_mm2, 1e-300)
    kept = thickness > precision_mm
    change = compact(change.points, change.faces[kept[shells.of_face]])
    if not len(change.faces):
        return [], change
    shells = Shells.of(change)
    far = _shell_distances(change, shells, near)
    order = [shell for shell in np.argsort(-shells.volume_mm3) if shells.volume_mm3[shell] > 0]
    return [_place(shells, shell, kind, far, float(shells.volume_mm3[shell])) for shell in order], change


def surface_places(changed: Surface, kind: str, near: Nearest) -> list[Facts]:
    """Places of faces far from the other version, farthest first; they enclose nothing, so have no volume."""
    if not len(changed.faces):
        return []
    shells = Shells.of(changed)
    far = _shell_distances(changed, shells, near)
    return [_place(shells, shell, kind, far, None) for shell in np.argsort(-far)]


def _shell_distances(surface: Surface, shells: Shells, near: Nearest) -> Floats:
    """Of each shell the farthest of its points, and of its faces' middles where they are not too many."""
    far = np.zeros(len(shells))
    at_points = near.distances(surface.points)
    for corner in range(3):
        np.maximum.at(far, shells.of_face, at_points[surface.faces[:, corner]])
    if len(surface.faces) <= MAX_MIDDLES:
        np.maximum.at(far, shells.of_face, near.distances(centroids(surface)))
    return far


def _place(shells: Shells, shell: Any, kind: str, far: Floats, volume: float | None) -> Facts:
    size = shells.high[shell] - shells.low[shell]
    return {
        "kind": kind,
        "at_mm": shells.centre[shell].tolist(),
        "size_mm": size.tolist(),
        "distance_mm": float(far[shell]),
        "volume_mm3": volume,
        "area_mm2": float(shells.area_mm2[shell]),
    }


def extent(surface: Surface) -> list[float]:
    """Size in mm along the axes."""
    low, high = bounds(surface)
    return [float(side) for side in high - low]

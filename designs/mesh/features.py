"""Round holes and pins, and detail finer than the nozzle.

A cylinder is a run of faces over smooth edges (under 50 degrees: eight sides or more) that all bend the same way about
one axis and close all around it; a fillet does not close, and a slot, a rounded box or a nut trap is no circle.
A hole bends inwards, a pin outwards: a wheel, too, is a pin of its diameter, and the judge looks at the thin ones.
Each step of a counterbore is a hole of its own, on the same axis.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import neighbours, probes
from designs.mesh.types import Corners, Facts, Points, Surface

MOST = 100
MOST_RINGS = 5_000
FINE_MM = 0.4 * 0.99
"""The usual nozzle, less 1 %: what is exactly as wide as the nozzle is not too fine for it."""
SMOOTH = float(np.cos(np.radians(50.0)))
CONTINUES = float(np.cos(np.radians(15.0)))
FLAT = float(np.cos(np.radians(0.2)))
BENT = float(np.cos(np.radians(0.5)))
UPRIGHT = 0.03
WORK = 60


@dataclass(frozen=True)
class Cylinder:
    """One ring of faces: `at` the middle of its axis, lengths in mm; `hole` when it bends inwards."""

    at: Points
    axis: Points
    diameter: float
    depth: float
    hole: bool


@njit(cache=True)
def _bend(points: Points, faces: Corners, normals: Points, face: int, corner: int, other: int) -> float:
    """Positive over a concave edge: how far the neighbour's far corner stands above the plane of `face`."""
    a, b = faces[face, corner], faces[face, (corner + 1) % 3]
    far = faces[other, 0]
    for c in range(1, 3):
        if far in (a, b):
            far = faces[other, c]
    rise = 0.0
    for d in range(3):
        rise += normals[face, d] * (points[far, d] - points[a, d])
    return rise


@njit(cache=True)
def _dot(a: Points, b: Points) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@njit(cache=True)
def _closes(bins: NDArray[np.bool_]) -> bool:
    """Whether no six neighbours of 36 bins in a circle are empty."""
    run = 0
    for i in range(42):
        run = 0 if bins[i % 36] else run + 1
        if run > 5:
            return False
    return True


@njit(cache=True)
def _rings(
    points: Points, faces: Corners, normals: Points, beyond: Corners, most: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(faces of the rings one after another, where each begins and the last ends)."""
    count = len(faces)
    members = np.empty(count, np.int32)
    starts = np.zeros(most + 1, np.int64)
    ring_count, used = 0, 0
    taken = np.zeros(count, np.bool_)
    stamp = np.zeros(count, np.int32)
    tried = np.zeros((count, 3), np.float32)
    grown = np.empty(count, np.int32)
    bins = np.empty(36, np.bool_)
    axis, east, north = np.empty(3), np.empty(3), np.empty(3)
    number, work = 0, 0
    for seed in range(count):
        for edge in range(3):
            start = beyond[seed, edge]
            if start < seed or taken[seed] or taken[start] or work > WORK * count or ring_count == most:
                continue
            level = _dot(normals[seed], normals[start])
            if level > BENT or level < SMOOTH:
                continue
            axis[:] = np.cross(normals[seed], normals[start])
            axis /= np.sqrt(_dot(axis, axis))
            if abs(_dot(tried[seed], axis)) > 0.998 and abs(_dot(tried[start], axis)) > 0.998:
                continue
            sense = _bend(points, faces, normals, seed, edge, start)
            east[:] = normals[seed] - axis * _dot(normals[seed], axis)
            east /= np.sqrt(_dot(east, east))
            north[:] = np.cross(axis, east)
            number += 1
            grown[0], top, looked = seed, 1, 0
            stamp[seed] = number
            bins[:] = False
            while looked < top:
                face = grown[looked]
                looked += 1
                turn = np.arctan2(_dot(normals[face], north), _dot(normals[face], east))
                bins[int((turn / (2.0 * np.pi) + 1.0) * 36.0) % 36] = True
                for c in range(3):
                    other = beyond[face, c]
                    if other < 0 or stamp[other] == number or taken[other]:
                        continue
                    if abs(_dot(normals[other], axis)) > UPRIGHT:
                        continue
                    level = _dot(normals[face], normals[other])
                    if level < SMOOTH or (level < FLAT and _bend(points, faces, normals, face, c, other) * sense <= 0):
                        continue
                    stamp[other] = number
                    grown[top] = other
                    top += 1
            work += top
            if top >= 8 and _closes(bins):
                for i in range(top):
                    taken[grown[i]] = True
                    members[used] = grown[i]
                    used += 1
                ring_count += 1
                starts[ring_count] = used
            else:
                for i in range(top):
                    tried[grown[i], :] = axis
    return members[:used], starts[: ring_count + 1]


def _fit(surface: Surface, beyond: Corners, ring: NDArray[np.int32], sign: float) -> Cylinder | None:
    """The cylinder through a ring of faces, or None when its corners lie on no circle. `sign` is that of the volume."""
    normals, areas = surface.normals[ring], surface.areas[ring]
    axis = np.linalg.eigh((normals * areas[:, None]).T @ normals)[1][:, 0]
    axis = axis * (1.0 if axis[np.argmax(np.abs(axis))] > 0 else -1.0)
    east = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    east /= np.linalg.norm(east)
    plane = np.stack([east, np.cross(axis, east)], axis=1)
    corners = surface.points[np.unique(surface.faces[ring])]
    flat, along = corners @ plane, corners @ axis
    origin = flat.mean(axis=0)
    terms = np.column_stack([2 * (flat - origin), np.ones(len(flat))])
    (x, y, _), *_ = np.linalg.lstsq(terms, ((flat - origin) ** 2).sum(axis=1), rcond=None)
    centre = origin + np.array([x, y])
    radii = np.linalg.norm(flat - centre, axis=1)
    radius = float(np.percentile(radii, 95))
    turns = np.sort(np.arctan2(*(normals @ plane).T))
    widest = float(np.diff(turns, append=turns[0] + 2 * np.pi).max())
    slack = 1.0 - np.cos(widest / 2.0) + 0.02
    if not radius > 0 or np.abs(radii - radius).max() > slack * radius or widest > np.radians(60.0):
        return None
    depth = float(np.ptp(along))
    if depth < 3.0 * radius and _goes_on(surface, beyond, ring):
        return None
    middle = surface.points[surface.faces[ring]].mean(axis=1) @ plane - centre
    inward = float((np.einsum("ij,ij->i", middle, normals @ plane) * areas).sum()) * sign < 0
    at = plane @ centre + axis * (along.min() + along.max()) / 2.0
    return Cylinder(at, axis, 2.0 * radius, depth, inward)


def _goes_on(surface: Surface, beyond: Corners, ring: NDArray[np.int32]) -> bool:
    """Whether most of the ring's border is smooth: a band of a ball or a ring, not a cylinder."""
    others = beyond[ring]
    outside = (others >= 0) & ~np.isin(others, ring)
    level = np.einsum("ij,ikj->ik", surface.normals[ring], surface.normals[others])
    return bool((level[outside] > CONTINUES).mean() > 0.5) if outside.any() else False


def cylinders(surface: Surface, beyond: Corners | None = None) -> list[Cylinder]:
    """All round holes and pins, thinnest first."""
    beyond = neighbours.across(surface.faces) if beyond is None else beyond
    members, starts = _rings(surface.points, surface.faces, surface.normals, beyond, MOST_RINGS)
    sign = probes.outward(surface)
    fits = [_fit(surface, beyond, members[a:b], sign) for a, b in pairwise(starts)]
    return sorted((fit for fit in fits if fit), key=lambda fit: fit.diameter)


def fine_detail(samples: probes.Probes, beyond: Corners) -> float:
    """mm² of the sides of ribs and grooves narrower than a nozzle of 0.4 mm; a groove is within one shell."""
    rib = samples.walls < FINE_MM
    near = samples.gaps < FINE_MM
    if near.any():
        shell = neighbours.shells(beyond)
        near &= shell[samples.faces] == shell[samples.met]
    return float((rib | near).sum() * samples.share)


def measure(surface: Surface, samples: probes.Probes, beyond: Corners | None = None) -> Facts:
    """`round_holes` and `pins` (at most 100 each, thinnest first) and `fine_detail_area_mm2`."""
    beyond = neighbours.across(surface.faces) if beyond is None else beyond
    found = cylinders(surface, beyond)
    holes = [_entry(item, "depth_mm") for item in found if item.hole]
    pins = [_entry(item, "height_mm") for item in found if not item.hole]
    return {
        "round_holes": holes[:MOST],
        "pins": pins[:MOST],
        "fine_detail_area_mm2": fine_detail(samples, beyond),
    }


def _entry(item: Cylinder, length: str) -> Facts:
    return {"at_mm": item.at.tolist(), "axis": item.axis.tolist(), "diameter_mm": item.diameter, length: item.depth}


def warm() -> None:
    """Compile and cache the kernels."""
    from designs.mesh import bvh

    neighbours.warm()
    cylinders(bvh.tetrahedron())

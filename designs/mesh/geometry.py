"""Sums over the triangles of a surface in one pass: volume, area, centre of mass, overhang, contact with the bed."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import overhang
from designs.mesh.types import Corners, Floats, Points, Surface

FLAT = 1e-9
"""A volume below this share of area ** 1.5 is rounding: the sheet has no inside."""


@dataclass(frozen=True)
class Sums:
    """Lengths in the surface's unit. Volumes are taken from its first point, as PrusaSlicer does.

    `moment` is volume times centre, from the origin; `area_moment` the same of the area. `overhang_mm2` has one area
    for each of overhang.ANGLES. `shell_volumes` and `shell_areas` are by shell.
    """

    area: float
    volume: float
    moment: Floats
    area_moment: Floats
    flat_triangles: int
    bed_mm2: float
    overhang_mm2: Floats
    shell_volumes: Floats
    shell_areas: Floats


@njit(cache=True)
def _sums(
    points: Points, faces: Corners, shell_of: NDArray[np.int32], shells: int, bed: float, sines: Floats, terms: Floats
) -> tuple[Floats, Floats, Floats]:
    """`terms` is [height that still counts as on the bed, how far down a normal on the bed must point]."""
    total = np.zeros(10)
    hanging = np.zeros(len(sines))
    by_shell = np.zeros((2, shells))
    ox, oy, oz = points[0, 0], points[0, 1], points[0, 2]
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = points[a, 0] - ox, points[a, 1] - oy, points[a, 2] - oz
        bx, by, bz = points[b, 0] - ox, points[b, 1] - oy, points[b, 2] - oz
        cx, cy, cz = points[c, 0] - ox, points[c, 1] - oy, points[c, 2] - oz
        ux, uy, uz = bx - ax, by - ay, bz - az
        wx, wy, wz = cx - ax, cy - ay, cz - az
        nx, ny, nz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        double = np.sqrt(nx * nx + ny * ny + nz * nz)
        if double == 0.0:
            total[8] += 1.0
            continue
        volume = (ax * nx + ay * ny + az * nz) / 6.0
        mx, my, mz = ax + bx + cx, ay + by + cy, az + bz + cz
        total[0] += double
        total[1] += volume
        total[2] += volume * mx
        total[3] += volume * my
        total[4] += volume * mz
        total[5] += double * mx
        total[6] += double * my
        total[7] += double * mz
        by_shell[0, shell_of[f]] += volume
        by_shell[1, shell_of[f]] += double
        if nz < 0.0:
            if nz < -terms[1] * double and max(az, bz, cz) + oz <= bed + terms[0]:
                total[9] += double
            else:
                for k in range(len(sines)):
                    if nz >= -sines[k] * double:
                        break
                    hanging[k] += double
    return total, hanging, by_shell


def sums(surface: Surface, shell_of: NDArray[np.int32], shells: int, bed: float) -> Sums:
    """Add up a surface of at least one triangle. `bed` is the height of the bed, mm."""
    low, high = bounds(surface.points)
    terms = np.array([overhang.near_bed(float((high - low).max())), overhang.BED_COSINE])
    total, hanging, by_shell = _sums(
        surface.points, surface.faces, shell_of, shells, float(bed), overhang.sines(), terms
    )
    origin = surface.points[0]
    area, volume = float(total[0] / 2.0), float(total[1])
    return Sums(
        area=area, volume=volume,
        moment=total[2:5] / 4.0 + volume * origin,
        area_moment=total[5:8] / 6.0 + area * origin,
        flat_triangles=int(total[8]), bed_mm2=float(total[9] / 2.0), overhang_mm2=hanging / 2.0,
        shell_volumes=by_shell[0], shell_areas=by_shell[1] / 2.0,
    )  # fmt: skip


def turned(surface: Surface) -> Surface:
    """The same surface with inside and outside exchanged."""
    return Surface(surface.points, np.ascontiguousarray(surface.faces[:, ::-1]))


@njit(cache=True)
def _bounds(points: Points) -> Floats:
    found = np.empty((2, 3))
    found[0] = points[0]
    found[1] = points[0]
    for i in range(len(points)):
        for axis in range(3):
            value = points[i, axis]
            found[0, axis] = min(found[0, axis], value)
            found[1, axis] = max(found[1, axis], value)
    return found


def bounds(points: Points) -> tuple[Floats, Floats]:
    """(lowest, highest) corner of n x 3 points, at least one."""
    found = _bounds(points)
    return found[0], found[1]


def centre_of_mass(volume: float, area: float, moment: Floats, area_moment: Floats, closed: bool) -> Floats:
    """Where a solid of one density balances; that of its surface where there is no inside (open or flat)."""
    if closed and has_inside(volume, area):
        return np.asarray(moment / volume)
    return np.asarray(area_moment / area) if area > 0 else np.zeros(3)


def has_inside(volume: float, area: float) -> bool:
    """Whether a signed volume is more than the rounding of a flat sheet."""
    return bool(abs(volume) > FLAT * area**1.5)


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float64)
    bounds(points)
    _sums(
        points, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), 1, 0.0, overhang.sines(), np.array([0.05, 0.99])
    )

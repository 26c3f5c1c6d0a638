"""What cannot leave the part: powder and resin in closed voids, and resin in cups.

Lines of a grid along x, y and z are cut with the surface. The winding number along z says which grid points are inside
the material, and a crossing between two grid points blocks the way between them, so a wall thinner than the grid
is tight as well. Air that has no way out is trapped. Liquid stays at a point when every way out first goes up (or
there is none): the layers are flooded from the bottom up, and what is reached too late was held back.

Resolution: `CELLS` points; the cells are cubes where the part allows, 1/126 of the length of a cube-like part. A void's
extent along each axis is within a cell, so 50 cells across its volume is within some 6 % when its sides lie along the
axes (2 % in the tests) and 1 % when it is round; narrower than one cell it may be missed. An opening narrower than a
cell may count as closed; every wider one is seen.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.probes import outward
from designs.mesh.types import Corners, Facts, Floats, Points, Surface

Grid = NDArray[np.uint8]

CELLS = 2_000_000
FEWEST, MOST = 24, 360
WORK = 150_000_000
SHIFT = np.array([0.0137, 0.0071, 0.0113])
"""The grid lies off centre by these shares of a cell, so that its lines seldom lie in a face."""
OPEN_SHARE = 0.02
"""With more lines than this that do not leave the material as often as they enter it, the mesh is too open to say."""


@dataclass(frozen=True)
class Voids:
    """mm³ enclosed on all sides; mm³ that cups hold as the part stands, and upside down; the cell's sides in mm."""

    enclosed: float
    cups: float
    cups_turned: float
    cell: Floats


@njit(cache=True)
def _left(points: Points, a: int, b: int, u: int, v: int, pu: float, pv: float) -> bool:
    """Whether a grid line is left of edge a-b, or on it: the two faces of an edge always get opposite answers."""
    turned = a > b
    if turned:
        a, b = b, a
    side = (points[b, u] - points[a, u]) * (pv - points[a, v]) - (points[b, v] - points[a, v]) * (pu - points[a, u])
    return bool((side >= 0.0) != turned)


@njit(cache=True)
def _cut(
    points: Points, faces: Corners, origin: Points, cell: Points, axis: int, blocked: Grid, winding: NDArray[np.int32]
) -> None:
    """Mark in `blocked` (bit `axis`) the grid links that the surface crosses; along z also count the `winding`."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    at = np.empty(3, np.int64)
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        low_u = int(np.ceil((min(points[a, u], points[b, u], points[c, u]) - origin[u]) / cell[u]))
        high_u = int(np.floor((max(points[a, u], points[b, u], points[c, u]) - origin[u]) / cell[u]))
        low_v = int(np.ceil((min(points[a, v], points[b, v], points[c, v]) - origin[v]) / cell[v]))
        high_v = int(np.floor((max(points[a, v], points[b, v], points[c, v]) - origin[v]) / cell[v]))
        if low_u > high_u or low_v > high_v:
            continue
        ux, uy, uz = points[b, u] - points[a, u], points[b, v] - points[a, v], points[b, axis] - points[a, axis]
        vx, vy, vz = points[c, u] - points[a, u], points[c, v] - points[a, v], points[c, axis] - points[a, axis]
        area = ux * vy - uy * vx
        if area == 0.0:
            continue
        slope_u, slope_v = (uz * vy - vz * uy) / area, (vz * ux - uz * vx) / area
        for i in range(low_u, high_u + 1):
            pu = origin[u] + i * cell[u]
            for j in range(low_v, high_v + 1):
                pv = origin[v] + j * cell[v]
                side = _left(points, a, b, u, v, pu, pv)
                if _left(points, b, c, u, v, pu, pv) != side or _left(points, c, a, u, v, pu, pv) != side:
                    continue
                height = points[a, axis] + slope_u * (pu - points[a, u]) + slope_v * (pv - points[a, v])
                at[u], at[v] = i, j
                at[axis] = min(max(int(np.floor((height - origin[axis]) / cell[axis])), 0), blocked.shape[axis] - 2)
                blocked[at[0], at[1], at[2]] |= np.uint8(1 << axis)
                if axis == 2:
                    winding[i, j, at[2] + 1] += -1 if side else 1


@njit(cache=True)
def _fill(winding: NDArray[np.int32], sign: int, blocked: Grid) -> tuple[int, int]:
    """Set bit 3 of `blocked` at points in the material; (lines that meet the part, lines that do not close)."""
    met, open_lines = 0, 0
    for i in range(winding.shape[0]):
        for j in range(winding.shape[1]):
            total, touched = 0, False
            for k in range(winding.shape[2]):
                touched |= blocked[i, j, k] & 4 != 0
                total += winding[i, j, k]
            met += touched
            open_lines += total != 0
            if total != 0 or not touched:
                continue
            for k in range(winding.shape[2]):
                total += winding[i, j, k]
                if total * sign > 0:
                    blocked[i, j, k] |= np.uint8(8)
    return met, open_lines


@njit(cache=True)
def _flood(blocked: Grid, upside_down: bool) -> tuple[int, int]:
    """(points of air never reached from outside, points held back by a higher rim). The border layer is outside."""
    nx, ny, nz = blocked.shape
    reached = np.zeros((nx, ny, nz), np.bool_)
    stack = np.empty((nx * ny * nz, 3), np.int16)
    air, on_time, late = 0, 0, 0
    for layer in range(nz):
        z = nz - 1 - layer if upside_down else layer
        below = z + 1 if upside_down else z - 1
        top = 0
        for x in range(nx):
            for y in range(ny):
                if blocked[x, y, z] & 8:
                    continue
                air += 1
                if layer > 0 and (not reached[x, y, below] or blocked[x, y, min(z, below)] & 4):
                    continue
                reached[x, y, z] = True
                on_time += 1
                stack[top, 0], stack[top, 1], stack[top, 2] = x, y, z
                top += 1
        while top:
            top -= 1
            a, b, h = np.int64(stack[top, 0]), np.int64(stack[top, 1]), np.int64(stack[top, 2])
            for way in range(6):
                axis, step = way // 2, 2 * (way % 2) - 1
                i, j, k = a + step * (axis == 0), b + step * (axis == 1), h + step * (axis == 2)
                if i < 0 or j < 0 or k < 0 or i >= nx or j >= ny or k >= nz:
                    continue
                if (k < z if upside_down else k > z) or reached[i, j, k] or blocked[i, j, k] & 8:
                    continue
                if blocked[min(i, a), min(j, b), min(k, h)] & (1 << axis):
                    continue
                reached[i, j, k] = True
                if k == z:
                    on_time += 1
                else:
                    late += 1
                stack[top, 0], stack[top, 1], stack[top, 2] = i, j, k
                top += 1
    return air - on_time - late, late


def _cells(surface: Surface) -> tuple[Points, Floats, NDArray[np.int64]] | None:
    """Origin, sides of a cell and number of points of the grid, a cell wider than the part on every side.

    None where even the coarsest grid is too much work: hundreds of thousands of faces as large as the part.
    """
    low, high = surface.points.min(axis=0), surface.points.max(axis=0)
    extent = np.maximum(high - low, 1e-9 * (float((high - low).max()) or 1.0))
    corners = surface.points[surface.faces]
    spans = corners.max(axis=1) - corners.min(axis=1)
    wanted, most = CELLS, MOST
    while most >= FEWEST:
        side = float(np.prod(extent / wanted ** (1 / 3))) ** (1 / 3)
        counts = np.clip(np.ceil(extent / side), FEWEST, most).astype(np.int64)
        cell = extent / counts
        touched = spans / cell + 1.0
        work = sum(float((touched[:, a] * touched[:, b]).sum()) for a, b in ((0, 1), (1, 2), (2, 0)))
        if work <= WORK:
            return low + cell * (SHIFT - 0.5), cell, counts + 2
        wanted, most = wanted // 4, most * 5 // 8
    return None


def find(surface: Surface) -> Voids | None:
    """The voids of a part that stands as it is (Z up); None where the mesh is too open, or too crowded, to tell."""
    if not len(surface.faces):
        return None
    grid = _cells(surface)
    if grid is None:
        return None
    origin, cell, counts = grid
    blocked = np.zeros(tuple(counts), np.uint8)
    winding = np.zeros(tuple(counts), np.int32)
    for axis in range(3):
        _cut(surface.points, surface.faces, origin, cell, axis, blocked, winding)
    met, open_lines = _fill(winding, int(outward(surface)), blocked)
    if not met or open_lines > OPEN_SHARE * met:
        return None
    enclosed, late = _flood(blocked, False)
    turned = _flood(blocked, True)[1]
    each = float(np.prod(cell))
    return Voids(enclosed * each, late * each, turned * each, cell)


def measure(surface: Surface) -> Facts:
    """`trapped_volume_mm3` of closed voids; `cup_volume_mm3` held as it stands, `cup_volume_turned_mm3` upside down.

    All are None where the mesh is too open or too crowded to tell.
    """
    found = find(surface)
    return {
        "trapped_volume_mm3": found.enclosed if found else None,
        "cup_volume_mm3": found.cups if found else None,
        "cup_volume_turned_mm3": found.cups_turned if found else None,
    }


def warm() -> None:
    """Compile and cache the kernels."""
    from designs.mesh import bvh

    find(bvh.tetrahedron())

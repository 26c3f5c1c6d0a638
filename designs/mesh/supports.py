"""How much support a part needs: the space under steep overhangs, column by column, down to the part or the bed."""

import math

import numpy as np
from numba import njit

from designs.mesh import convex
from designs.mesh.overhang import near_bed
from designs.mesh.types import Corners, Floats, Points, Surface

COLUMNS = 160
LIMIT_DEGREES = 45.0
CROWDED = 48
MOST_HITS = 1_500_000


@njit(cache=True)
def _turned(points: Points, matrix: Floats) -> Points:
    """points @ matrix.T, without BLAS: its threads cost more than they save when several children measure."""
    found = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i]
        for k in range(3):
            found[i, k] = matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2] * z
    return found


@njit(cache=True)
def _shadow(points: Points, faces: Corners) -> float:
    """mm² of all triangles as seen from above, overlaps counted each time."""
    total = 0.0
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
        vx, vy = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1]
        total += abs(ux * vy - uy * vx) / 2.0
    return total


@njit(cache=True)
def _edge(points: Points, p: int, q: int, y: float) -> tuple[float, float]:
    """(x, z) where an edge meets the row y, the same from whichever side it is asked."""
    if points[p, 1] > points[q, 1] or (points[p, 1] == points[q, 1] and p > q):
        p, q = q, p
    share = (y - points[p, 1]) / (points[q, 1] - points[p, 1])
    x = points[p, 0] + share * (points[q, 0] - points[p, 0])
    return x, points[p, 2] + share * (points[q, 2] - points[p, 2])


@njit(cache=True)
def _walk(
    points: Points, faces: Corners, low: Floats, cell: float, across: int, deep: int, fill: bool, steep: float,
    start: np.ndarray, height: Floats, kind: np.ndarray,
) -> None:  # fmt: skip
    """Meet each triangle with the vertical line in the middle of each column: count them, or note height and kind.

    Rows and columns are half open, so that a line through a shared edge meets exactly one of its triangles. Kinds: 1
    faces up, -1 down, -2 down and too steep to hang free.
    """
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        if nz == 0.0:
            continue
        what = 1 if nz > 0 else (-2 if -nz > steep * math.sqrt(nx * nx + ny * ny + nz * nz) else -1)
        bottom = min(points[a, 1], points[b, 1], points[c, 1])
        top = max(points[a, 1], points[b, 1], points[c, 1])
        first = max(math.ceil((bottom - low[1]) / cell - 0.5), 0)
        last = min(math.ceil((top - low[1]) / cell - 0.5) - 1, deep - 1)
        for row in range(first, last + 1):
            y = low[1] + (row + 0.5) * cell
            left, right, zl, zr = np.inf, -np.inf, 0.0, 0.0
            for k in range(3):
                p, q = faces[f, k], faces[f, (k + 1) % 3]
                if (points[p, 1] <= y) == (points[q, 1] <= y):
                    continue
                x, z = _edge(points, p, q, y)
                if x < left:
                    left, zl = x, z
                if x > right:
                    right, zr = x, z
            one = max(math.ceil((left - low[0]) / cell - 0.5), 0) if left < np.inf else 0
            end = min(math.ceil((right - low[0]) / cell - 0.5) - 1, across - 1) if right > left else -1
            for column in range(one, end + 1):
                place = row * across + column
                if fill:
                    x = low[0] + (column + 0.5) * cell
                    at = start[place]
                    height[at] = zl + (zr - zl) * (x - left) / (right - left)
                    kind[at] = what
                start[place] += 1


@njit(cache=True)
def _gaps(start: np.ndarray, end: np.ndarray, height: Floats, kind: np.ndarray, floor: float, bed: float) -> float:
    """Sum over columns of the empty lengths under steep faces; inside another shell nothing needs support."""
    total = 0.0
    for place in range(len(start)):
        first, last = start[place], end[place]
        if last - first > CROWDED:
            order = np.argsort(-kind[first:last], kind="mergesort")
            order = order[np.argsort(height[first:last][order], kind="mergesort")]
            height[first:last] = height[first:last][order]
            kind[first:last] = kind[first:last][order]
        for i in range(first + 1, last):
            z, what = height[i], kind[i]
            j = i - 1
            while j >= first and (height[j] > z or (height[j] == z and kind[j] < what)):
                height[j + 1], kind[j + 1] = height[j], kind[j]
                j -= 1
            height[j + 1], kind[j + 1] = z, what
        inside, below = 0, floor
        for i in range(first, last):
            if kind[i] > 0:
                inside -= 1
                below = height[i]
            else:
                gap = height[i] - below
                if kind[i] == -2 and inside <= 0 and gap > bed:
                    total += gap
                inside += 1
    return total


def volume(surface: Surface, matrix: Floats, columns: int = COLUMNS, degrees: float = LIMIT_DEGREES) -> float:
    """mm³ of space under faces that lean more than `degrees` from the vertical, down to the part below or the bed.

    `matrix` (3 x 3, rows) turns the part; it then stands on its lowest point. The plan is cut into square columns, at
    most `columns` a side: an edge of a supported area is placed within half a column, so the error is under
    (outline of the area) x (its height) x (longest side of the plan) / (2 x columns). Columns grow where a part has so
    many layers of surface that they would be met more than 1.5 million times.
    """
    if not len(surface.faces):
        return 0.0
    points = _turned(surface.points, np.ascontiguousarray(matrix, np.float64))
    reach = convex.spans(points, np.eye(3))
    low, high = reach[:, 0].copy(), reach[:, 1].copy()
    widest = float((high - low)[:2].max())
    if not widest > 0:
        return 0.0
    cell = max(widest / columns, math.sqrt(_shadow(points, surface.faces) / MOST_HITS))
    across = max(math.ceil((high[0] - low[0]) / cell), 1)
    deep = max(math.ceil((high[1] - low[1]) / cell), 1)
    steep = math.sin(math.radians(degrees)) + 1e-6
    none, kinds = np.empty(0), np.empty(0, np.int8)
    counts = np.zeros(across * deep, np.int64)
    _walk(points, surface.faces, low, cell, across, deep, False, steep, counts, none, kinds)
    end = np.cumsum(counts)
    start = end - counts
    height, kind = np.empty(int(end[-1])), np.empty(int(end[-1]), np.int8)
    _walk(points, surface.faces, low, cell, across, deep, True, steep, start.copy(), height, kind)
    near = near_bed(float((high - low).max()))
    return float(_gaps(start, end, height, kind, float(low[2]), near)) * cell * cell


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    volume(Surface(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)), np.eye(3))

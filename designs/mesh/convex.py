"""The convex hull of points, in numba.

Qhull would need scipy.spatial, whose import alone (0.4 s) costs more than the quick measurement may. The hull here is
incremental, over the points that lie farthest out in each of some 1,500 directions.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Points

GRID = 16
KEPT = 6 * GRID * GRID
FLAT = 1e-7

Indices = NDArray[np.int64]


@njit(cache=True)
def _farthest(points: Points, low: Floats, high: Floats) -> Indices:
    """The farthest point in each cell of a cube map around the middle of the box, and the six extremes."""
    best = np.full(KEPT, -1.0)
    kept = np.full(KEPT + 6, -1, np.int64)
    middle = (low + high) / 2.0
    scale = np.empty(3)
    for axis in range(3):
        half = (high[axis] - low[axis]) / 2.0
        scale[axis] = 1.0 / half if half > 0 else 0.0
    v = np.empty(3)
    for i in range(len(points)):
        side, largest, far = 0, 0.0, 0.0
        for axis in range(3):
            v[axis] = (points[i, axis] - middle[axis]) * scale[axis]
            if abs(v[axis]) > largest:
                side, largest = axis, abs(v[axis])
            far += v[axis] * v[axis]
            if points[i, axis] == low[axis]:
                kept[KEPT + 2 * axis] = i
            elif points[i, axis] == high[axis]:
                kept[KEPT + 2 * axis + 1] = i
        if largest == 0.0:
            continue
        a = min(int((v[(side + 1) % 3] / largest + 1.0) * (GRID / 2)), GRID - 1)
        b = min(int((v[(side + 2) % 3] / largest + 1.0) * (GRID / 2)), GRID - 1)
        cell = ((2 * side + (1 if v[side] > 0 else 0)) * GRID + a) * GRID + b
        if far > best[cell]:
            best[cell] = far
            kept[cell] = i
    return kept


@njit(cache=True)
def _tetrahedron(points: Points, tolerance: float) -> Indices:
    """Four points that span a volume; fewer than four non-negative entries when the points span less."""
    found = np.full(4, -1, np.int64)
    found[0] = 0
    far = tolerance
    for i in range(len(points)):
        d = math.sqrt(((points[i] - points[0]) ** 2).sum())
        if d > far:
            far, found[1] = d, i
    if found[1] < 0:
        return found
    line = (points[found[1]] - points[0]) / far
    far = tolerance
    for i in range(len(points)):
        v = points[i] - points[0]
        d = math.sqrt(((v - (v * line).sum() * line) ** 2).sum())
        if d > far:
            far, found[2] = d, i
    if found[2] < 0:
        return found
    normal = np.cross(line, points[found[2]] - points[0])
    normal /= math.sqrt((normal**2).sum())
    far = tolerance
    for i in range(len(points)):
        d = abs(((points[i] - points[0]) * normal).sum())
        if d > far:
            far, found[3] = d, i
    return found


@njit(cache=True)
def _hull(points: Points, seed: Indices, tolerance: float) -> Corners:
    """Triangles of the hull of at most some thousands of points, counter-clockwise from outside."""
    count = len(points)
    capacity = 8 * count + 64
    faces = np.empty((capacity, 3), np.int32)
    planes = np.empty((capacity, 4))
    seen = np.zeros((count, count), np.int16)
    rim = np.empty((3 * capacity, 2), np.int32)
    inside = np.zeros(3)
    for k in range(4):
        inside += points[seed[k]] / 4.0
    used, edges = 0, 0
    for step in range(-1, count):
        if step < 0:
            apex = seed[0]
            edges = 3
            for k in range(3):
                rim[k, 0], rim[k, 1] = seed[1 + k], seed[1 + (k + 1) % 3]
            faces[0, 0], faces[0, 1], faces[0, 2] = seed[1], seed[2], seed[3]
            used = 1
        else:
            apex = step
            edges = 0
            x, y, z = points[apex]
            mark = np.int16(step + 1)
            kept = used
            f = 0
            while f < kept:
                if planes[f, 0] * x + planes[f, 1] * y + planes[f, 2] * z > planes[f, 3] + tolerance:
                    for k in range(3):
                        a, b = faces[f, k], faces[f, (k + 1) % 3]
                        seen[a, b] = mark
                        rim[edges, 0], rim[edges, 1] = a, b
                        edges += 1
                    kept -= 1
                    faces[f] = faces[kept]
                    planes[f] = planes[kept]
                else:
                    f += 1
            if edges == 0:
                continue
            used = kept
            outline = 0
            for e in range(edges):
                if seen[rim[e, 1], rim[e, 0]] != mark:
                    rim[outline] = rim[e]
                    outline += 1
            edges = outline
        first = 0 if step < 0 else used
        if used + edges > capacity:
            break
        for e in range(edges):
            faces[used, 0], faces[used, 1], faces[used, 2] = rim[e, 0], rim[e, 1], apex
            used += 1
        for f in range(first, used):
            origin = points[faces[f, 0]]
            normal = np.cross(points[faces[f, 1]] - origin, points[faces[f, 2]] - origin)
            length = math.sqrt((normal**2).sum())
            if length > 0:
                normal /= length
            if ((inside - origin) * normal).sum() > 0:
                normal = -normal
                faces[f, 1], faces[f, 2] = faces[f, 2], faces[f, 1]
            planes[f, :3] = normal
            planes[f, 3] = (origin * normal).sum()
    return faces[:used].copy()


@njit(cache=True)
def outline(flat: Floats) -> Floats:
    """Corners of the convex hull of n x 2 points sorted by (x, y), counter-clockwise, none repeated."""
    count = len(flat)
    ring = np.empty((2 * count + 2, 2))
    used = 0
    for turn in range(2):
        floor = max(used, 1)
        for step in range(count):
            p = flat[step] if turn == 0 else flat[count - 1 - step]
            while used > floor and (ring[used - 1, 0] - ring[used - 2, 0]) * (p[1] - ring[used - 2, 1]) <= (
                ring[used - 1, 1] - ring[used - 2, 1]
            ) * (p[0] - ring[used - 2, 0]):
                used -= 1
            if used == 0 or ring[used - 1, 0] != p[0] or ring[used - 1, 1] != p[1]:
                ring[used] = p
                used += 1
    if used > 1 and ring[used - 1, 0] == ring[0, 0] and ring[used - 1, 1] == ring[0, 1]:
        used -= 1
    return ring[:used].copy()


@njit(cache=True)
def spans(points: Points, axes: Floats) -> Floats:
    """k x 2: the lowest and highest reach of n x 3 points along each of k axes (rows)."""
    found = np.empty((len(axes), 2))
    found[:, 0], found[:, 1] = np.inf, -np.inf
    for i in range(len(points)):
        for k in range(len(axes)):
            d = points[i, 0] * axes[k, 0] + points[i, 1] * axes[k, 1] + points[i, 2] * axes[k, 2]
            found[k, 0] = min(found[k, 0], d)
            found[k, 1] = max(found[k, 1], d)
    return found


def extremes(points: Points) -> Points:
    """The points among which the hull is sought: all up to 1,542, else the farthest out in as many directions."""
    if len(points) <= KEPT + 6:
        return np.ascontiguousarray(points)
    box = spans(points, np.eye(3))
    kept = _farthest(points, box[:, 0].copy(), box[:, 1].copy())
    return np.ascontiguousarray(points[np.unique(kept[kept >= 0])])


def hull(points: Points) -> tuple[Points, Corners]:
    """Corners and triangles (outward) of the convex hull; no triangles when the points span no volume.

    Exact up to 1,542 points (within 1e-7 of the size); beyond, the hull of the points farthest out in as many
    directions. On the 44 larger meshes of the shared data that lies inside the true one by 2 % of the size at most.
    """
    kept = extremes(points)
    if not len(kept):
        return kept, np.empty((0, 3), np.int32)
    order = np.random.default_rng(0).permutation(len(kept))
    shuffled = np.ascontiguousarray(kept[order])
    tolerance = FLAT * max(float(np.ptp(kept, axis=0).max()), 1e-300)
    seed = _tetrahedron(shuffled, tolerance)
    if seed.min() < 0:
        return kept, np.empty((0, 3), np.int32)
    faces = _hull(shuffled, seed, tolerance)
    corners, index = np.unique(faces, return_inverse=True)
    return shuffled[corners], index.reshape(-1, 3).astype(np.int32)


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    hull(np.vstack([corners] * KEPT))
    outline(np.ascontiguousarray(corners[:, :2]))

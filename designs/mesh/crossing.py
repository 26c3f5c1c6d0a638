"""Faces that pass through one another: a tree of boxes, then triangle against triangle.

Faces that share an edge are not compared; of faces that share one point, only the edge opposite that point is tested.
Faces that lie in one plane and overlap, or that only touch, do not cross: an edge of one has to pass through the
inside of the other by more than `TOUCH` of the size (rounding of float32 files moves points by less).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import bvh
from designs.mesh.types import Facts, Floats, Surface

Pairs = NDArray[np.int32]

MAX_PAIRS = 100_000
STEPS = 100_000_000
STEPS_A_FACE = 200
"""Steps of some 8 ns before a hostile mesh is given up; real parts take 50 to 150 a face."""
TEST_STEPS = 12
TOUCH = 1e-9


@njit(cache=True)
def _side(t: Floats, x: float, y: float, z: float) -> float:
    """Six times the volume of triangle `t` and a point: its sign says on which side the point lies."""
    ux, uy, uz = t[3] - t[0], t[4] - t[1], t[5] - t[2]
    vx, vy, vz = t[6] - t[0], t[7] - t[1], t[8] - t[2]
    return float((uy * vz - uz * vy) * (x - t[0]) + (uz * vx - ux * vz) * (y - t[1]) + (ux * vy - uy * vx) * (z - t[2]))


@njit(cache=True)
def _turn(p: Floats, a: int, b: int, t: Floats, c: int, d: int) -> float:
    """Sign of the volume of edge a-b of `p` and edge c-d of `t`."""
    a, b, c, d = 3 * a, 3 * b, 3 * c, 3 * d
    ux, uy, uz = p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]
    vx, vy, vz = t[c] - p[a], t[c + 1] - p[a + 1], t[c + 2] - p[a + 2]
    wx, wy, wz = t[d] - p[a], t[d + 1] - p[a + 1], t[d + 2] - p[a + 2]
    return float((uy * vz - uz * vy) * wx + (uz * vx - ux * vz) * wy + (ux * vy - uy * vx) * wz)


@njit(cache=True)
def _pierces(p: Floats, a: int, b: int, t: Floats) -> bool:
    """Whether the line through points a and b of `p`, known to lie on both sides of `t`, passes inside `t`."""
    first = _turn(p, a, b, t, 0, 1)
    if first * _turn(p, a, b, t, 1, 2) <= 0.0:
        return False
    return first * _turn(p, a, b, t, 2, 0) > 0.0


@njit(cache=True)
def _double_area(t: Floats) -> float:
    ux, uy, uz = t[3] - t[0], t[4] - t[1], t[5] - t[2]
    vx, vy, vz = t[6] - t[0], t[7] - t[1], t[8] - t[2]
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    return float(np.sqrt(x * x + y * y + z * z))


@njit(cache=True)
def _edges_through(p: Floats, t: Floats, shared: int) -> bool:
    """Whether an edge of `p` (only the one opposite corner `shared`, if that is not negative) passes through `t`."""
    area = _double_area(t)
    if area == 0.0:
        return False
    least = TOUCH * area
    s0, s1, s2 = _side(t, p[0], p[1], p[2]), _side(t, p[3], p[4], p[5]), _side(t, p[6], p[7], p[8])
    if max(s0, s1, s2) <= least or min(s0, s1, s2) >= -least:
        return False
    if (shared < 0 or shared == 2) and min(s0, s1) < -least and max(s0, s1) > least and _pierces(p, 0, 1, t):
        return True
    if (shared < 0 or shared == 0) and min(s1, s2) < -least and max(s1, s2) > least and _pierces(p, 1, 2, t):
        return True
    return (shared < 0 or shared == 1) and min(s2, s0) < -least and max(s2, s0) > least and _pierces(p, 2, 0, t)


@njit(cache=True)
def _cross(corners: Floats, faces: Pairs, i: int, j: int) -> bool:
    common, mine, other = 0, -1, -1
    for u in range(3):
        for w in range(3):
            if faces[i, u] == faces[j, w]:
                common += 1
                mine, other = u, w
    if common > 1:
        return False
    if common == 0:
        mine, other = -1, -1
    return _edges_through(corners[i], corners[j], mine) or _edges_through(corners[j], corners[i], other)


@njit(cache=True)
def _apart(a: Floats, b: Floats) -> bool:
    """Whether two boxes (low, then high) have no point in common."""
    return bool(a[0] > b[3] or a[3] < b[0] or a[1] > b[4] or a[4] < b[1] or a[2] > b[5] or a[5] < b[2])


@njit(cache=True)
def _bounds(corners: Floats) -> Floats:
    boxes = np.empty((len(corners), 6), np.float64)
    for i in range(len(corners)):
        for d in range(3):
            boxes[i, d] = min(corners[i, d], corners[i, d + 3], corners[i, d + 6])
            boxes[i, d + 3] = max(corners[i, d], corners[i, d + 3], corners[i, d + 6])
    return boxes


@njit(cache=True)
def _pairs(corners: Floats, faces: Pairs, boxes: Floats, leaves: int, most: int, steps: int) -> tuple[Pairs, bool]:
    """Pairs i < j (places in the order) that cross, and whether the walk was cut short.

    Each leaf meets itself and the leaves right of it: the walk starts at the right-hand brothers of its ancestors.
    """
    count = len(corners)
    bounds = _bounds(corners)
    found = np.empty((most, 2), np.int32)
    used, walked = 0, 0
    stack = np.empty(128, np.int64)
    for leaf in range(leaves, leaves + (count + bvh.LEAF - 1) // bvh.LEAF):
        stack[0], top = leaf, 1
        node = leaf
        while node > 1:
            if node % 2 == 0:
                stack[top] = node + 1
                top += 1
            node //= 2
        first = (leaf - leaves) * bvh.LEAF
        while top:
            top -= 1
            node = stack[top]
            walked += 1
            if _apart(boxes[node], boxes[leaf]):
                continue
            if node < leaves:
                stack[top], stack[top + 1] = 2 * node, 2 * node + 1
                top += 2
                continue
            begin = (node - leaves) * bvh.LEAF
            for i in range(first, min(first + bvh.LEAF, count)):
                if _apart(bounds[i], boxes[node]):
                    continue
                for j in range(max(begin, i + 1), min(begin + bvh.LEAF, count)):
                    if _apart(bounds[i], bounds[j]):
                        continue
                    walked += TEST_STEPS
                    if _cross(corners, faces, i, j):
                        if used == most:
                            return found, True
                        found[used, 0], found[used, 1] = i, j
                        used += 1
        if walked > steps:
            return found[:used], True
    return found[:used], False


def find(surface: Surface, tree: bvh.Tree | None = None) -> tuple[Pairs, bool]:
    """(k x 2 int32 face numbers that cross, whether the search stopped early).

    It stops at 100,000 pairs, or when everything lies upon everything. Some 1-2 s a million triangles.
    """
    tree = tree or bvh.build(surface)
    steps = STEPS + STEPS_A_FACE * len(tree.order)
    pairs, truncated = _pairs(tree.corners, tree.faces, tree.boxes, tree.leaves, MAX_PAIRS, steps)
    return np.sort(tree.order[pairs].astype(np.int32), axis=1), bool(truncated)


def facts(pairs: Pairs, truncated: bool) -> Facts:
    """Numbers of what `find` gave: `crossing_faces` counts each face once."""
    return {
        "crossing_faces": len(np.unique(pairs)),
        "crossing_pairs": len(pairs),
        "crossing_truncated": truncated,
    }


def warm() -> None:
    """Compile and cache the kernels."""
    bvh.warm()
    find(bvh.tetrahedron())

"""A tree of boxes over triangles in Morton order: what the ray caster and the crossing test walk.

The tree is implicit and complete: node 1 is the root, node k has the children 2k and 2k + 1, and leaf
number l holds the triangles `LEAF * l ... LEAF * l + LEAF - 1` of the order. Building costs 0.1 s a million triangles.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Points, Surface

LEAF = 4


@dataclass(frozen=True)
class Tree:
    """`order` is n face numbers in Morton order; `corners` n x 9 and `faces` n x 3 follow it.

    `boxes` is 2 x leaves by 6 (low, then high); `leaves` is a power of two. Coordinates are centred and scaled:
    `(point - centre) / scale` lies within -1 and 1.
    """

    order: NDArray[np.int64]
    faces: Corners
    corners: Floats
    boxes: Floats
    leaves: int
    centre: Points
    scale: float


@njit(cache=True)
def _spread(value: np.uint64) -> np.uint64:
    value = (value | (value << np.uint64(16))) & np.uint64(0x030000FF)
    value = (value | (value << np.uint64(8))) & np.uint64(0x0300F00F)
    value = (value | (value << np.uint64(4))) & np.uint64(0x030C30C3)
    return (value | (value << np.uint64(2))) & np.uint64(0x09249249)


@njit(cache=True)
def _morton(points: Points, faces: Corners, centre: Points, scale: float) -> NDArray[np.uint64]:
    """Key of each face: 30 bits of Morton code above 32 bits of face number, so that one sort gives the order."""
    keys = np.empty(len(faces), np.uint64)
    for f in range(len(faces)):
        code = np.uint64(0)
        for d in range(3):
            middle = (points[faces[f, 0], d] + points[faces[f, 1], d] + points[faces[f, 2], d]) / 3.0
            place = ((middle - centre[d]) / scale + 1.0) * 512.0
            code |= _spread(np.uint64(min(max(place, 0.0), 1023.0))) << np.uint64(d)
        keys[f] = (code << np.uint64(32)) | np.uint64(f)
    return keys


@njit(cache=True)
def _gather(
    points: Points, faces: Corners, order: NDArray[np.int64], centre: Points, scale: float
) -> tuple[Corners, Floats]:
    ordered = np.empty((len(order), 3), np.int32)
    corners = np.empty((len(order), 9), np.float64)
    for i in range(len(order)):
        for c in range(3):
            point = faces[order[i], c]
            ordered[i, c] = point
            for d in range(3):
                corners[i, 3 * c + d] = (points[point, d] - centre[d]) / scale
    return ordered, corners


@njit(cache=True)
def _boxes(corners: Floats, leaves: int) -> Floats:
    boxes = np.empty((2 * leaves, 6), np.float64)
    boxes[:, :3] = np.inf
    boxes[:, 3:] = -np.inf
    for i in range(len(corners)):
        leaf = leaves + i // LEAF
        for c in range(9):
            d = c % 3
            boxes[leaf, d] = min(boxes[leaf, d], corners[i, c])
            boxes[leaf, d + 3] = max(boxes[leaf, d + 3], corners[i, c])
    for node in range(leaves - 1, 0, -1):
        for d in range(3):
            boxes[node, d] = min(boxes[2 * node, d], boxes[2 * node + 1, d])
            boxes[node, d + 3] = max(boxes[2 * node, d + 3], boxes[2 * node + 1, d + 3])
    return boxes


def frame(surface: Surface) -> tuple[Points, float]:
    """Centre of the bounding box, and half of its longest side (1 where that is 0), of the points in use."""
    if not len(surface.points):
        return np.zeros(3), 1.0
    low, high = surface.points.min(axis=0), surface.points.max(axis=0)
    return (low + high) / 2.0, float((high - low).max()) / 2.0 or 1.0


def build(surface: Surface) -> Tree:
    """The tree over all faces of a surface; a surface without faces has a tree that nothing hits."""
    centre, scale = frame(surface)
    keys = _morton(surface.points, surface.faces, centre, scale)
    keys.sort()
    order = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    faces, corners = _gather(surface.points, surface.faces, order, centre, scale)
    leaves = 1
    while leaves * LEAF < len(order):
        leaves *= 2
    return Tree(order, faces, corners, _boxes(corners, leaves), leaves, centre, scale)


def tetrahedron() -> Surface:
    """The smallest solid: what the kernels are warmed with."""
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], np.float64)
    return Surface(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32))


def warm() -> None:
    """Compile and cache the kernels."""
    build(tetrahedron())

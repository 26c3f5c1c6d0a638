"""Which face lies beyond each edge of a face, and which shell a face is of. Some 0.15 s a million triangles."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners

Neighbours = NDArray[np.int32]


@njit(cache=True)
def _key(faces: Corners, half: int) -> np.int64:
    a, b = np.int64(faces[half // 3, half % 3]), np.int64(faces[half // 3, (half + 1) % 3])
    return (min(a, b) << 32) | max(a, b)


@njit(cache=True)
def across(faces: Corners) -> Neighbours:
    """m x 3 face numbers: the neighbour over the edge from corner c to c + 1.

    -1 at a border, -2 at an edge of more than two faces. `faces` is m x 3 int32 without repeated corners.
    """
    count = len(faces)
    capacity = 16
    while capacity < 3 * count:
        capacity *= 2
    mask = np.uint64(capacity - 1)
    first = np.full(capacity, -1, np.int32)
    beyond = np.full((count, 3), -1, np.int32)
    for half in range(3 * count):
        key = _key(faces, half)
        h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
        slot = (h ^ (h >> np.uint64(32))) & mask
        while first[slot] >= 0 and _key(faces, first[slot]) != key:
            slot = (slot + np.uint64(1)) & mask
        known = first[slot]
        if known < 0:
            first[slot] = half
            continue
        other = beyond[known // 3, known % 3]
        if other == -1:
            beyond[known // 3, known % 3] = half // 3
            beyond[half // 3, half % 3] = known // 3
            continue
        if other >= 0:
            for c in range(3):
                if _key(faces, 3 * other + c) == key:
                    beyond[other, c] = -2
            beyond[known // 3, known % 3] = -2
        beyond[half // 3, half % 3] = -2
    return beyond


@njit(cache=True)
def shells(beyond: Neighbours) -> NDArray[np.int32]:
    """m shell numbers from 0: faces joined over manifold edges are of one shell."""
    count = len(beyond)
    shell = np.full(count, -1, np.int32)
    stack = np.empty(count, np.int32)
    used = 0
    for seed in range(count):
        if shell[seed] >= 0:
            continue
        shell[seed] = used
        stack[0], top = seed, 1
        while top:
            top -= 1
            face = stack[top]
            for c in range(3):
                other = beyond[face, c]
                if other >= 0 and shell[other] < 0:
                    shell[other] = used
                    stack[top] = other
                    top += 1
        used += 1
    return shell


def warm() -> None:
    """Compile and cache the kernels."""
    shells(across(np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)))

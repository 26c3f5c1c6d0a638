"""Weld, edges, shells and sums over triangles, in numba. Times are 100-300 ms a million triangles."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Faces, Points

SNAP = 1e-8


@njit(cache=True)
def _weld(bits: NDArray[np.uint64], capacity: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    count = len(bits)
    mask = np.uint64(capacity - 1)
    table = np.full(capacity, -1, np.int64)
    first = np.empty(count, np.int64)
    index = np.empty(count, np.int64)
    used = 0
    for i in range(count):
        h = bits[i, 0] * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(29)) ^ bits[i, 1]) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(32)) ^ bits[i, 2]) * np.uint64(0x94D049BB133111EB)
        slot = (h ^ (h >> np.uint64(31))) & mask
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = used
                first[used] = i
                index[i] = used
                used += 1
                break
            other = first[known]
            if bits[other, 0] == bits[i, 0] and bits[other, 1] == bits[i, 1] and bits[other, 2] == bits[i, 2]:
                index[i] = known
                break
            slot = (slot + np.uint64(1)) & mask
    return first, index, used


def weld(points: Points, faces: Faces) -> tuple[Points, Faces]:
    """Unite points of equal coordinates; -0 is 0, and noise below 1e-8 of the size is 0."""
    scale = float(np.ptp(points, axis=0).max()) if len(points) else 0.0
    snapped = np.where(np.abs(points) < SNAP * scale, 0.0, points) + 0.0
    capacity = 16
    while capacity < 2 * len(points):
        capacity *= 2
    first, index, used = _weld(np.ascontiguousarray(snapped).view(np.uint64), capacity)
    return snapped[first[:used]], index[faces]


@njit(cache=True)
def _find(parents: NDArray[np.int64], item: int) -> int:
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@njit(cache=True)
def edges(faces: Faces) -> tuple[int, int, int, int, NDArray[np.int64]]:
    """Boundary, non-manifold and badly wound edges, shells, and the shell of each face.

    Faces with repeated points do not count and are their own shell.
    """
    count = len(faces)
    capacity = 16
    while capacity < 3 * count:
        capacity *= 2
    mask = np.uint64(capacity - 1)
    keys = np.full(capacity, -1, np.int64)
    owner = np.empty(capacity, np.int64)
    uses = np.zeros(capacity, np.int32)
    balance = np.zeros(capacity, np.int32)
    parents = np.arange(count)
    for f in range(count):
        if faces[f, 0] == faces[f, 1] or faces[f, 1] == faces[f, 2] or faces[f, 2] == faces[f, 0]:
            continue
        for e in range(3):
            a, b = faces[f, e], faces[f, (e + 1) % 3]
            key, way = ((a << 32) | b, 1) if a < b else ((b << 32) | a, -1)
            h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
            slot = (h ^ (h >> np.uint64(32))) & mask
            while keys[slot] != -1 and keys[slot] != key:
                slot = (slot + np.uint64(1)) & mask
            if keys[slot] == -1:
                keys[slot] = key
                owner[slot] = f
            else:
                x, y = _find(parents, owner[slot]), _find(parents, f)
                if x != y:
                    parents[max(x, y)] = min(x, y)
            uses[slot] += 1
            balance[slot] += way
    boundary, many, misled, shells = 0, 0, 0, 0
    for place in range(capacity):
        if uses[place] == 1:
            boundary += 1
        elif uses[place] > 2:
            many += 1
        elif uses[place] == 2 and balance[place] != 0:
            misled += 1
    for f in range(count):
        parents[f] = _find(parents, f)
        whole = faces[f, 0] != faces[f, 1] and faces[f, 1] != faces[f, 2] and faces[f, 2] != faces[f, 0]
        if whole and parents[f] == f:
            shells += 1
    return boundary, many, misled, shells, parents

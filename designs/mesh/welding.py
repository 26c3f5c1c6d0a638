"""Equal points become one: hash tables in numba, some 50 ms a million triangles of STL."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Faces, Part, Points

SNAP = 1e-8


@dataclass(frozen=True)
class Welded(Part):
    """A part whose reader has united its points: all are different, and each has a face."""


@njit(cache=True)
def _grown(hashes: NDArray[np.uint64], used: int, capacity: int) -> NDArray[np.int32]:
    """A hash table of `capacity` slots, a power of two, that holds the first `used` points."""
    table = np.full(capacity, -1, np.int32)
    mask = np.uint64(capacity - 1)
    for item in range(used):
        slot = hashes[item] & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = item
    return table


@njit(cache=True)
def _corner(words: NDArray[np.uint16], at: int) -> np.uint32:
    """The bits of the float32 at two words of 16 bits, the lower first; those of -0 as those of 0."""
    bits = np.uint32(words[at]) | (np.uint32(words[at + 1]) << np.uint32(16))
    return np.uint32(0) if bits == np.uint32(0x80000000) else bits


@njit(cache=True)
def _unite(words: NDArray[np.uint16], facets: int) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Records of 50 bytes: the normal, three corners of three float32, an attribute."""
    count = 3 * facets
    capacity = 64
    while capacity < facets:
        capacity *= 2
    mask = np.uint64(capacity - 1)
    table = np.full(capacity, -1, np.int32)
    points = np.empty((count, 3), np.uint32)
    hashes = np.empty(count, np.uint64)
    index = np.empty(count, np.int32)
    used = 0
    for i in range(count):
        at = 25 * (i // 3) + 6 + 6 * (i % 3)
        x, y, z = _corner(words, at), _corner(words, at + 2), _corner(words, at + 4)
        h = (np.uint64(x) | (np.uint64(y) << np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        h = ((h ^ (h >> np.uint64(32))) + np.uint64(z)) * np.uint64(0xBF58476D1CE4E5B9)
        h ^= h >> np.uint64(31)
        slot = h & mask
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = used
                points[used, 0], points[used, 1], points[used, 2] = x, y, z
                hashes[used] = h
                index[i] = used
                used += 1
                if 2 * used > capacity:
                    capacity *= 2
                    mask = np.uint64(capacity - 1)
                    table = _grown(hashes, used, capacity)
                break
            if points[known, 0] == x and points[known, 1] == y and points[known, 2] == z:
                index[i] = known
                break
            slot = (slot + np.uint64(1)) & mask
    return points[:used].copy(), index


@njit(cache=True)
def _weld(bits: NDArray[np.uint64], corners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    capacity = 64
    while capacity < len(bits) and capacity < len(corners) // 3:
        capacity *= 2
    mask = np.uint64(capacity - 1)
    table = np.full(capacity, -1, np.int32)
    limit = min(len(bits), len(corners))
    first = np.empty(limit, np.int64)
    hashes = np.empty(limit, np.uint64)
    met = np.full(len(bits), -1, np.int32)
    index = np.empty(len(corners), np.int32)
    used = 0
    for i in range(len(corners)):
        point = corners[i]
        if met[point] >= 0:
            index[i] = met[point]
            continue
        h = bits[point, 0] * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(29)) ^ bits[point, 1]) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(32)) ^ bits[point, 2]) * np.uint64(0x94D049BB133111EB)
        h ^= h >> np.uint64(31)
        slot = h & mask
        while True:
            known = table[slot]
            if known < 0:
                known = used
                table[slot] = known
                first[known] = point
                hashes[known] = h
                used += 1
                if 2 * used > capacity:
                    capacity *= 2
                    mask = np.uint64(capacity - 1)
                    table = _grown(hashes, used, capacity)
                break
            other = first[known]
            if (
                bits[other, 0] == bits[point, 0]
                and bits[other, 1] == bits[point, 1]
                and bits[other, 2] == bits[point, 2]
            ):
                break
            slot = (slot + np.uint64(1)) & mask
        met[point] = known
        index[i] = known
    return first[:used].copy(), index


def unite(data: bytes, offset: int, facets: int) -> tuple[Points, Corners]:
    """Weld the corners of an STL file's binary facets on the bits of their float32; -0 is 0. `offset` is in bytes."""
    points, index = _unite(np.frombuffer(data, "<u2", 25 * facets, offset), facets)
    return points.view(np.float32).astype(np.float64), index.reshape(-1, 3)


def has_noise(points: Points) -> bool:
    """Whether a coordinate is not zero and yet below 1e-8 of the size: what rotating in a CAD program leaves."""
    small = np.abs(points)
    return bool(((small > 0) & (small < _noise(points))).any())


def _noise(points: Points) -> float:
    return SNAP * float((points.max(axis=0) - points.min(axis=0)).max()) if len(points) else 0.0


def weld(points: Points, faces: Faces | Corners, snap: bool = True) -> tuple[Points, Corners]:
    """Unite points of equal coordinates (n x 3 and m x 3 to k x 3 and m x 3); those of no face are left out.

    -0 is 0; with `snap`, so is noise below 1e-8 of the size.
    """
    clean = points + 0.0
    if snap:
        clean[np.abs(clean) < _noise(points)] = 0.0
    corners = np.ascontiguousarray(faces, np.int64).reshape(-1)
    first, index = _weld(clean.view(np.uint64), corners)
    return clean[first], index.reshape(-1, 3)


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    points, faces = unite(bytes(50), 0, 1)
    weld(points, faces)
    _grown(np.zeros(1, np.uint64), 1, 64)

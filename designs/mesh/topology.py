"""Which triangles meet: edges, shells, fans about each point. Numba kernels, some 150 ms a million triangles.

Half-edge h runs from corner h of the flat list of corners to the next corner of the same triangle (h // 3).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Part, Surface
from designs.mesh.welding import Welded, has_noise, weld

__all__ = ["Edges", "edges", "fans", "shells", "surface", "together", "warm", "weld", "whole"]

Halves = NDArray[np.int32]
STEPS_A_HALF = 8
"""Steps along lists for a half-edge before edges are sorted instead: real parts take 1 to 3."""


@dataclass(frozen=True)
class Edges:
    """How the edges of m triangles are shared.

    `around` has 3 m entries: the next half-edge on the same edge, in a ring; an open edge is its own next. `boundary`
    edges have one face, `non_manifold` more than two, `misled` two that run the same way. `count` is of different
    edges; `twins` of the times that two faces on an edge seemed to have the same three points.
    """

    around: Halves
    count: int
    boundary: int
    non_manifold: int
    misled: int
    twins: int


@njit(cache=True)
def _pair(flat: Halves, points: int, budget: int) -> tuple[Halves, int, int, int, int, int]:
    """Edges hang in a list on their end with fewer faces, so that a point with many faces costs no square of them.

    Where most points have many neighbours it does: past `budget` steps along the lists the count is -1.
    """
    count = len(flat)
    degree = np.zeros(points, np.int32)
    for h in range(count):
        degree[flat[h]] += 1
    head = np.full(points, -1, np.int32)
    table = np.empty((count, 4), np.int32)  # the far point, the next in the list, the first half-edge, faces
    around = np.empty(count, np.int32)
    found, shared, many, misled, twins = 0, 0, 0, 0, 0
    for start in range(0, count, 3):
        for side in range(3):
            h = start + side
            a = flat[h]
            b = flat[start] if side == 2 else flat[h + 1]
            near, far = (a, b) if degree[a] < degree[b] or (degree[a] == degree[b] and a < b) else (b, a)
            place = head[near]
            while place >= 0 and table[place, 0] != far:
                place = table[place, 1]
                budget -= 1
            if budget < 0:
                return around, -1, 0, 0, 0, 0
            if place < 0:
                table[found, 0] = far
                table[found, 1] = head[near]
                table[found, 2] = h
                table[found, 3] = 1
                head[near] = found
                around[h] = h
                found += 1
                continue
            first = table[place, 2]
            if table[place, 3] == 1:
                shared += 1
                misled += flat[first] == a
            elif table[place, 3] == 2:
                many += 1
                misled -= flat[first] == flat[around[first]]
            opposite = first - 1 if first % 3 else first + 2
            if table[place, 3] > 1 or flat[opposite] == flat[start + (side + 2) % 3]:
                twins += 1
            table[place, 3] += 1
            around[h] = around[first]
            around[first] = h
    return around, found, found - shared, many, misled, twins


@njit(cache=True)
def _rings(flat: Halves, keys: NDArray[np.int64], order: NDArray[np.int64]) -> tuple[Halves, int, int, int, int, int]:
    """The same of half-edges in the `order` of the `keys` of their edges."""
    count = len(flat)
    around = np.empty(count, np.int32)
    found, boundary, many, misled, twins = 0, 0, 0, 0, 0
    begin = 0
    while begin < count:
        end = begin + 1
        while end < count and keys[order[end]] == keys[order[begin]]:
            around[order[end - 1]] = order[end]
            end += 1
        around[order[end - 1]] = order[begin]
        found += 1
        boundary += end - begin == 1
        many += end - begin > 2
        twins += end - begin - 1
        misled += end - begin == 2 and flat[order[begin]] == flat[order[begin + 1]]
        begin = end
    return around, found, boundary, many, misled, twins


@njit(cache=True)
def _shells(around: Halves) -> tuple[Halves, int]:
    """A ring of more than two faces is gone round once: each of them then has its label."""
    count = len(around) // 3
    walked = np.zeros(len(around), np.uint8)
    label = np.full(count, -1, np.int32)
    stack = np.empty(count, np.int32)
    shell = 0
    for seed in range(count):
        if label[seed] >= 0:
            continue
        label[seed] = shell
        stack[0] = seed
        depth = 1
        while depth:
            depth -= 1
            start = 3 * stack[depth]
            for h in range(start, start + 3):
                other = around[h]
                if walked[h]:
                    continue
                many = around[other] != h
                while other != h:
                    if many:
                        walked[other] = 1
                    face = other // 3
                    if label[face] < 0:
                        label[face] = shell
                        stack[depth] = face
                        depth += 1
                    other = around[other]
        shell += 1
    return label, shell


@njit(cache=True)
def _fans(flat: Halves, around: Halves, points: int) -> tuple[int, int]:
    """A ring of more than two faces is gone round once for each of its ends: bit 1 for the lower point, else 2."""
    count = len(flat)
    walked = np.zeros(count, np.uint8)
    seen = np.zeros(count, np.uint8)
    fan_count = np.zeros(points, np.uint8)
    stack = np.empty(count, np.int32)
    fans, split = 0, 0
    for seed in range(count):
        if seen[seed]:
            continue
        point = flat[seed]
        fans += 1
        if fan_count[point] < 2:
            fan_count[point] += 1
            split += fan_count[point] == 2
        seen[seed] = 1
        corner = seed
        whole = False
        while True:  # turn about the point while each edge has two faces, wound alike
            before = corner - 1 if corner % 3 else corner + 2
            other = around[before]
            if other == before or around[other] != before or flat[other] != point:
                break
            if other == seed:
                whole = True
                break
            seen[other] = 1
            corner = other
        if whole:
            continue
        stack[0] = seed
        stack[1 if count > 1 else 0] = corner
        depth = 2 if corner != seed else 1
        while depth:
            depth -= 1
            corner = stack[depth]
            for side in range(2):
                h = corner if side == 0 else (corner - 1 if corner % 3 else corner + 2)
                other = around[h]
                many = around[other] != h
                bit = np.uint8(0)
                if many:
                    tail = flat[h - 2 if h % 3 == 2 else h + 1]
                    bit = np.uint8(1 if point == min(flat[h], tail) else 2)
                    if walked[h] & bit:
                        continue
                while other != h:
                    walked[other] |= bit
                    near = other
                    if flat[other] != point:
                        near = other - 2 if other % 3 == 2 else other + 1
                    if not seen[near]:
                        seen[near] = 1
                        stack[depth] = near
                        depth += 1
                    other = around[other]
    return fans, split


def edges(surface: Surface) -> Edges:
    """Pair the half-edges of a surface."""
    flat = surface.faces.reshape(-1)
    paired = _pair(flat, len(surface.points), STEPS_A_HALF * len(flat))
    if paired[1] >= 0:
        return Edges(*paired)
    tail = np.roll(surface.faces, -1, axis=1).reshape(-1)
    keys = (np.minimum(flat, tail).astype(np.int64) << 32) | np.maximum(flat, tail)
    return Edges(*_rings(flat, keys, np.argsort(keys)))


def shells(around: Halves) -> tuple[Halves, int]:
    """(shell of each triangle, number of shells): triangles joined over edges, however many share one."""
    label, count = _shells(around)
    return label, int(count)


def fans(surface: Surface, around: Halves) -> tuple[int, int]:
    """(fans of triangles about all points, points with more than one fan: non-manifold vertices)."""
    found, split = _fans(surface.faces.reshape(-1), around, len(surface.points))
    return int(found), int(split)


def whole(faces: Corners) -> NDArray[np.bool_]:
    """Which of m x 3 faces have three different points."""
    return np.asarray((faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0]))


def _without_repeats(points: NDArray[np.float64], faces: Corners) -> Surface:
    kept = whole(faces)
    return Surface(points, faces if kept.all() else np.ascontiguousarray(faces[kept]))


def surface(part: Part) -> Surface:
    """The welded triangles of a part, without those that have a repeated point.

    Coordinates unite when they are equal. Noise about zero (below 1e-8 of the size) is cleared where that closes open
    edges and makes no edge of more than two faces, so that files without it keep the counts of every other tool.
    """
    found, _ = surface_and_edges(part)
    return found


def surface_and_edges(part: Part) -> tuple[Surface, Edges]:
    """As `surface`, with its edges."""
    if isinstance(part, Welded):
        exact = _without_repeats(part.points, part.faces.astype(np.int32))
    else:
        exact = _without_repeats(*weld(part.points, part.faces, snap=False))
    paired = edges(exact)
    if paired.boundary and has_noise(exact.points):
        clear = _without_repeats(*weld(exact.points, exact.faces))
        again = edges(clear)
        if again.boundary < paired.boundary and again.non_manifold <= paired.non_manifold:
            return clear, again
    return exact, paired


def together(surfaces: list[Surface]) -> Surface:
    """Several objects as one surface, not welded to one another."""
    if len(surfaces) == 1:
        return surfaces[0]
    offsets = np.cumsum([0, *(len(item.points) for item in surfaces[:-1])])
    faces = [item.faces + np.int32(offset) for item, offset in zip(surfaces, offsets, strict=True)]
    return Surface(np.vstack([item.points for item in surfaces]), np.ascontiguousarray(np.vstack(faces), np.int32))


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    flat = np.array([0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2], np.int32)
    around = _pair(flat, 4, 1000)[0]
    _rings(flat, np.zeros(12, np.int64), np.arange(12))
    _shells(around)
    _fans(flat, around, 4)

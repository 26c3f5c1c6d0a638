"""The rarer facts of a surface: holes, the same triangle twice, and shells that are cavities of another."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Points, Surface

Halves = NDArray[np.int32]
MAX_VISITS = 300_000_000
"""Triangles looked at, at most, to tell cavities from inverted shells (10 s); the rest is judged by box alone."""


@njit(cache=True)
def _root(parents: NDArray[np.int32], item: int) -> int:
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@njit(cache=True)
def _loops(flat: Halves, around: Halves, lengths: Floats) -> tuple[NDArray[np.int32], Floats]:
    """(open edges, length) of each loop. `lengths` is by half-edge; an open edge is its own neighbour."""
    place = np.full(len(around), -1, np.int32)
    count = 0
    for h in range(len(around)):
        if around[h] == h:
            place[h] = count
            count += 1
    parents = np.arange(count).astype(np.int32)
    for h in range(len(around)):
        if around[h] != h:
            continue
        for end in range(2):
            after = h - 2 if h % 3 == 2 else h + 1
            point = flat[h] if end == 0 else flat[after]
            edge = h
            while True:  # turn about the point, from triangle to triangle, up to the next open edge
                start = edge - edge % 3
                for side in range(3):
                    other = start + side
                    tail = flat[start] if side == 2 else flat[other + 1]
                    if other != edge and (flat[other] == point or tail == point):
                        edge = other
                        break
                if around[edge] == edge:
                    break
                edge = around[edge]
            x, y = _root(parents, place[h]), _root(parents, place[edge])
            parents[max(x, y)] = min(x, y)
    edges = np.zeros(count, np.int32)
    sums = np.zeros(count)
    for h in range(len(around)):
        if around[h] == h:
            loop = _root(parents, place[h])
            edges[loop] += 1
            sums[loop] += lengths[h]
    return edges[edges > 0], sums[edges > 0]


def loops(surface: Surface, around: Halves) -> tuple[NDArray[np.int32], Floats]:
    """(number of open edges, length in mm) of each hole, longest first.

    A hole is a chain of open edges followed about each point across the triangles there, so that two holes which touch
    in a point count as one. `around` is that of topology.Edges.
    """
    flat = surface.faces.reshape(-1)
    lengths = np.zeros(len(flat))
    half = np.flatnonzero(around == np.arange(len(around)))
    after = np.where(half % 3 == 2, half - 2, half + 1)
    lengths[half] = np.linalg.norm(surface.points[flat[half]] - surface.points[flat[after]], axis=1)
    edges, sums = _loops(flat, around, lengths)
    order = np.argsort(-sums, kind="stable")
    return edges[order], sums[order]


@njit(cache=True)
def _duplicates(flat: Halves, around: Halves, budget: int) -> int:
    """Faces whose first edge has an earlier face with the same third point; -1 past `budget` steps."""
    count = 0
    for start in range(0, len(flat), 3):
        other = around[start]
        while other != start:
            budget -= 1
            if budget < 0:
                return -1
            third = other - 1 if other % 3 else other + 2
            if other < start and flat[third] == flat[start + 2]:
                count += 1
                break
            other = around[other]
    return count


def duplicates(faces: Corners, around: Halves) -> int:
    """How many of m x 3 faces have the same three points as another before them, in whatever order."""
    count = int(_duplicates(faces.reshape(-1), around, 50 * len(faces)))
    if count >= 0:
        return count
    rows = np.sort(faces, axis=1)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    return int((rows[1:] == rows[:-1]).all(axis=1).sum())


@njit(cache=True)
def _winding(points: Points, faces: Corners, x: float, y: float, z: float) -> float:
    """Turns of faces about a point: 1 inside a closed shell, -1 in an inverted one (van Oosterom, Strackee 1983)."""
    angle = 0.0
    for f in range(len(faces)):
        ax, ay, az = points[faces[f, 0], 0] - x, points[faces[f, 0], 1] - y, points[faces[f, 0], 2] - z
        bx, by, bz = points[faces[f, 1], 0] - x, points[faces[f, 1], 1] - y, points[faces[f, 1], 2] - z
        cx, cy, cz = points[faces[f, 2], 0] - x, points[faces[f, 2], 1] - y, points[faces[f, 2], 2] - z
        a = np.sqrt(ax * ax + ay * ay + az * az)
        b = np.sqrt(bx * bx + by * by + bz * bz)
        c = np.sqrt(cx * cx + cy * cy + cz * cz)
        volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        around = a * b * c + (ax * bx + ay * by + az * bz) * c
        around += (bx * cx + by * cy + bz * cz) * a + (cx * ax + cy * ay + cz * az) * b
        angle += 2.0 * np.arctan2(volume, around)
    return angle / (4.0 * np.pi)


def cavities(surface: Surface, shell_of: Halves, negative: NDArray[np.int64], usable: NDArray[np.bool_]) -> list[int]:
    """Which of the `negative` shells lie in the material of others: their own walls look inwards, they are voids.

    A shell is inside when the other closed shells (`usable`) that can hold its box turn once about the middle of one of
    its triangles.
    """
    order = np.argsort(shell_of, kind="stable")
    starts = np.searchsorted(shell_of[order], np.arange(len(usable) + 1))
    corners = surface.points[surface.faces[order]]
    low = np.minimum.reduceat(corners.min(axis=1), starts[:-1])
    high = np.maximum.reduceat(corners.max(axis=1), starts[:-1])
    faces = np.ascontiguousarray(surface.faces[order])
    found, visits = [], 0
    for shell in negative:
        holders = np.flatnonzero((low <= low[shell]).all(axis=1) & (high >= high[shell]).all(axis=1) & usable)
        holders = holders[holders != shell]
        visits += int((starts[holders + 1] - starts[holders]).sum())
        if visits > MAX_VISITS:
            inside = bool(len(holders))
        else:
            x, y, z = corners[starts[shell]].mean(axis=0)
            turns = [_winding(surface.points, faces[starts[other] : starts[other + 1]], x, y, z) for other in holders]
            inside = sum(turns) > 0.5
        if inside:
            found.append(int(shell))
    return found


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    flat, around = np.array([0, 1, 2], np.int32), np.arange(3).astype(np.int32)
    _loops(flat, around, np.ones(3))
    _duplicates(flat, around, 50)
    _winding(np.eye(3), flat.reshape(1, 3), 0.0, 0.0, 0.0)

"""The rarer facts of a surface: holes, the same triangle twice, and shells that are cavities of another."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Points, Surface

Halves = NDArray[np.int32]
MAX_VISITS = 100_000_000
"""Pairs of triangle and shell looked at, at most, to tell cavities from inverted shells (1 s)."""


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
def _left(points: Points, a: int, b: int, x: float, y: float) -> bool:
    """Whether x, y is left of edge a-b, or on it: the two faces of an edge always get opposite answers."""
    turned = a > b
    if turned:
        a, b = b, a
    side = (points[b, 0] - points[a, 0]) * (y - points[a, 1]) - (points[b, 1] - points[a, 1]) * (x - points[a, 0])
    return bool((side >= 0.0) != turned)


@njit(cache=True)
def _turns(
    points: Points, faces: Corners, shell_of: Halves, boxes: Floats, usable: NDArray[np.bool_], spots: Points,
    owners: NDArray[np.int64], starts: NDArray[np.int64], cells: int, budget: int,
) -> tuple[Halves, bool]:  # fmt: skip
    """(how often other shells turn about each spot, whether all was looked at): faces met on the way up, with sign.

    `spots` are in the order of the cells of a grid, cells x cells over the plan, each from `starts`; shells count when
    `usable` and their box holds that of the spot's shell.
    """
    turns = np.zeros(len(spots), np.int32)
    if not len(spots):
        return turns, True
    low, step = _grid(spots, cells)
    for f in range(len(faces)):
        shell = shell_of[f]
        if not usable[shell]:
            continue
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        first, last = np.empty(2, np.int64), np.empty(2, np.int64)
        for d in range(2):
            least, most = min(points[a, d], points[b, d], points[c, d]), max(points[a, d], points[b, d], points[c, d])
            first[d] = int(max((least - low[d]) / step[d], 0.0))
            last[d] = int(min((most - low[d]) / step[d], cells - 1.0)) if most >= low[d] else -1
        for i in range(first[0], last[0] + 1):
            for k in range(starts[i * cells + first[1]], starts[i * cells + max(last[1], first[1] - 1) + 1]):
                budget -= 1
                if budget < 0:
                    return turns, False
                x, y, own = spots[k, 0], spots[k, 1], owners[k]
                side = _left(points, a, b, x, y)
                if own == shell or _left(points, b, c, x, y) != side or _left(points, c, a, x, y) != side:
                    continue
                held = True
                for d in range(3):
                    held &= boxes[shell, d] <= boxes[own, d] and boxes[shell, d + 3] >= boxes[own, d + 3]
                ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
                vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
                area = ux * vy - uy * vx
                if not held or area == 0.0:
                    continue
                sx, sy = x - points[a, 0], y - points[a, 1]
                above = points[a, 2] + ((uz * vy - vz * uy) * sx + (vz * ux - uz * vx) * sy) / area
                if above > spots[k, 2]:
                    turns[k] += 1 if side else -1
    return turns, True


@njit(cache=True)
def _grid(spots: Points, cells: int) -> tuple[Floats, Floats]:
    """The low corner of a grid over the plan of the spots, and the sides of a cell."""
    low, step = np.empty(2), np.empty(2)
    for d in range(2):
        low[d] = spots[:, d].min()
        step[d] = (spots[:, d].max() - low[d]) / cells * (1.0 + 1e-9)
        if step[d] <= 0.0:
            step[d] = 1.0
    return low, step


def _boxes(surface: Surface, shell_of: Halves, shells: int) -> tuple[Floats, Points]:
    """(low and high corner of each shell, the middle of one triangle of each)."""
    order = np.argsort(shell_of, kind="stable")
    starts = np.searchsorted(shell_of[order], np.arange(shells))
    corners = surface.points[surface.faces[order]]
    low = np.minimum.reduceat(corners.min(axis=1), starts)
    high = np.maximum.reduceat(corners.max(axis=1), starts)
    return np.hstack([low, high]), np.ascontiguousarray(corners[starts].mean(axis=1))


def cavities(
    surface: Surface, shell_of: Halves, negative: NDArray[np.int64], usable: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], bool]:
    """Which of the `negative` shells lie in the material of others: their own walls look inwards, they are voids.

    A shell is inside when the other closed shells (`usable`) that can hold its box turn once about the middle of one of
    its triangles. Where this takes too long (shells in shells by the thousand), what lies in the box of the largest
    shell counts as inside, and the second result is False.
    """
    boxes, middles = _boxes(surface, shell_of, len(usable))
    spots = middles[negative]
    cells = int(np.clip(np.sqrt(len(spots)), 1, 1024))
    low, step = _grid(spots, cells)
    cell = np.clip((spots[:, :2] - low) // step, 0, cells - 1).astype(np.int64)
    keys = cell[:, 0] * cells + cell[:, 1]
    order = np.argsort(keys, kind="stable")
    starts = np.searchsorted(keys[order], np.arange(cells * cells + 1))
    turns, whole = _turns(
        surface.points, surface.faces, shell_of, boxes, usable, np.ascontiguousarray(spots[order]), negative[order],
        starts, cells, MAX_VISITS,
    )  # fmt: skip
    if whole:
        return np.sort(negative[order[turns > 0]]), True
    outer = np.flatnonzero(usable & ~np.isin(np.arange(len(usable)), negative))
    if not len(outer):
        return negative[:0], False
    largest = boxes[outer[np.argmax((boxes[outer, 3:] - boxes[outer, :3]).prod(axis=1))]]
    held = (boxes[negative, :3] >= largest[:3]).all(axis=1) & (boxes[negative, 3:] <= largest[3:]).all(axis=1)
    return negative[held], False


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    flat, around = np.array([0, 1, 2], np.int32), np.arange(3).astype(np.int32)
    _loops(flat, around, np.ones(3))
    _duplicates(flat, around, 50)
    surface = Surface(np.eye(3), flat.reshape(1, 3))
    cavities(surface, np.zeros(1, np.int32), np.zeros(1, np.int64), np.ones(1, np.bool_))

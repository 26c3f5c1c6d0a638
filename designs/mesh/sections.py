"""Horizontal sections of a surface: area, length of outline, islands and loops at evenly spaced heights."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Points, Surface

Keys = NDArray[np.int64]
MOST_SEGMENTS = 2_000_000


@njit(cache=True)
def _count(points: Points, faces: Corners, low: float, step: float, levels: int) -> int:
    total = 0
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0], 2], points[faces[f, 1], 2], points[faces[f, 2], 2]
        first = max(math.ceil((min(a, b, c) - low) / step - 0.5), 0)
        last = min(math.ceil((max(a, b, c) - low) / step - 0.5) - 1, levels - 1)
        total += max(last - first + 1, 0)
    return total


@njit(cache=True)
def _cut(
    points: Points, faces: Corners, low: float, step: float, levels: int, total: int
) -> tuple[Keys, Keys, Floats, Floats]:
    """Of each segment: keys of the mesh edges where it begins and ends, its part of the area and its length."""
    starts, ends = np.empty(total, np.int64), np.empty(total, np.int64)
    areas, lengths = np.empty(total), np.empty(total)
    used = 0
    count = len(points)
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0], 2], points[faces[f, 1], 2], points[faces[f, 2], 2]
        first = max(math.ceil((min(a, b, c) - low) / step - 0.5), 0)
        last = min(math.ceil((max(a, b, c) - low) / step - 0.5) - 1, levels - 1)
        for level in range(first, last + 1):
            height = low + (level + 0.5) * step
            sx = sy = ex = ey = 0.0
            start = end = np.int64(-1)
            for k in range(3):
                p, q = faces[f, k], faces[f, (k + 1) % 3]
                up = points[p, 2] <= height < points[q, 2]
                down = points[q, 2] <= height < points[p, 2]
                if not (up or down):
                    continue
                share = (height - points[p, 2]) / (points[q, 2] - points[p, 2])
                x = points[p, 0] + share * (points[q, 0] - points[p, 0])
                y = points[p, 1] + share * (points[q, 1] - points[p, 1])
                key = (np.int64(min(p, q)) * count + max(p, q)) * levels + level
                if down:
                    start, sx, sy = key, x, y
                else:
                    end, ex, ey = key, x, y
            if start < 0 or end < 0:
                continue
            starts[used], ends[used] = start, end
            areas[used] = (sx - points[0, 0]) * (ey - points[0, 1]) - (ex - points[0, 0]) * (sy - points[0, 1])
            areas[used] *= 0.5
            lengths[used] = math.sqrt((ex - sx) ** 2 + (ey - sy) ** 2)
            used += 1
    return starts[:used], ends[:used], areas[:used], lengths[:used]


@njit(cache=True)
def _loops(starts: Keys, ends: Keys, nodes: int) -> Keys:
    """The loop of each segment: the smallest node that it is joined with."""
    parents = np.arange(nodes)
    for i in range(len(starts)):
        a, b = starts[i], ends[i]
        while parents[a] != a:
            parents[a] = parents[parents[a]]
            a = parents[a]
        while parents[b] != b:
            parents[b] = parents[parents[b]]
            b = parents[b]
        if a != b:
            parents[max(a, b)] = min(a, b)
    found = np.empty(len(starts), np.int64)
    for i in range(len(starts)):
        a = starts[i]
        while parents[a] != a:
            a = parents[a]
        found[i] = a
    return found


def sections(surface: Surface, levels: int) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """(areas mm², outlines mm, islands, loops) at the middle of each of `levels` equal slabs along z.

    An island is a loop around material; other loops are holes. An open surface gives what its segments add up to.
    Above 2 million segments fewer heights are cut, and each result stands for its neighbours.
    """
    points, faces = surface.points, surface.faces
    nothing = np.zeros(levels), np.zeros(levels), np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    if not len(faces):
        return nothing
    low, high = float(points[:, 2].min()), float(points[:, 2].max())
    step = (high - low) / levels
    if step <= 0:
        return nothing
    total = _count(points, faces, low, step, levels)
    if total > MOST_SEGMENTS and levels > 1:
        fewer = max(levels * MOST_SEGMENTS // total, 1)
        nearest = np.arange(levels) * fewer // levels
        areas, lengths, islands, loops = sections(surface, fewer)
        return areas[nearest], lengths[nearest], islands[nearest], loops[nearest]
    starts, ends, areas, lengths = _cut(points, faces, low, step, levels, total)
    if not len(starts):
        return nothing
    level = starts % levels
    index = np.unique(np.concatenate([starts, ends]), return_inverse=True)[1].astype(np.int64)
    loop = _loops(index[: len(starts)], index[len(starts) :], int(index.max()) + 1)
    _, first, member = np.unique(loop, return_index=True, return_inverse=True)
    turning = np.bincount(member, weights=areas)
    at = level[first]
    return (
        np.maximum(np.bincount(level, weights=areas, minlength=levels), 0.0).astype(np.float64),
        np.bincount(level, weights=lengths, minlength=levels).astype(np.float64),
        np.bincount(at[turning > 0], minlength=levels).astype(np.int64),
        np.bincount(at, minlength=levels).astype(np.int64),
    )


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    sections(Surface(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)), 2)

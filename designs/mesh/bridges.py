"""Bridges: flat ceilings that a printer spans in the air between supports on both sides.

A ceiling is a connected run of faces within 5 degrees of facing straight down, above the bed. An edge supports when the
surface goes down from there (a wall below), and is free when the surface goes up.
Through each sample of the ceiling the shortest straight line from support to support is sought: the longest of these is
the span. A point without such a line hangs out on one side only (a cantilever: the arm of a T), which is no bridge.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import neighbours, probes
from designs.mesh.overhang import near_bed
from designs.mesh.types import Corners, Facts, Floats, Points, Surface

MOST = 50
LEVEL = float(np.cos(np.radians(5.0)))
DIRECTIONS = 18
WALLS = 18
SAMPLES = 240
REGIONS = 300
WORK = 40_000_000
LEAST_SHARE = 1e-6
"""Ceilings smaller than this share of the square of the part's length are left out."""
LEAST_SPAN = 0.005
"""Spans shorter than this share of the part's length are left out."""


@dataclass(frozen=True)
class Bridge:
    """A span of `length` mm over `area` mm²; `at` is the middle of the widest line."""

    at: Points
    length: float
    area: float


@njit(cache=True)
def _regions(beyond: Corners, chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    """m region numbers, -1 for faces that are not chosen: chosen faces joined over edges are one region."""
    region = np.full(len(chosen), -1, np.int32)
    stack = np.empty(len(chosen), np.int32)
    used = 0
    for seed in range(len(chosen)):
        if not chosen[seed] or region[seed] >= 0:
            continue
        region[seed] = used
        stack[0], top = seed, 1
        while top:
            top -= 1
            face = stack[top]
            for c in range(3):
                other = beyond[face, c]
                if other >= 0 and chosen[other] and region[other] < 0:
                    region[other] = used
                    stack[top] = other
                    top += 1
        used += 1
    return region


@njit(cache=True)
def _spans(spots: Floats, directions: Floats, edges: Floats, held: NDArray[np.bool_]) -> Floats:
    """n x 3: length of the shortest line from support to support through each spot (inf: none), and its middle.

    `spots` n x 2, `directions` d x 2 of unit length, `edges` e x 4 (two ends), `held` e: whether an edge supports.
    """
    result = np.full((len(spots), 3), np.inf)
    for s in range(len(spots)):
        for d in range(len(directions)):
            ux, uy = directions[d, 0], directions[d, 1]
            ahead, behind = np.inf, -np.inf
            ahead_held, behind_held = False, False
            for e in range(len(edges)):
                ax, ay = edges[e, 0] - spots[s, 0], edges[e, 1] - spots[s, 1]
                bx, by = edges[e, 2] - spots[s, 0], edges[e, 3] - spots[s, 1]
                side, other = ux * ay - uy * ax, ux * by - uy * bx
                if (side > 0.0) == (other > 0.0):
                    continue
                share = side / (side - other)
                along = ux * (ax + share * (bx - ax)) + uy * (ay + share * (by - ay))
                if 0.0 <= along < ahead:
                    ahead, ahead_held = along, held[e]
                elif behind < along < 0.0:
                    behind, behind_held = along, held[e]
            length = ahead - behind
            if ahead_held and behind_held and length < result[s, 0]:
                result[s, 0] = length
                result[s, 1] = spots[s, 0] + ux * (ahead + behind) / 2.0
                result[s, 2] = spots[s, 1] + uy * (ahead + behind) / 2.0
    return result


def _directions(edges: Floats) -> Floats:
    """18 even directions, and square to the longest of the `edges` (e x 4)."""
    along = edges[:, 2:] - edges[:, :2]
    turns = np.mod(np.arctan2(along[:, 1], along[:, 0]) + np.pi / 2.0, np.pi)
    degrees, inverse = np.unique(np.round(np.degrees(turns), 1), return_inverse=True)
    weight = np.bincount(inverse, weights=np.linalg.norm(along, axis=1), minlength=len(degrees))
    main = np.argsort(-weight, kind="stable")[:WALLS]
    exact = np.array([turns[np.argmax(inverse == i)] for i in main])
    every = np.concatenate([exact, np.arange(DIRECTIONS) * np.pi / DIRECTIONS])
    return np.stack([np.cos(every), np.sin(every)], axis=1)


def _bridge(surface: Surface, beyond: Corners, ceiling: NDArray[np.int64], inside: NDArray[np.bool_]) -> Bridge | None:
    others = beyond[ceiling]
    face, edge = np.nonzero((others < 0) | ~inside[others])
    ends = np.stack([edge, (edge + 1) % 3], axis=1)
    points = surface.points[surface.faces[ceiling[face, None], ends]]
    other = others[face, edge]
    heights = surface.points[surface.faces[other], 2].sum(axis=1)
    held = (other >= 0) & (heights < 1.5 * points[:, :, 2].sum(axis=1))
    if held.sum() < 2:
        return None
    edges = np.ascontiguousarray(points[:, :, :2].reshape(-1, 4))
    directions = _directions(edges[held])
    count = int(np.clip(WORK / REGIONS / (len(edges) * len(directions)), 12, SAMPLES))
    part = Surface(surface.points, surface.faces[ceiling])
    spots = probes.spread(part, count)[0]
    if not len(spots):
        return None
    spans = _spans(np.ascontiguousarray(spots[:, :2]), directions, edges, held)
    spanned = np.isfinite(spans[:, 0])
    if not spanned.any():
        return None
    widest = int(np.argmax(np.where(spanned, spans[:, 0], -1.0)))
    at = np.array([spans[widest, 1], spans[widest, 2], spots[widest, 2]])
    return Bridge(at, float(spans[widest, 0]), float(part.areas.sum() * spanned.mean()))


def find(surface: Surface, beyond: Corners | None = None) -> list[Bridge]:
    """The bridges of a part that stands as it is (Z up), longest first; at most 300 largest ceilings are looked at."""
    beyond = neighbours.across(surface.faces) if beyond is None else beyond
    if not len(surface.faces):
        return []
    heights = surface.points[surface.faces, 2]
    longest = float(np.ptp(surface.points, axis=0).max())
    level = probes.outward(surface) * surface.normals[:, 2] < -LEVEL
    chosen = level & (heights.min(axis=1) > heights.min() + near_bed(longest))
    faces = np.flatnonzero(chosen)
    if not len(faces):
        return []
    region = _regions(beyond, chosen)[faces]
    areas = np.bincount(region, weights=surface.areas[faces])
    order = np.argsort(region, kind="stable")
    bounds = np.searchsorted(region[order], np.arange(len(areas) + 1))
    found = []
    for number in np.argsort(-areas, kind="stable")[:REGIONS]:
        if areas[number] > LEAST_SHARE * longest**2:
            found.append(_bridge(surface, beyond, faces[order[bounds[number] : bounds[number + 1]]], chosen))
    return sorted(
        (item for item in found if item and item.length > LEAST_SPAN * longest), key=lambda item: -item.length
    )


def measure(surface: Surface, beyond: Corners | None = None) -> Facts:
    """`bridges` (at most 50, longest first) and `bridge_max_mm` (0 without any)."""
    found = find(surface, beyond)
    return {
        "bridges": [
            {"at_mm": item.at.tolist(), "length_mm": item.length, "area_mm2": item.area} for item in found[:MOST]
        ],
        "bridge_max_mm": found[0].length if found else 0.0,
    }


def warm() -> None:
    """Compile and cache the kernels."""
    neighbours.warm()
    _regions(np.full((1, 3), -1, np.int32), np.ones(1, np.bool_))
    _spans(np.zeros((1, 2)), np.array([[1.0, 0.0]]), np.zeros((1, 4)), np.ones(1, np.bool_))

"""The one door to the ray caster: embreex, or numba over our own tree where embreex has no wheel (Linux aarch64).

embreex works in float32: it is given indexed points, centred and scaled to -1..1, and only says which face a ray meets
first; the distance is then computed from that face's plane in float64. It holds the GIL: use processes, not threads.
"""

from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import bvh
from designs.mesh.types import Floats, Points, Surface

Hits = NDArray[np.int32]

STEP = 4e-6
"""How far a ray starts from its face, as a share of half the longest side: 0.2 µm on a part of 100 mm."""


TESTS = 3_000_000
"""Boxes that rays may meet in a second where all lie upon one another. Rays meet 5 to 60 boxes on real parts."""


class Caster(Protocol):
    """What answers the question which face a ray meets first."""

    name: str

    def first(self, origins: Points, directions: Points) -> Hits:
        """n face numbers, -1 where nothing is met. `origins` n x 3 in mm, `directions` n x 3 of unit length."""


class Embree:
    """embreex. Raises ImportError where it is not installed."""

    name = "embree"

    def __init__(self, surface: Surface) -> None:
        from embreex import rtcore_scene
        from embreex.mesh_construction import TriangleMesh

        self.centre, self.scale = bvh.frame(surface)
        points = ((surface.points - self.centre) / self.scale).astype(np.float32)
        self._scene: Any = rtcore_scene.EmbreeScene()
        self._mesh = TriangleMesh(self._scene, points, surface.faces)

    def first(self, origins: Points, directions: Points) -> Hits:
        """See Caster."""
        local = ((origins - self.centre) / self.scale).astype(np.float32)
        met: Hits = self._scene.run(local, directions.astype(np.float32))
        return met.astype(np.int32, copy=False)


class Numba:
    """Our own tree: some ten times slower than embree a ray, but everywhere."""

    name = "numba"

    def __init__(self, surface: Surface, tree: bvh.Tree | None = None) -> None:
        self._tree = tree or bvh.build(surface)

    def first(self, origins: Points, directions: Points) -> Hits:
        """See Caster."""
        tree = self._tree
        local = np.ascontiguousarray((origins - tree.centre) / tree.scale)
        place = _first(tree.corners, tree.boxes, tree.leaves, local, np.ascontiguousarray(directions, np.float64))
        met = np.full(len(place), -1, np.int32)
        met[place >= 0] = tree.order[place[place >= 0]]
        return met


@njit(cache=True)
def _enters(box: Floats, origin: Points, inverse: Points, best: float) -> bool:
    near, far = 0.0, best
    for d in range(3):
        a, b = (box[d] - origin[d]) * inverse[d], (box[d + 3] - origin[d]) * inverse[d]
        if a > b:
            a, b = b, a
        near, far = max(near, a), min(far, b)
    return near <= far * (1.0 + 1e-12)


@njit(cache=True)
def _meets(t: Floats, o: Points, d: Points) -> float:
    """Distance along a ray to a triangle (Moller and Trumbore 1997), or -1."""
    ux, uy, uz = t[3] - t[0], t[4] - t[1], t[5] - t[2]
    vx, vy, vz = t[6] - t[0], t[7] - t[1], t[8] - t[2]
    px, py, pz = d[1] * vz - d[2] * vy, d[2] * vx - d[0] * vz, d[0] * vy - d[1] * vx
    turn = ux * px + uy * py + uz * pz
    if turn == 0.0:
        return -1.0
    sx, sy, sz = o[0] - t[0], o[1] - t[1], o[2] - t[2]
    u = (sx * px + sy * py + sz * pz) / turn
    if u < 0.0 or u > 1.0:
        return -1.0
    qx, qy, qz = sy * uz - sz * uy, sz * ux - sx * uz, sx * uy - sy * ux
    v = (d[0] * qx + d[1] * qy + d[2] * qz) / turn
    if v < 0.0 or u + v > 1.0:
        return -1.0
    return float((vx * qx + vy * qy + vz * qz) / turn)


@njit(cache=True)
def _first(corners: Floats, boxes: Floats, leaves: int, origins: Points, directions: Points) -> NDArray[np.int64]:
    met = np.full(len(origins), -1, np.int64)
    stack = np.empty(128, np.int64)
    inverse = np.empty(3, np.float64)
    for r in range(len(origins)):
        for d in range(3):
            slope = directions[r, d]
            inverse[d] = 1.0 / slope if abs(slope) > 1e-300 else 1e300
        best = np.inf
        stack[0], top = 1, 1
        while top:
            top -= 1
            node = stack[top]
            if boxes[node, 0] > boxes[node, 3] or not _enters(boxes[node], origins[r], inverse, best):
                continue
            if node < leaves:
                stack[top], stack[top + 1] = 2 * node, 2 * node + 1
                top += 2
                continue
            begin = (node - leaves) * bvh.LEAF
            for i in range(begin, min(begin + bvh.LEAF, len(corners))):
                distance = _meets(corners[i], origins[r], directions[r])
                if 0.0 < distance < best:
                    best, met[r] = distance, i
    return met


def boxes_met(surface: Surface) -> float:
    """How many boxes of faces a line through a surface meets: as many as they have area in that of the whole."""
    points, faces = surface.points, surface.faces
    if not len(faces):
        return 0.0
    a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
    sides = np.maximum(np.maximum(a, b), c) - np.minimum(np.minimum(a, b), c)
    whole = np.ptp(points, axis=0)
    boxes = float((sides * np.roll(sides, 1, axis=1)).sum())
    return boxes / max(float((whole * np.roll(whole, 1)).sum()), 1e-300)


class Scene:
    """A surface that rays can be sent at. `caster` is "embree" or "numba"; say it in the facts."""

    def __init__(self, surface: Surface, caster: Caster | None = None) -> None:
        self.surface = surface
        self.step = STEP * bvh.frame(surface)[1]
        self._caster = caster or _best(surface)
        self.caster = self._caster.name

    @cached_property
    def affordable(self) -> int:
        """How many rays a second are to be had."""
        return int(TESTS / max(boxes_met(self.surface), 1.0))

    def cast(self, origins: Points, directions: Points) -> tuple[Hits, Floats]:
        """(face met first or -1, distance in mm or infinity) of n rays. `directions` n x 3 are of unit length."""
        if not len(origins) or not len(self.surface.faces):
            return np.full(len(origins), -1, np.int32), np.full(len(origins), np.inf)
        met = self._caster.first(origins, directions)
        at = self.surface.points[self.surface.faces[met, 0]]
        normals = self.surface.normals[met]
        slope = np.einsum("ij,ij->i", normals, directions)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.einsum("ij,ij->i", at - origins, normals) / slope
        known = (met >= 0) & np.isfinite(distance)
        return np.where(known, met, -1).astype(np.int32), np.where(known, distance, np.inf)


def _best(surface: Surface) -> Caster:
    try:
        return Embree(surface)
    except ImportError:
        return Numba(surface)


def warm() -> None:
    """Compile and cache the kernels of the fallback."""
    Numba(bvh.tetrahedron()).first(np.full((1, 3), 20.0), np.eye(3)[:1])

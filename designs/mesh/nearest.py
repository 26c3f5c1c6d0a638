"""The door to libigl: how far points are from a surface, and whether a surface winds round them."""

from typing import Any

import numpy as np

from designs.mesh.edge_table import Indices
from designs.mesh.types import Floats, Surface


class Nearest:
    """A search tree over a surface that has faces, built when first asked: 0.6 s and 200 MB a million triangles."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._tree: Any = None
        self._faces: Indices = np.zeros((0, 3), np.int64)

    def forget(self) -> None:
        """Give the tree's memory back; it is built again when asked."""
        self._tree = None
        self._faces = np.zeros((0, 3), np.int64)

    def closest(self, points: Floats) -> tuple[Floats, Floats]:
        """(n distances in mm, n x 3 closest points of the surface)."""
        if not len(points):
            return np.zeros(0), np.zeros((0, 3))
        if self._tree is None:
            import igl

            self._faces = np.ascontiguousarray(self._surface.faces, np.int64)
            self._tree = igl.AABB()
            self._tree.init(self._surface.points, self._faces)
        squared, _, feet = self._tree.squared_distance(self._surface.points, self._faces, np.ascontiguousarray(points))
        return np.sqrt(np.maximum(squared, 0.0)), feet

    def distances(self, points: Floats) -> Floats:
        """n distances in mm."""
        return self.closest(points)[0]


def centroids(surface: Surface) -> Floats:
    """m x 3 middles of the faces."""
    total = surface.points[surface.faces[:, 0]]
    for corner in (1, 2):
        total += surface.points[surface.faces[:, corner]]
    return total / 3.0


def spread(surface: Surface, limit: int) -> Floats:
    """At most `limit` points over a surface, the same ones each time: half of its points, half of faces' middles."""
    used, some = np.unique(surface.faces), np.random.default_rng(0)
    if len(used) > limit // 2:
        used = some.choice(used, limit // 2, replace=False)
    faces = surface.faces
    if len(faces) > limit // 2:
        faces = faces[some.choice(len(faces), limit // 2, replace=False)]
    return np.vstack((surface.points[used], surface.points[faces].mean(axis=1)))


def windings(surface: Surface, points: Floats) -> Floats:
    """n winding numbers: about 1 inside a closed surface that faces outwards, 0 outside it."""
    import igl

    faces = np.ascontiguousarray(surface.faces, np.int64)
    return np.asarray(
        igl.fast_winding_number(np.ascontiguousarray(surface.points), faces, np.ascontiguousarray(points))
    )

"""The door to manifold3d: closed surfaces to solids and back, and the material between two of them."""

from typing import Any

import numpy as np

from designs.mesh.edge_table import compact, volume_mm3
from designs.mesh.types import Surface

AGREES = 1e-4
EXACTLY = 1e-6


def solid(surface: Surface, agrees: float = AGREES) -> Any | None:
    """The Manifold that a surface encloses; None where it is open, badly wound, empty or inside out.

    manifold3d says NoError of some damaged meshes and flips faces without area to wrong places (4 % of the volume of
    a part of the OpenFlexure microscope): the volume must be the surface's own up to the share `agrees`.
    """
    import manifold3d

    expected = volume_mm3(surface)
    if not len(surface.faces) or expected <= 0:
        return None
    made = manifold3d.Manifold(manifold3d.Mesh64(surface.points, surface.faces.astype(np.uint64)))
    if made.status() != manifold3d.Error.NoError or made.is_empty():
        return None
    return made if abs(made.volume() - expected) <= agrees * expected else None


def empty() -> Any:
    """The solid of nothing."""
    import manifold3d

    return manifold3d.Manifold()


def surface_of(made: Any) -> Surface:
    """The surface of a Manifold; without faces when it is empty. Parts of it that touch keep points of their own."""
    mesh = made.to_mesh64()
    if not len(mesh.tri_verts):
        return Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32))
    return compact(np.asarray(mesh.vert_properties[:, :3], np.float64), np.asarray(mesh.tri_verts).astype(np.int32))


def between(before: Any, after: Any) -> tuple[Surface, Surface, Surface]:
    """(common, added, removed): what both solids fill, what only the second does, what only the first does."""
    removed = surface_of(before - after)
    common, added = (surface_of(part) for part in after.split(before))
    return common, added, removed

"""Real meshes as welded surfaces in the unit of their file, for the benches of estimates and of shapes."""

import os
from pathlib import Path

import numpy as np

from designs.mesh import formats
from designs.mesh.load import load
from designs.mesh.types import Surface

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
KINDS = {"igs": "step", "iges": "step", "stp": "step"}


def welded(points, faces):
    """Equal points united, faces with a repeated point dropped."""
    unique, index = np.unique(np.asarray(points, np.float64) + 0.0, axis=0, return_inverse=True)
    corners = index.reshape(-1)[np.asarray(faces, np.int64)]
    whole = (corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2]) & (corners[:, 2] != corners[:, 0])
    return Surface(np.ascontiguousarray(unique), np.ascontiguousarray(corners[whole], np.int32))


def parts(path):
    """The objects of a file, each as a surface. Raises RefusedError as the loader does."""
    kind = formats.format_of(path.name) or KINDS.get(path.suffix.lower().lstrip("."))
    loaded = load(path, kind)
    return [welded(part.points, part.faces) for part in loaded.parts]


def together(surfaces):
    """One surface of several objects, not welded to one another."""
    offsets = np.cumsum([0] + [len(surface.points) for surface in surfaces])
    faces = [surface.faces + offset for surface, offset in zip(surfaces, offsets, strict=False)]
    return Surface(
        np.vstack([surface.points for surface in surfaces]), np.ascontiguousarray(np.vstack(faces), dtype=np.int32)
    )


def volume(surface):
    """Signed volume in mm³."""
    a = surface.points[surface.faces[:, 0]] - surface.points[0]
    return float(np.einsum("ij,ij->", a, surface.cross)) / 6.0

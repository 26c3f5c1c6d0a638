"""What the viewer shows in place: marks.json beside model.glb. Lengths in the unit of the model (mm)."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from designs.mesh.types import Corners, Faces, Floats, Points, Surface

Pairs = NDArray[np.int32]
VERSION = 1
MOST_SEGMENTS, MOST_POINTS = 20_000, 2_000
MOST_BYTES = 2_000_000  # gzipped
THIN_MM = 2.0
STEPS = 1e5  # lengths are written in steps of at least the part's size over this


def open_edges(surface: Surface) -> tuple[Pairs, Pairs, Pairs]:
    """Edges used once, more than twice, and twice in the same direction: three k x 2 lists of point indices.

    Edges of the first list run as their face does. Sorted by point; 150 ms a million triangles.
    """
    faces = surface.faces
    edges = np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    forward = edges[:, 0] == low
    keys, index, counts = np.unique(low << 32 | high, return_inverse=True, return_counts=True)
    ahead = np.bincount(index, forward, len(keys))
    pairs = np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=1).astype(np.int32)
    boundary = np.where((ahead == 0)[:, None], pairs[:, ::-1], pairs)[counts == 1]
    return boundary, pairs[counts > 2], pairs[(counts == 2) & (ahead != 1)]


def write(
    path: Path,
    surface: Surface,
    model: tuple[Points, Faces | Corners] | None = None,
    *,
    boundary: Pairs | None = None,
    non_manifold: Pairs | None = None,
    misoriented: Pairs | None = None,
    crossing: NDArray[np.integer[Any]] | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    thickness_at: Callable[[Floats, Floats], Floats] | None = None,
) -> int:
    """Write marks.json; returns how many marks are in it. What is not given, or empty, is left out.

    `boundary`, `non_manifold` and `misoriented` are k x 2 point indices of `surface`; `crossing` its faces that cross
    others, in any shape (pairs will do); `points` k x 3 places by code (thin, gap, hole, pin, bridge,
    non-manifold-vertices). `model` is what the viewer decodes (points n x 3, faces m x 3, from glb.write):
    `thickness_at` gets the centres and outward unit normals of its triangles, and what is under 2 mm is kept.
    Past 20,000 segments of a kind, or 2 MB gzipped, an even choice is kept.
    """
    size = float(np.ptp(surface.points, axis=0).max()) if len(surface.points) else 0.0
    digits = _digits(size)
    segments: dict[str, Floats] = {}
    named = {"not-watertight": boundary, "non-manifold": non_manifold, "misoriented": misoriented}
    if crossing is not None and np.size(crossing):
        outline = surface.faces[np.unique(crossing)]
        edges = np.sort(np.vstack([outline[:, [0, 1]], outline[:, [1, 2]], outline[:, [2, 0]]]), axis=1)
        named["crossing"] = np.unique(edges, axis=0)
    for code, pairs in named.items():
        if pairs is not None and len(pairs):
            segments[code] = surface.points[pairs].reshape(-1, 6)
    places = {code: np.asarray(given, np.float64).reshape(-1, 3) for code, given in (points or {}).items()}
    places = {code: _even(found, MOST_POINTS) for code, found in places.items() if len(found)}
    thin = _thin(model, thickness_at) if model is not None and thickness_at is not None else None
    most = MOST_SEGMENTS
    while True:
        chosen = {code: _even(found, most) for code, found in segments.items()}
        text = _json(chosen, places, thin, digits)
        if len(gzip.compress(text, 6, mtime=0)) <= MOST_BYTES or most < 100:
            break
        most //= 2
        thin = thin and tuple(_even(column, len(column) // 2) for column in thin)  # type: ignore[assignment]
    path.write_bytes(text)
    return sum(len(found) for found in (*chosen.values(), *places.values())) + (len(thin[0]) if thin else 0)


def _digits(size: float) -> int:
    """Decimals that keep a length true to the size of the part over 10⁵."""
    return int(np.clip(np.ceil(-np.log10(size / STEPS)), 0, 12)) if size > 0 else 4


def _even(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """At most `most` rows, evenly chosen, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, max(most, 1)).astype(np.int64)]


def _thin(
    model: tuple[Points, Faces | Corners], thickness_at: Callable[[Floats, Floats], Floats]
) -> tuple[NDArray[np.int64], Floats] | None:
    """Triangles of the model thinner than 2 mm, and how thin (mm)."""
    a, b, c = (model[0][model[1][:, corner]] for corner in range(3))
    cross = np.cross(b - a, c - a)
    length = np.linalg.norm(cross, axis=1)
    whole = np.flatnonzero(length > 0)
    if not len(whole):
        return None
    spots = ((a + b + c) / 3.0)[whole]
    wall = np.asarray(thickness_at(spots, cross[whole] / length[whole, None]), np.float64)
    kept = np.isfinite(wall) & (wall > 0) & (wall < THIN_MM)
    return (whole[kept], wall[kept]) if kept.any() else None


def _json(
    segments: Mapping[str, Floats], places: Mapping[str, Floats], thin: Sequence[NDArray[Any]] | None, digits: int
) -> bytes:
    """The file as it is written."""
    marks: dict[str, Any] = {
        "version": VERSION,
        "edges": {code: np.round(found, digits).ravel().tolist() for code, found in segments.items()},
        "triangles": {},
        "points": {code: np.round(found, digits).ravel().tolist() for code, found in places.items()},
    }
    if thin is not None:
        marks["triangles"]["thin"] = {"index": thin[0].tolist(), "mm": np.round(thin[1], 3).tolist()}
    return json.dumps(marks, separators=(",", ":"), allow_nan=False).encode()

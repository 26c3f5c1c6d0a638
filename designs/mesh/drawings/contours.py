"""What a cutter sees in a drawing: lines of points in mm, closed or open, and how long it takes to follow them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designs.mesh.drawings import images
from designs.mesh.types import Facts, Floats, RefusedError

JOINED_MM = 0.02
MAX_POINTS = 2_000_000
MAX_DRAWN = 200_000
LAYERS_TOLD = 50


@dataclass(frozen=True)
class Line:
    """A line through n x 2 points in mm, on a layer, in a colour ("#rrggbb" or nothing)."""

    points: Floats
    layer: str = ""
    color: str = ""


@dataclass(frozen=True)
class Cutter:
    """How fast a laser cuts, in mm/s, and the seconds it takes to pierce.

    The defaults are a rule of thumb for 3 mm plywood on a CO2 laser of 40 to 60 W.
    """

    cut_mm_s: float = 15.0
    travel_mm_s: float = 200.0
    pierce_s: float = 0.2


def facts(lines: Sequence[Line], cutter: Cutter | None = None) -> Facts:
    """Size, cut length, travel, contours, layers and time. Raises RefusedError for too many points."""
    drawn = [line for line in lines if len(line.points) > 1 and np.isfinite(line.points).all()]
    if sum(len(line.points) for line in drawn) > MAX_POINTS:
        raise RefusedError("too-complex", "the drawing has too many points", limit=MAX_POINTS)
    if not drawn:
        return {"line_count": 0, "cut_length_mm": 0.0, "closed_contours": 0, "open_contours": 0}
    cutter = cutter or Cutter()
    points = np.vstack([line.points for line in drawn])
    low, high = points.min(axis=0), points.max(axis=0)
    lengths = [float(np.linalg.norm(np.diff(line.points, axis=0), axis=1).sum()) for line in drawn]
    closed, opened = _contours(drawn)
    starts = np.array([line.points[0] for line in drawn])
    ends = np.array([line.points[-1] for line in drawn])
    travel = float(np.linalg.norm(starts[1:] - ends[:-1], axis=1).sum())
    cut = sum(lengths)
    seconds = cut / cutter.cut_mm_s + travel / cutter.travel_mm_s + (closed + opened) * cutter.pierce_s
    return {
        "size_mm": (high - low).tolist(),
        "min_mm": low.tolist(),
        "line_count": len(drawn),
        "cut_length_mm": cut,
        "doubled_mm": _doubled(drawn),
        "travel_mm": travel,
        "closed_contours": closed,
        "open_contours": opened,
        "estimated_cut_s": seconds,
        "layers": _layers(drawn, lengths),
    }


def _contours(lines: Sequence[Line]) -> tuple[int, int]:
    """(closed, open) contours: lines whose ends meet within 0.02 mm are one.

    Ends in one square of a quarter of that are united first, so that a heap of ends makes no pair of each two.
    """
    from scipy.spatial import cKDTree

    ends = np.array([end for line in lines for end in (line.points[0], line.points[-1])])
    _, first, square = np.unique(np.rint(ends * (4 / JOINED_MM)), axis=0, return_index=True, return_inverse=True)
    near = cKDTree(ends[first]).query_pairs(JOINED_MM, output_type="ndarray")
    nodes, node_of = _components(near[:, 0], near[:, 1], len(first))
    here, there = node_of[square.ravel()].reshape(-1, 2).T
    chains, chain_of = _components(here, there, nodes)
    degree = np.bincount(np.concatenate([here, there]), minlength=nodes)
    loose = len(np.unique(chain_of[degree != 2]))
    return chains - loose, loose


def _components(one: NDArray[np.int64], other: NDArray[np.int64], count: int) -> tuple[int, NDArray[np.int64]]:
    """How many groups `count` things make when each of `one` is joined with its `other`, and the group of each."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    found, labels = connected_components(links, directed=False)
    return int(found), np.asarray(labels, np.int64)


def _doubled(lines: Sequence[Line]) -> float:
    """Length in mm of the straight pieces that are drawn more than once, and would be cut again."""
    pieces = np.vstack([np.hstack([line.points[:-1], line.points[1:]]) for line in lines])
    turned = (pieces[:, 0] > pieces[:, 2]) | ((pieces[:, 0] == pieces[:, 2]) & (pieces[:, 1] > pieces[:, 3]))
    pieces[turned] = pieces[turned][:, [2, 3, 0, 1]]
    _, first = np.unique(np.rint(pieces / JOINED_MM).astype(np.int64), axis=0, return_index=True)
    again = np.ones(len(pieces), bool)
    again[first] = False
    return float(np.linalg.norm(pieces[again, :2] - pieces[again, 2:], axis=1).sum())


def _layers(lines: Sequence[Line], lengths: Sequence[float]) -> list[Facts]:
    """Name, colour, lines and cut length of each layer, longest first."""
    found: dict[tuple[str, str], list[float]] = {}
    for line, length in zip(lines, lengths, strict=True):
        found.setdefault((line.layer, line.color), []).append(length)
    told = sorted(found.items(), key=lambda item: (-sum(item[1]), item[0]))[:LAYERS_TOLD]
    return [
        {"name": name[:100], "color": color, "lines": len(each), "cut_length_mm": sum(each)}
        for (name, color), each in told
    ]


def picture(lines: Sequence[Line]) -> Image.Image:
    """The lines as a cutter would follow them; black and uncoloured ones in our ink, that shows on light and dark.

    Of drawings with more than 200,000 points only every k-th line is drawn.
    """
    lines = lines[:: -(-sum(len(line.points) for line in lines) // MAX_DRAWN)]
    points = np.vstack([line.points for line in lines])
    ink = {"": images.INK, "#000000": images.INK, "#ffffff": images.INK}
    drawn = ((line.points, ink.get(line.color, line.color)) for line in lines)
    return images.strokes(drawn, points.min(axis=0), points.max(axis=0))

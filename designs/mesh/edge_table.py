"""Which faces meet at which edges of a welded surface, in one sort: what repairing and comparing both ask for."""

import weakref
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from designs.mesh.types import Corners, Floats, Surface

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class EdgeTable:
    """The edges of m faces. Corner k of a face starts its half-edge k, which runs to corner (k + 1) % 3.

    `ends` is e x 2, the lower point first. `uses` counts the faces of an edge; `balance` is how many of them
    run from the lower to the higher point less those that run back: 0 on a sound closed surface.
    """

    ends: Indices
    uses: Indices
    balance: Indices
    edge_of: Indices

    @property
    def boundary(self) -> int:
        """Edges of one face."""
        return int((self.uses == 1).sum())

    @property
    def non_manifold(self) -> int:
        """Edges of more than two faces."""
        return int((self.uses > 2).sum())

    @property
    def misled(self) -> int:
        """Edges of two faces which disagree on what is outside."""
        return int(((self.uses == 2) & (self.balance != 0)).sum())

    @cached_property
    def faults(self) -> int:
        """Boundary, non-manifold and misled edges together: 0 is closed, manifold and well wound."""
        return self.boundary + self.non_manifold + self.misled


_LATEST: list[tuple[weakref.ref[Corners], EdgeTable]] = []


def edge_table(faces: Corners) -> EdgeTable:
    """The table of m x 3 faces; none may repeat a point. The latest two are kept while their faces live."""
    for known, table in _LATEST:
        if known() is faces:
            return table
    table = _table(faces)
    _LATEST[:] = [(weakref.ref(faces), table), *(kept for kept in _LATEST[:1] if kept[0]() is not None)]
    return table


def _table(faces: Corners) -> EdgeTable:
    start = faces.astype(np.int64)
    end = np.roll(start, -1, axis=1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    keys, edge_of, uses = np.unique((low << 32) | high, return_inverse=True, return_counts=True)
    edge_of = edge_of.reshape(-1, 3)
    way = np.where(start < end, 1, -1)
    balance = np.bincount(edge_of.ravel(), weights=way.ravel(), minlength=len(keys)).astype(np.int64)
    return EdgeTable(np.column_stack((keys >> 32, keys & 0xFFFFFFFF)), uses, balance, edge_of)


def groups(table: EdgeTable, across: NDArray[np.bool_] | None = None) -> tuple[int, Indices]:
    """Count, and the group of each face: faces are in one when a path over edges (those `across`) joins them."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(table.edge_of)
    if not count:
        return 0, np.zeros(0, np.int64)
    face = np.repeat(np.arange(count), 3)
    edge = table.edge_of.ravel()
    if across is not None:
        face, edge = face[across[edge]], edge[across[edge]]
    size = count + len(table.ends)
    links = coo_matrix((np.ones(len(face), np.int8), (face, count + edge)), shape=(size, size))
    labels = connected_components(links, directed=False)[1][:count]
    used, group = np.unique(labels, return_inverse=True)
    return len(used), group.astype(np.int64)


def face_keys(faces: Indices, either_way: bool = False) -> NDArray[np.uint64]:
    """A 64-bit key of each m x 3 face, whatever corner it starts from, and with `either_way` whichever way it looks.

    Two different faces of a million share a key with a chance of about 1 in 10 million.
    """
    if either_way:
        turned = np.sort(faces, axis=1)
    else:
        first = np.argmin(faces, axis=1)[:, None]
        turned = np.take_along_axis(faces, (first + np.arange(3)) % 3, axis=1)
    a, b, c = turned.astype(np.uint64).T
    mixed = (a * np.uint64(0x9E3779B97F4A7C15)) ^ (b + np.uint64(0x632BE59BD9B4E019))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) + c
    return np.asarray((mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x94D049BB133111EB))


def distinct(keys: NDArray[np.uint64]) -> int:
    """How many different keys there are."""
    ordered = np.sort(keys)
    return int((ordered[1:] != ordered[:-1]).sum()) + (len(keys) > 0)


def summed(group: Indices, values: Floats, count: int) -> Floats:
    """The sum of the values in each of `count` groups."""
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)


def tetra_volumes(surface: Surface) -> Floats:
    """Signed volume in mm³ between each face and the first point: their sum is the volume of a closed surface."""
    local = surface.points[surface.faces[:, 0]] - surface.points[surface.faces[0, 0]]
    return np.asarray(np.einsum("ij,ij->i", local, surface.cross) / 6.0)


def volume_mm3(surface: Surface) -> float:
    """Signed volume in mm³; of an open surface, as seen from its first point."""
    return float(tetra_volumes(surface).sum()) if len(surface.faces) else 0.0


def bounds(surface: Surface) -> tuple[Floats, Floats]:
    """Lowest and highest corner in mm of the points that faces use; zeros without a face."""
    if not len(surface.faces):
        return np.zeros(3), np.zeros(3)
    in_use = np.zeros(len(surface.points), bool)
    in_use[surface.faces] = True
    used = surface.points[in_use]
    return used.min(axis=0), used.max(axis=0)


def compact(points: Floats, faces: NDArray[np.int64] | Corners) -> Surface:
    """The faces that have three different points, with only the points in use, in their order."""
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    kept = faces[whole]
    used = np.zeros(len(points), bool)
    used[kept] = True
    names = (np.cumsum(used) - 1).astype(np.int32)
    return Surface(np.ascontiguousarray(points[used]), np.ascontiguousarray(names[kept]))


def welded(points: Floats, faces: NDArray[np.int64] | Corners) -> Surface:
    """As `compact`, points of equal coordinates united; the order of first appearance is kept."""
    rows = np.ascontiguousarray(points + 0.0).view(np.dtype((np.void, 24))).ravel()
    _, first, index = np.unique(rows, return_index=True, return_inverse=True)
    return compact(points, first[index.ravel()][faces])

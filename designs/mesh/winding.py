"""Which side of a face is outside: neighbours made to agree, then shells turned outwards, hollows inwards."""

import numpy as np
from numpy.typing import NDArray

from designs.mesh.edge_table import EdgeTable, Indices, bounds, edge_table, groups, summed
from designs.mesh.nearest import centroids, windings
from designs.mesh.types import Corners, Floats, Surface

Mask = NDArray[np.bool_]
MAX_UNITS = 2000
FLAT = 1e-9


def flipped(surface: Surface, faces: Mask) -> Surface:
    """The surface with some of its faces turned over."""
    corners = surface.faces.copy()
    corners[faces] = corners[faces][:, ::-1]
    return Surface(surface.points, corners)


def agreeing(surface: Surface) -> tuple[Surface, int]:
    """(neighbours agree on what is outside, faces turned). Of each patch the larger area keeps its side.

    A patch ends at edges of more than two faces; patches are then turned where that balances such edges. A one-sided
    patch (a Möbius strip) stays as it is.
    """
    table = edge_table(surface.faces)
    turn = np.zeros(len(surface.faces), bool)
    if table.misled:
        turn = _minority(surface, table)
    turned = flipped(surface, turn)
    table = edge_table(turned.faces)
    if ((table.uses > 2) & (table.balance != 0)).any():
        turn ^= _unbalanced(turned, table)
    return (flipped(surface, turn), int(turn.sum())) if turn.any() else (surface, 0)


def _ways(faces: Corners) -> NDArray[np.int64]:
    return np.where(faces < np.roll(faces, -1, axis=1), 1, -1)


def _minority(surface: Surface, table: EdgeTable) -> Mask:
    """Faces to turn: each face has two nodes, as it is and turned over; edges link the nodes that agree."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(surface.faces)
    order = np.argsort(table.edge_of.ravel(), kind="stable")
    inner = order[np.repeat(table.uses == 2, table.uses)].reshape(-1, 2)
    one, other = inner[:, 0] // 3, inner[:, 1] // 3
    ways = _ways(surface.faces).ravel()
    cross = np.where(ways[inner[:, 0]] == ways[inner[:, 1]], count, 0)
    rows = np.concatenate((one, one + count))
    columns = np.concatenate((other + cross, other + count - cross))
    links = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(2 * count, 2 * count))
    labels = connected_components(links, directed=False)[1]
    asis, over = labels[:count], labels[count:]
    area = np.bincount(asis, surface.areas, 2 * count)
    more = area[over] - area[asis]
    return np.asarray((more > 0) | ((more == 0) & (over < asis)))


def _patches(table: EdgeTable) -> tuple[int, Indices]:
    return groups(table, table.uses == 2)


def _unbalanced(surface: Surface, table: EdgeTable) -> Mask:
    """Faces of patches to turn so that edges of many faces have as many on either way, smallest patches first."""
    from scipy.sparse import coo_matrix

    count, patch = _patches(table)
    owner = np.repeat(patch, 3)
    edge, way = table.edge_of.ravel(), _ways(surface.faces).ravel()
    many = table.uses[edge] > 2
    share = coo_matrix((way[many], (owner[many], edge[many])), shape=(count, len(table.ends))).tocsr()
    total = table.balance.copy()
    turned = np.zeros(count, bool)
    for number in np.argsort(np.bincount(patch, surface.areas, count)):
        row = share[number]
        now = total[row.indices]
        if np.abs(now - 2 * row.data).sum() < np.abs(now).sum():
            total[row.indices] -= 2 * row.data
            turned[number] = True
    return turned[patch]


def outwards(surface: Surface) -> tuple[Surface, int]:
    """(solids look out and the hollows in them look in, shells turned over)."""
    count, unit, volumes = _units(surface)
    if not (volumes < 0).any() or count > MAX_UNITS:
        return surface, 0
    boxes = np.array([bounds(Surface(surface.points, surface.faces[unit == one])) for one in range(count)])
    turn = np.zeros(count, bool)
    for one in np.argsort(-np.abs(volumes)):
        around = [other for other in range(count) if other != one and _inside(surface, unit, boxes, one, other)]
        if around:
            root = max(around, key=lambda other: abs(volumes[other]))
            turn[one] = turn[root] or (volumes[one] < 0 and len(around) % 2 == 0)
        else:
            turn[one] = volumes[one] < 0
    return (flipped(surface, turn[unit]), int(turn.sum())) if turn.any() else (surface, 0)


def _units(surface: Surface) -> tuple[int, Indices, Floats]:
    """(count, unit of each face, signed volume of each): patches closed by themselves, what is left by its shell.

    A unit that encloses next to nothing has no volume, so no side: the sign would be noise.
    """
    table = edge_table(surface.faces)
    count, patch = _patches(table)
    owner = np.repeat(patch, 3)
    edge, way = table.edge_of.ravel(), _ways(surface.faces).ravel()
    key = owner * len(table.ends) + edge
    found, index = np.unique(key, return_inverse=True)
    loose = found[np.bincount(index, weights=way, minlength=len(found)) != 0] // len(table.ends)
    whole = np.ones(count, bool)
    whole[loose] = False
    unit = np.unique(np.where(whole[patch], patch, count + groups(table)[1]), return_inverse=True)[1]
    number = int(unit.max()) + 1
    middle = centroids(surface) * surface.areas[:, None]
    area = np.maximum(summed(unit, surface.areas, number), 1e-300)
    centre = np.column_stack([summed(unit, middle[:, axis], number) for axis in range(3)]) / area[:, None]
    local = surface.points[surface.faces[:, 0]] - centre[unit]
    volumes = summed(unit, np.einsum("ij,ij->i", local, surface.cross) / 6.0, number)
    size = float(np.ptp(bounds(surface), axis=0).max())
    volumes[np.abs(volumes) <= FLAT * area * size] = 0.0
    return number, unit.astype(np.int64), volumes


def _inside(surface: Surface, unit: Indices, boxes: Floats, one: int, other: int) -> bool:
    """Whether unit `one` lies within unit `other`."""
    if (boxes[one, 0] < boxes[other, 0]).any() or (boxes[one, 1] > boxes[other, 1]).any():
        return False
    faces = surface.faces[unit == one]
    points = surface.points[faces[:: max(1, len(faces) // 5)][:5].ravel()]
    around = windings(Surface(surface.points, surface.faces[unit == other]), points)
    return bool(np.median(np.abs(around)) > 0.5)

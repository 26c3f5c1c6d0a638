"""Edges of four faces and more undone: surfaces that only touch along an edge are parted by a hair."""

import numpy as np

from designs.mesh.edge_table import EdgeTable, Indices, bounds, edge_table, welded
from designs.mesh.types import Floats, Surface

HAIR = 2e-5
GRAIN = 5e-7
MAX_EDGES = 20_000


def separate(surface: Surface) -> tuple[Surface, int, float]:
    """(surfaces that touch along edges parted, points parted, how far in mm).

    Round an edge, faces are paired over the material between them. Each sheet of paired faces gets points of its own;
    all but the largest sheet at a point draw back into their material by 2e-5 of the diagonal (2 µm in 100 mm; one
    more for each further sheet) and are rounded to float32, so that a file keeps them apart. Edges with more faces one
    way than the other stay.
    """
    table = edge_table(surface.faces)
    many = np.flatnonzero((table.uses > 2) & (table.balance == 0))
    if not 0 < len(many) <= MAX_EDGES:
        return surface, 0, 0.0
    low, high = bounds(surface)
    hair = max(HAIR * float(np.linalg.norm(high - low)), GRAIN * float(np.abs([low, high]).max()))
    pairs = _pairs(surface, table, many)
    owner, sheets = _sheets(surface, table, pairs)
    first, points, parted = _apart(surface, owner, sheets, hair)
    named = Surface(points, first)
    stuck = {edge for edge in many.tolist() if not parted[table.ends[edge]].any()}
    halved, middles = _halved(named, [pair for pair in pairs if pair[0] in stuck], hair)
    return halved, int(parted.sum()) + middles, hair


def _pairs(surface: Surface, table: EdgeTable, many: Indices) -> list[tuple[int, int, int]]:
    """(edge, half-edge, half-edge) of faces with material between them, going round each edge."""
    order = np.argsort(table.edge_of.ravel(), kind="stable")
    starts = np.concatenate(([0], np.cumsum(table.uses)))
    found: list[tuple[int, int, int]] = []
    for edge in many.tolist():
        halves = order[starts[edge] : starts[edge + 1]]
        a, b = surface.points[table.ends[edge]]
        along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-300)
        apexes = surface.points[surface.faces[halves // 3, (halves + 2) % 3]] - a
        aside = np.cross(along, np.eye(3)[np.argmin(np.abs(along))])
        angles = np.arctan2(apexes @ np.cross(along, aside), apexes @ aside)
        opens = surface.faces[halves // 3, halves % 3] != table.ends[edge, 0]
        ring = sorted(zip(angles.tolist(), (~opens).tolist(), halves.tolist(), strict=True))
        found += [(edge, opened, closed) for opened, closed in _matched(ring)]
    return found


def _matched(ring: list[tuple[float, bool, int]]) -> list[tuple[int, int]]:
    """Half-edges round an edge, (angle, closes, half), as brackets that open and close: gone round twice, each once."""
    waiting: list[int] = []
    seen: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for _, closes, half in ring + ring:
        if half in seen:
            continue
        if not closes:
            if half not in waiting:
                waiting.append(half)
        elif waiting:
            pairs.append((waiting.pop(), half))
            seen |= set(pairs[-1])
    return pairs


def _sheets(surface: Surface, table: EdgeTable, pairs: list[tuple[int, int, int]]) -> tuple[Indices, int]:
    """The sheet of each corner (3 a face), and their count: corners at one point, joined over edges that hold."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    order = np.argsort(table.edge_of.ravel(), kind="stable")
    paired = np.zeros(len(table.uses), bool)
    paired[[pair[0] for pair in pairs]] = True
    held = ~paired[table.edge_of.ravel()[order]]
    chained = held[1:] & (table.edge_of.ravel()[order][1:] == table.edge_of.ravel()[order][:-1])
    joined = np.array([pair[1:] for pair in pairs], np.int64).reshape(-1, 2)
    one = np.concatenate((order[:-1][chained], joined[:, 0]))
    other = np.concatenate((order[1:][chained], joined[:, 1]))
    flat = surface.faces.ravel()
    ends, others = (np.column_stack((half, half // 3 * 3 + (half + 1) % 3)) for half in (one, other))
    same_way = flat[ends[:, 0]] == flat[others[:, 0]]
    others[~same_way] = others[~same_way][:, ::-1]
    rows, columns = ends.ravel(), others.ravel()
    links = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(flat), len(flat)))
    count, sheet = connected_components(links, directed=False)
    return sheet.astype(np.int64), int(count)


def _apart(surface: Surface, sheet: Indices, count: int, hair: float) -> tuple[np.ndarray, Floats, np.ndarray]:
    """(faces on points of their own, points, which of the old points were parted)."""
    flat = surface.faces.ravel().astype(np.int64)
    point = np.zeros(count, np.int64)
    point[sheet] = flat
    area = np.bincount(sheet, np.repeat(surface.areas, 3), count)
    order = np.lexsort((-area, point))
    leads = np.ones(count, bool)
    leads[order[1:]] = point[order[1:]] != point[order[:-1]]
    touched = _touched(surface)
    moves = ~leads & touched[point]
    normal = np.column_stack([np.bincount(sheet, np.repeat(surface.cross[:, axis], 3), count) for axis in range(3)])
    inwards = -normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None]
    names = np.where(moves, len(surface.points) + np.cumsum(moves) - 1, point)
    starts = np.maximum.accumulate(np.where(leads[order], np.arange(count), 0))
    rank = np.empty(count)
    rank[order] = np.arange(count) - starts
    drawn = surface.points[point[moves]] + hair * rank[moves, None] * inwards[moves]
    points = np.vstack((surface.points, drawn.astype(np.float32)))
    parted = np.zeros(len(surface.points), bool)
    parted[point[moves]] = True
    return names[sheet].reshape(-1, 3), points, parted


def _touched(surface: Surface) -> np.ndarray:
    """Points on an edge of more than two faces."""
    table = edge_table(surface.faces)
    touched = np.zeros(len(surface.points), bool)
    touched[table.ends[table.uses > 2]] = True
    return touched


def _halved(named: Surface, pairs: list[tuple[int, int, int]], hair: float) -> tuple[Surface, int]:
    """Edges between points that could not be parted get a middle of their own for each pair of faces."""
    faces = named.faces.astype(np.int64)
    points, cut, new = [named.points], set(), []
    busy: set[int] = set()
    for edge in dict.fromkeys(pair[0] for pair in pairs):
        mine = [pair for pair in pairs if pair[0] == edge]
        touched = {half // 3 for pair in mine for half in pair[1:]}
        if touched & busy:
            continue
        busy |= touched
        for rank, (_, *halves) in enumerate(mine, start=1):
            rows = [half // 3 for half in halves]
            a, b = faces[rows[0], halves[0] % 3], faces[rows[0], (halves[0] + 1) % 3]
            inwards = -named.cross[rows].sum(axis=0)
            inwards /= max(float(np.linalg.norm(inwards)), 1e-300)
            middle = len(named.points) + len(points) - 1
            middle_point = (named.points[a] + named.points[b]) / 2 + rank * hair * inwards
            points.append(middle_point.astype(np.float32).astype(np.float64)[None])
            for row, half in zip(rows, halves, strict=True):
                start, end, apex = (faces[row, (half + step) % 3] for step in range(3))
                new += [(start, middle, apex), (middle, end, apex)]
                cut.add(row)
    kept = np.delete(faces, sorted(cut), axis=0)
    return welded(np.vstack(points), np.vstack((kept, np.array(new, np.int64).reshape(-1, 3)))), len(points) - 1

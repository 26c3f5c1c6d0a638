"""Small damage undone one kind at a time: cracks, faces without area, doubled faces, flaps and specks."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from designs.mesh.edge_table import Indices, bounds, compact, edge_table, face_keys, groups, summed, tetra_volumes
from designs.mesh.types import Surface

FLAT = 1e-9
SPECK = 1e-4
MAX_OPEN = 200_000


def diagonal(surface: Surface) -> float:
    """Length in mm of the bounding box's diagonal."""
    low, high = bounds(surface)
    return float(np.linalg.norm(high - low))


def open_points(surface: Surface) -> Indices:
    """Points at the edges that only one face has."""
    table = edge_table(surface.faces)
    return np.unique(table.ends[table.uses == 1])


def weld_close(surface: Surface, tolerance_mm: float) -> tuple[Surface, int, float]:
    """(points of open edges united where they lie within the tolerance, points gone, farthest move in mm)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    loose = open_points(surface)
    if not 0 < len(loose) <= MAX_OPEN:
        return surface, 0, 0.0
    pairs = cKDTree(surface.points[loose]).query_pairs(tolerance_mm, output_type="ndarray")
    if not len(pairs):
        return surface, 0, 0.0
    size = (len(loose), len(loose))
    count, cluster = connected_components(coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=size))
    first = np.full(count, len(surface.points), np.int64)
    np.minimum.at(first, cluster, loose)
    names = np.arange(len(surface.points))
    names[loose] = first[cluster]
    moved = float(np.linalg.norm(surface.points[names[loose]] - surface.points[loose], axis=1).max())
    return compact(surface.points, names[surface.faces]), len(loose) - count, moved


def split_edges(surface: Surface, tolerance_mm: float) -> tuple[Surface, int, float]:
    """(open edges cut at the open points that lie on them, cuts, farthest gap in mm): cracks at T joints close."""
    from scipy.spatial import cKDTree

    table = edge_table(surface.faces)
    halves = np.flatnonzero(table.uses[table.edge_of.ravel()] == 1)
    if not 0 < len(halves) <= MAX_OPEN:
        return surface, 0, 0.0
    points, faces = surface.points, surface.faces.astype(np.int64)
    loose = np.unique(table.ends[table.uses == 1])
    start, end = faces.ravel()[halves], np.roll(faces, -1, axis=1).ravel()[halves]
    middles, spans = (points[start] + points[end]) / 2, np.linalg.norm(points[end] - points[start], axis=1)
    near = cKDTree(points[loose]).query_ball_point(middles, spans / 2)
    new: list[tuple[int, int, int]] = []
    cut: dict[int, int] = {}
    gap = 0.0
    for half, a, b, span, found in zip(halves.tolist(), start.tolist(), end.tolist(), spans, near, strict=True):
        face, apex = half // 3, int(faces[half // 3, (half + 2) % 3])
        if face in cut or span <= 2 * tolerance_mm:
            continue
        others = np.array([point for point in loose[found].tolist() if point not in (a, b, apex)], np.int64)
        if not len(others):
            continue
        along = (points[b] - points[a]) / span
        local = points[others] - points[a]
        at = local @ along
        off = np.linalg.norm(local - at[:, None] * along, axis=1)
        on = (off <= tolerance_mm) & (at > tolerance_mm) & (at < span - tolerance_mm)
        if on.any():
            chain = [a, *others[on][np.argsort(at[on])].tolist(), b]
            new += [(one, two, apex) for one, two in pairwise(chain)]
            cut[face] = len(chain) - 2
            gap = max(gap, float(off[on].max()))
    if not cut:
        return surface, 0, 0.0
    kept = np.delete(faces, list(cut), axis=0)
    return compact(points, np.vstack((kept, np.array(new)))), sum(cut.values()), gap


def flat_faces(surface: Surface) -> NDArray[np.bool_]:
    """Faces whose height is below 1e-9 of the whole: a line to any slicer."""
    corners = surface.points[surface.faces]
    longest = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)
    return np.asarray(2.0 * surface.areas <= FLAT * diagonal(surface) * longest)


def drop_flat(surface: Surface) -> tuple[Surface, int]:
    """(faces without area dropped and their neighbours' long edges cut in their place, faces dropped).

    Where that would open the surface, or make as many faults as it undoes, all of them stay.
    """
    flat = flat_faces(surface)
    if not flat.any():
        return surface, 0
    tolerance = 10 * FLAT * diagonal(surface)
    rest, _, _ = weld_close(compact(surface.points, surface.faces[~flat]), tolerance)
    cuts = 1
    while cuts:
        rest, cuts, _ = split_edges(rest, tolerance)
    old, new = edge_table(surface.faces), edge_table(rest.faces)
    fewer = new.boundary <= old.boundary and new.faults < old.faults + int(flat.sum())
    return (rest, int(flat.sum())) if fewer and len(rest.faces) else (surface, 0)


def drop_doubles(surface: Surface) -> tuple[Surface, int]:
    """(no two faces on the same three points, faces dropped).

    Of copies that look the same way one stays. Of a patch of pairs that look at one another (a membrane inside a
    body) both go, unless the surface around it would then be open. Where that leaves more edges out of balance (bodies
    that lie in one another share some faces only), just the pairs go, or nothing.
    """
    keys = face_keys(surface.faces.astype(np.int64), either_way=True)
    _, group, copies = np.unique(keys, return_inverse=True, return_counts=True)
    if copies.max(initial=1) == 1:
        return surface, 0
    a, b, c = surface.faces.T
    even = np.where(((a < b).astype(int) + (b < c) + (c < a)) == 2, 1, -1)
    net = summed(group, even.astype(np.float64), len(copies))
    table = edge_table(surface.faces)
    paired = (copies > 1) & (net == 0)
    stays = np.where(paired, 0, np.where(net > 0, 1, -1))
    if paired.any():
        stays[_needed(surface, group, paired, table.edge_of, table.uses)] = 1
    for doubled in (copies > 1, paired):
        keep = ~doubled[group]
        chosen = np.flatnonzero(doubled[group] & (stays[group] == even))
        keep[chosen[np.unique(group[chosen], return_index=True)[1]]] = True
        rest = compact(surface.points, surface.faces[keep])
        if len(rest.faces) < len(surface.faces) and _unbalanced(rest) <= _unbalanced(surface):
            return rest, int((~keep).sum())
    return surface, 0


def _unbalanced(surface: Surface) -> int:
    return int((edge_table(surface.faces).balance != 0).sum())


def _needed(surface: Surface, group: Indices, paired: NDArray[np.bool_], edge_of: Indices, uses: Indices) -> Indices:
    """Groups of paired faces in patches without which an edge would have an odd number of faces."""
    pair_faces = np.flatnonzero(paired[group])
    part = Surface(surface.points, surface.faces[pair_faces])
    count, patch = groups(edge_table(part.faces))
    own = np.bincount(edge_of[pair_faces].ravel(), minlength=len(uses))
    odd = ((uses - own)[edge_of[pair_faces]] % 2 == 1).any(axis=1)
    needed = np.zeros(count, bool)
    needed[patch[odd]] = True
    return np.unique(group[pair_faces[needed[patch]]])


def drop_flaps(surface: Surface) -> tuple[Surface, int]:
    """(flaps off: faces that hang on an edge two others share and are open elsewhere, faces dropped)."""
    dropped = 0
    for _ in range(100):
        table = edge_table(surface.faces)
        uses = table.uses[table.edge_of]
        flap = (uses == 1).any(axis=1) & (uses > 2).any(axis=1) & ((uses == 1).sum(axis=1) >= 2)
        if not flap.any():
            break
        surface = compact(surface.points, surface.faces[~flap])
        dropped += int(flap.sum())
    return surface, dropped


def drop_specks(surface: Surface) -> tuple[Surface, int]:
    """(no shell thinner than 1e-9 of the whole or smaller than 1e-4 of it, shells dropped); the largest stays."""
    count, of_face = groups(edge_table(surface.faces))
    if count < 2:
        return surface, 0
    area = summed(of_face, surface.areas, count)
    volume = np.abs(summed(of_face, tetra_volumes(surface), count))
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    for corner in range(3):
        np.minimum.at(low, of_face, surface.points[surface.faces[:, corner]])
        np.maximum.at(high, of_face, surface.points[surface.faces[:, corner]])
    size = np.linalg.norm(high - low, axis=1)
    whole = diagonal(surface)
    closed = _closed(surface, of_face, count)
    speck = (size <= SPECK * whole) | (closed & (volume <= FLAT * whole * np.maximum(area, 1e-300)))
    speck[np.argmax(area)] = False
    if not speck.any():
        return surface, 0
    return compact(surface.points, surface.faces[~speck[of_face]]), int(speck.sum())


def _closed(surface: Surface, of_face: Indices, count: int) -> NDArray[np.bool_]:
    table = edge_table(surface.faces)
    whole = np.ones(count, bool)
    whole[of_face[(table.uses[table.edge_of] == 1).any(axis=1)]] = False
    return whole

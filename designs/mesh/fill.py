"""Small holes closed: loops of open edges, each filled with the least area."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.edge_table import EdgeTable, Indices, bounds, edge_table
from designs.mesh.types import Floats, Surface

LEAST_AREA_EDGES = 300
PLANAR = 1e-3


@dataclass(frozen=True)
class Filled:
    """The surface with its small holes closed, what was added, and the loops too large to close."""

    surface: Surface
    holes: int
    triangles: int
    area_mm2: float
    left: int
    left_longest_mm: float


def loops(faces: NDArray[np.int32], table: EdgeTable) -> list[list[int]]:
    """Simple loops of points round the missing faces, in the order those would have.

    They follow the boundary of the surface as a chain, so that they close even where open and non-manifold edges
    meet; edges whose two faces disagree have no sides and are left out.
    """
    start, end = faces.ravel().astype(np.int64), np.roll(faces, -1, axis=1).ravel().astype(np.int64)
    edge = table.edge_of.ravel()
    way = np.where(start < end, 1, -1)
    surplus = table.balance[edge] * way
    open_ = (surplus > 0) & ~((table.uses[edge] == 2) & (surplus > 0))
    _, first = np.unique(edge[open_], return_index=True)
    following: dict[int, list[int]] = {}
    for half in np.flatnonzero(open_)[first]:
        for _ in range(int(surplus[half])):
            following.setdefault(int(end[half]), []).append(int(start[half]))
    return _simple(following)


def _simple(following: dict[int, list[int]]) -> list[list[int]]:
    found: list[list[int]] = []
    for origin in sorted(following):
        while following[origin]:
            path, place = [origin], {origin: 0}
            while following.get(path[-1]):
                point = following[path[-1]].pop()
                if point in place:
                    found.append(path[place[point] :])
                    for gone in path[place[point] + 1 :]:
                        del place[gone]
                    path = path[: place[point] + 1]
                else:
                    place[point] = len(path)
                    path.append(point)
    return [loop for loop in found if len(loop) > 2]


@njit(cache=True)
def _least(points: NDArray[np.float64], taken: NDArray[np.uint8], costly: float) -> NDArray[np.int64]:
    """The middle corner chosen for each span of a loop: least area, then least long sides (Barequet, Sharir 1995)."""
    count = len(points)
    weight = np.zeros((count, count), np.float64)
    choice = np.full((count, count), -1, np.int64)
    for span in range(2, count):
        for i in range(count - span):
            j = i + span
            best, at = np.inf, -1
            sx, sy, sz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
            for k in range(i + 1, j):
                tx, ty, tz = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1], points[k, 2] - points[i, 2]
                nx, ny, nz = sy * tz - sz * ty, sz * tx - sx * tz, sx * ty - sy * tx
                area = np.sqrt(nx * nx + ny * ny + nz * nz) / 2
                cost = weight[i, k] + weight[k, j] + area
                if cost < best:
                    best, at = cost, k
            if span < count - 1:
                best += 1e-6 * (sx * sx + sy * sy + sz * sz)
                if taken[i, j]:
                    best += costly
            weight[i, j] = best
            choice[i, j] = at
    return choice


def warm() -> None:
    """Compile and cache the kernel."""
    _least(np.eye(3), np.zeros((3, 3), np.uint8), 1.0)


def _least_area(points: Floats, loop: list[int], known: set[int]) -> Indices:
    """Triangles over a loop that use no edge the surface has (`known`: low << 32 | high) where that can be."""
    count = len(loop)
    at = np.ascontiguousarray(points[loop])
    keys = np.minimum.outer(loop, loop).astype(np.int64) << 32 | np.maximum.outer(loop, loop).astype(np.int64)
    taken = np.zeros((count, count), np.uint8)
    for i in range(count):
        for j in range(i + 2, count - (i == 0)):
            taken[i, j] = int(keys[i, j]) in known
    costly = float(np.ptp(at, axis=0).max()) ** 2
    choice = _least(at, taken, costly)
    triangles, spans = [], [(0, count - 1)]
    while spans:
        i, j = spans.pop()
        if j - i > 1:
            k = int(choice[i, j])
            triangles.append((loop[i], loop[k], loop[j]))
            spans += [(i, k), (k, j)]
    return np.array(triangles, np.int64)


def _normal(at: Floats) -> Floats:
    """Newell's normal of a loop, twice its area long."""
    return np.asarray(np.cross(at, np.roll(at, -1, axis=0)).sum(axis=0))


def _planar(points: Floats, rings: list[list[int]]) -> Indices | None:
    """Triangles over an outer loop less its inner ones by manifold3d's ear clipping; None where it finds no way."""
    import manifold3d

    at = points[rings[0]]
    normal = _normal(at - at[0])
    normal /= max(float(np.linalg.norm(normal)), 1e-300)
    aside = np.eye(3)[np.argmin(np.abs(normal))]
    u = np.cross(normal, aside)
    u /= np.linalg.norm(u)
    frame = np.column_stack((u, np.cross(normal, u)))
    flat = [np.ascontiguousarray((points[ring] - at[0]) @ frame) for ring in rings]
    try:
        cut = np.asarray(manifold3d.triangulate(flat), np.int64)
    except (RuntimeError, ValueError):
        return None
    names = np.concatenate([np.array(ring, np.int64) for ring in rings])
    expected = len(names) + 2 * (len(rings) - 1) - 2
    return names[cut] if len(cut) == expected else None


def _rings(points: Floats, found: list[list[int]], tolerance: float) -> list[list[list[int]]]:
    """Loops put together: each outer one with the opposite coplanar ones that lie inside it (a missing ring)."""
    normals = [_normal(points[loop] - points[loop[0]]) for loop in found]
    areas = [float(np.linalg.norm(normal)) / 2 for normal in normals]
    rings = {number: [loop] for number, loop in enumerate(found)}
    for inner in sorted(range(len(found)), key=lambda number: areas[number]):
        for outer in sorted(range(len(found)), key=lambda number: areas[number]):
            if outer not in rings or areas[outer] <= areas[inner] or len(rings[inner]) > 1 or areas[inner] == 0:
                continue
            normal = normals[outer] / (2 * areas[outer])
            if normal @ normals[inner] > -1.99 * areas[inner]:
                continue
            heights = (points[found[inner] + found[outer]] - points[found[outer][0]]) @ normal
            if np.abs(heights).max() <= tolerance and _encircles(points[found[outer]], points[found[inner][0]], normal):
                rings[outer].append(rings.pop(inner)[0])
                break
    return list(rings.values())


def _encircles(ring: Floats, point: Floats, normal: Floats) -> bool:
    """Whether a planar ring goes round a point of its plane."""
    local = ring - point
    after = np.roll(local, -1, axis=0)
    angles = np.arctan2(np.cross(local, after) @ normal, np.einsum("ij,ij->i", local, after))
    return bool(abs(float(angles.sum())) > np.pi)


def fill(surface: Surface, max_share: float, max_edges: int, max_mm: float | None = None) -> Filled:
    """Close the holes that take at most `max_share` of the area, `max_edges` edges and `max_mm` of length."""
    table = edge_table(surface.faces)
    if not (table.balance != 0).any():
        return Filled(surface, 0, 0, 0.0, 0, 0.0)
    low, high = bounds(surface)
    tolerance = PLANAR * float(np.linalg.norm(high - low))
    known = set(((table.ends[:, 0] << 32) | table.ends[:, 1]).tolist())
    whole = float(surface.areas.sum())
    added, holes, left, longest = [], 0, 0, 0.0
    found = loops(surface.faces, table)
    every = _rings(surface.points, found, tolerance) if len(found) <= 200 else [[loop] for loop in found]
    for rings in every:
        edges = sum(len(ring) for ring in rings)
        length = max(_length(surface.points[ring]) for ring in rings)
        cover = None
        if edges <= max_edges and (max_mm is None or length <= max_mm):
            cover = _cover(surface.points, rings, known)
        if cover is None or _area(surface.points, cover) > max_share * whole or _repeats(cover, surface):
            left += len(rings)
            longest = max(longest, length)
            continue
        holes += len(rings)
        added.append(cover)
        sides = np.sort(np.stack((cover, np.roll(cover, -1, axis=1)), axis=2), axis=2).reshape(-1, 2)
        known.update(((sides[:, 0] << 32) | sides[:, 1]).tolist())
    if not added:
        return Filled(surface, 0, 0, 0.0, left, longest)
    new = np.vstack(added)
    closed = Surface(surface.points, np.vstack((surface.faces, new.astype(np.int32))))
    return Filled(closed, holes, len(new), _area(surface.points, new), left, longest)


def _cover(points: Floats, rings: list[list[int]], known: set[int]) -> Indices | None:
    if len(rings) > 1 or len(rings[0]) > LEAST_AREA_EDGES:
        return _planar(points, rings)
    return _least_area(points, rings[0], known)


def _repeats(cover: Indices, surface: Surface) -> bool:
    """Whether a face of the cover lies on the three points of one that is there."""
    near = surface.faces[np.isin(surface.faces, cover).all(axis=1)]
    return not {tuple(sorted(face)) for face in cover.tolist()}.isdisjoint(tuple(sorted(f)) for f in near.tolist())


def _length(at: Floats) -> float:
    return float(np.linalg.norm(at - np.roll(at, -1, axis=0), axis=1).sum())


def _area(points: Floats, faces: Indices) -> float:
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0)

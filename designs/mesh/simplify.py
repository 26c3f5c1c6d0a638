"""Fewer triangles for the viewer: each shell by itself, so that small parts of a plate keep their form."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.types import Corners, Faces, Floats, Points

MAX_TRIANGLES = 200_000
FEWEST = 400  # triangles that a shell keeps, when it has them and there is room
AGGRESSIVE, CAREFUL = 7, 4
MOST_VOLUME_ERROR = 0.005
MANY_SHELLS = 2_000


@njit(cache=True)
def _shells(faces: Corners, count: int) -> NDArray[np.int32]:
    """m labels 0, 1, ... in the order of the faces: which faces hang together by a point."""
    parents = np.arange(count).astype(np.int32)
    for f in range(len(faces)):
        for corner in range(3):
            a, b = faces[f, corner], faces[f, (corner + 1) % 3]
            while parents[a] != a:
                parents[a] = parents[parents[a]]
                a = parents[a]
            while parents[b] != b:
                parents[b] = parents[parents[b]]
                b = parents[b]
            if a != b:
                parents[max(a, b)] = min(a, b)
    names = np.full(count, -1, np.int32)
    labels = np.empty(len(faces), np.int32)
    used = 0
    for f in range(len(faces)):
        a = faces[f, 0]
        while parents[a] != a:
            a = parents[a]
        if names[a] < 0:
            names[a] = used
            used += 1
        labels[f] = names[a]
    return labels


def volume(points: Points, faces: Faces | Corners) -> float:
    """The signed volume, from the first point (mm³): what it is for an open mesh depends on that point."""
    local = points - points[faces[0, 0]] if len(faces) else points
    a, b, c = (local[faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def simplify(points: Points, faces: Faces | Corners, limit: int = MAX_TRIANGLES) -> tuple[Points, Corners]:
    """The mesh in at most `limit` triangles: points n x 3, faces m x 3 (int32). The same when it has no more.

    Shells keep at least some hundred triangles each; where even that is too much, those of least area are left out.
    A shell whose volume changes by more than 0.5 % is done again more carefully. The same input gives the same mesh.
    """
    corners = np.ascontiguousarray(faces, np.int32)
    if len(corners) <= limit:
        return points, corners
    labels = _shells(corners, len(points))
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order], prepend=-1))
    if len(bounds) > MANY_SHELLS:
        groups, quotas = _crowd(points, corners, order, bounds, limit)
    else:
        groups = np.split(order, bounds[1:])
        quotas = _quotas(np.array([len(group) for group in groups]), limit)
    places, meshes, offset = [], [], 0
    for group, quota in zip(groups, quotas, strict=True):
        used, index = np.unique(corners[group], return_inverse=True)
        shell, cut = points[used], np.ascontiguousarray(index.reshape(-1, 3), np.int32)
        if len(cut) > quota:
            shell, cut = _cut(shell, cut, int(quota))
        places.append(shell)
        meshes.append(cut + np.int32(offset))
        offset += len(shell)
    return np.vstack(places), np.ascontiguousarray(np.vstack(meshes)[:limit], np.int32)


def _quotas(sizes: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """How many triangles each shell may keep: in proportion, but small ones whole; together at most 0.98 `limit`."""
    fewest = min(FEWEST, limit // (2 * len(sizes)))
    low, high = 0.0, 1.0
    for _ in range(40):
        share = (low + high) / 2
        kept = np.minimum(sizes, np.maximum(fewest, sizes * share))
        low, high = (share, high) if kept.sum() <= 0.98 * limit else (low, share)
    return np.minimum(sizes, np.maximum(fewest, sizes * low)).astype(np.int64)


def _crowd(
    points: Points, corners: Corners, order: NDArray[np.int64], bounds: NDArray[np.int64], limit: int
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Thousands of shells: the large ones one by one, the small ones whole in one group, largest area first."""
    a, b, c = (points[corners[order, i]] for i in range(3))
    areas: Floats = np.add.reduceat(np.linalg.norm(np.cross(b - a, c - a), axis=1), bounds)
    groups = np.split(order, bounds[1:])
    ranked = np.argsort(-areas, kind="stable")
    large = [groups[i] for i in ranked[: MANY_SHELLS // 4]]
    small = [groups[i] for i in ranked[MANY_SHELLS // 4 :]]
    room = limit // 2
    ends = np.cumsum([len(group) for group in small])
    kept = small[: int(np.searchsorted(ends, room, side="right"))]
    quotas = _quotas(np.array([len(group) for group in large]), limit - sum(len(group) for group in kept))
    if not kept:
        return large, quotas
    rest = np.concatenate(kept)
    return [*large, rest], np.append(quotas, len(rest))


def _cut(points: Points, faces: Corners, quota: int) -> tuple[Points, Corners]:
    """One shell in about `quota` triangles."""
    import fast_simplification

    size = abs(volume(points, faces))
    single = points.astype(np.float32)
    best: tuple[Points, Corners] = (points, faces)
    least = np.inf
    for aggression in (AGGRESSIVE, CAREFUL):
        fewer, cut = fast_simplification.simplify(single, faces, target_count=max(quota, 4), agg=aggression)
        cut = np.ascontiguousarray(cut, np.int32)
        cut = cut[(cut[:, 0] != cut[:, 1]) & (cut[:, 1] != cut[:, 2]) & (cut[:, 2] != cut[:, 0])]
        if not len(cut):
            continue
        shell = np.asarray(fewer, np.float64)
        error = abs(abs(volume(shell, cut)) - size) / max(size, 1e-300)
        if error < least and (len(cut) <= quota * 1.02 or least == np.inf):
            best, least = (shell, cut), error
        if error <= MOST_VOLUME_ERROR:
            break
    return best


def warm() -> None:
    """Compile or load the kernel, and load the library."""
    import fast_simplification  # noqa: F401

    _shells(np.array([[0, 1, 2]], np.int32), 3)

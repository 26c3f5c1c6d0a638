"""Fewer triangles for the viewer: each shell by itself, so that small parts of a plate keep their form."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.edge_table import face_keys
from designs.mesh.types import Corners, Faces, Floats, Points

MAX_TRIANGLES = 200_000
FEWEST = 400  # triangles that a shell keeps, when it has them and there is room
# Allowed change of volume, and the library's aggressiveness: at 7, tessellated CAD loses up to 25 %.
STEPS = ((0.01, 7.0), (0.02, 5.0))
MANY_SHELLS = 2_000
CROWDED = 3e8
"""Past this sum over the points of the square of their faces (18 a triangle as a rule) cutting takes minutes."""


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


@njit(cache=True)
def _sums(points: Points, faces: Corners) -> tuple[float, float]:
    """Signed volume, from the first point, and area."""
    volume, area = 0.0, 0.0
    if not len(faces):
        return volume, area
    o = points[faces[0, 0]]
    for f in range(len(faces)):
        a, b, c = points[faces[f, 0]] - o, points[faces[f, 1]] - o, points[faces[f, 2]] - o
        x = (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])
        y = (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])
        z = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        volume += a[0] * x + a[1] * y + a[2] * z
        area += np.sqrt(x * x + y * y + z * z)
    return volume / 6.0, area / 2.0


@njit(cache=True)
def own(faces: Corners, count: int) -> tuple[NDArray[np.int32], Corners]:
    """The points that faces use, in the order of their use, and the faces with those counted from 0."""
    names = np.full(count, -1, np.int32)
    used = np.empty(min(count, 3 * len(faces)), np.int32)
    result = np.empty((len(faces), 3), np.int32)
    size = 0
    for f in range(len(faces)):
        for corner in range(3):
            p = faces[f, corner]
            if names[p] < 0:
                names[p] = size
                used[size] = p
                size += 1
            result[f, corner] = names[p]
    return used[:size].copy(), result


def volume(points: Points, faces: Faces | Corners) -> float:
    """The signed volume, from the first point (mm³): what it is for an open mesh depends on that point."""
    return float(_sums(np.ascontiguousarray(points, np.float64), np.ascontiguousarray(faces, np.int32))[0])


def simplify(points: Points, faces: Faces | Corners, limit: int = MAX_TRIANGLES) -> tuple[Points, Corners]:
    """The mesh in at most `limit` triangles: points n x 3, faces m x 3 (int32). The same when it has no more.

    Each shell is cut by itself, gently where that is enough, harder only while its volume and area hold; where many
    small shells are still too much, those of least area are left out. The same input gives the same mesh.
    """
    corners = np.ascontiguousarray(faces, np.int32)
    if len(corners) <= limit:
        return points, corners
    points = np.ascontiguousarray(points, np.float64)
    labels = _shells(corners, len(points))
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    if len(groups) > MANY_SHELLS:
        groups = _largest(points, corners, order, groups, limit)
    shells = [_Shell(points, corners[group]) for group in groups]
    for error, aggression in (*STEPS, (np.inf, 0.0)):
        if sum(len(shell.faces) for shell in shells) <= limit:
            break
        quotas = _quotas(np.array([len(shell.faces) for shell in shells]), limit)
        for shell, quota in zip(shells, quotas, strict=True):
            if aggression:
                shell.cut(int(quota), aggression, error)
            else:
                shell.points, shell.faces = _clustered(shell.points, shell.faces, int(quota))
    offsets = np.cumsum([0, *(len(shell.points) for shell in shells[:-1])]).astype(np.int32)
    places = np.vstack([shell.points for shell in shells])
    index = np.vstack([shell.faces + offset for shell, offset in zip(shells, offsets, strict=True)])
    return places, np.ascontiguousarray(index, np.int32)


class _Shell:
    """One shell as it is cut: always from the original, and only when the result is smaller and true to it."""

    def __init__(self, points: Points, faces: Corners) -> None:
        used, self.faces = own(faces, len(points))
        self.points: Points = points[used]
        self._whole = (self.points.astype(np.float32), self.faces)
        self._stalled = 0.0
        self._volume, self._area = _sums(self.points, self.faces)
        about = np.bincount(self.faces.ravel()).astype(np.float64)
        self._crowded = float(about @ about) > CROWDED

    def cut(self, quota: int, aggression: float, error: float) -> None:
        """Cut to `quota` triangles if volume and area change by no more than the share `error`."""
        import fast_simplification

        if len(self.faces) <= max(quota, 4) or self._crowded or self._stalled >= aggression:
            return
        fewer, cut = fast_simplification.simplify(*self._whole, target_count=max(quota, 4), agg=aggression)
        faces = _plain(np.ascontiguousarray(cut, np.int32))
        points: Points = np.ascontiguousarray(fewer, np.float64)
        if len(faces) > quota * 1.1:
            self._stalled = aggression
        if not 0 < len(faces) < len(self.faces):
            return
        size, area = _sums(points, faces)
        lost = abs(size - self._volume) / max(abs(self._volume), 1e-300)
        if lost <= error and abs(area - self._area) <= 4 * error * self._area:
            self.points, self.faces = points, faces


def _plain(faces: Corners) -> Corners:
    """The faces without repeated points."""
    a, b, c = faces.T
    return np.ascontiguousarray(faces[(a != b) & (b != c) & (c != a)], np.int32)


def _clustered(points: Points, faces: Corners, limit: int) -> tuple[Points, Corners]:
    """The last resort: points of one cell of a grid become one, the grid as fine as `limit` triangles allow."""
    if len(faces) <= limit:
        return points, faces
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-300)
    cells = 4096.0
    while cells >= 1.0:
        grid = np.floor((points - low) / size * cells).astype(np.int64)
        keys = (grid[:, 0] << 42) | (grid[:, 1] << 21) | grid[:, 2]
        names, index = np.unique(keys, return_inverse=True)
        fewer = _plain(index.ravel()[faces].astype(np.int32))
        if len(fewer) > limit:
            fewer = fewer[np.unique(face_keys(fewer.astype(np.int64)), return_index=True)[1]]
        if len(fewer) <= limit:
            counts = np.bincount(index.ravel(), minlength=len(names))
            means = [np.bincount(index.ravel(), points[:, axis], len(names)) / counts for axis in range(3)]
            return np.stack(means, axis=1), np.ascontiguousarray(fewer)
        cells *= min(0.8, max(0.3, float(np.sqrt(limit / max(len(fewer), 1)))))
    return points, np.ascontiguousarray(faces[:: -(-len(faces) // limit)])


def _quotas(sizes: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """How many triangles each shell may keep: in proportion, but small ones whole; together at most 0.98 `limit`."""
    fewest = min(FEWEST, limit // (2 * len(sizes)))
    low, high = 0.0, 1.0
    for _ in range(40):
        share = (low + high) / 2
        kept = np.minimum(sizes, np.maximum(fewest, sizes * share))
        low, high = (share, high) if kept.sum() <= 0.98 * limit else (low, share)
    return np.asarray(np.minimum(sizes, np.maximum(fewest, sizes * low)), np.int64)


def _largest(
    points: Points, corners: Corners, order: NDArray[np.int64], groups: list[NDArray[np.int64]], limit: int
) -> list[NDArray[np.int64]]:
    """Of thousands of shells the largest one by one, and as many of the next, whole, as half the `limit` holds."""
    a, b, c = (points[corners[order, i]] for i in range(3))
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    areas: Floats = np.add.reduceat(np.linalg.norm(np.cross(b - a, c - a), axis=1), starts)
    ranked = [groups[i] for i in np.argsort(-areas, kind="stable")]
    large, small = ranked[: MANY_SHELLS // 4], ranked[MANY_SHELLS // 4 :]
    ends = np.cumsum([len(group) for group in small])
    kept = small[: int(np.searchsorted(ends, limit // 2, side="right"))]
    return [*large, np.concatenate(kept)] if kept else large


def warm() -> None:
    """Compile or load the kernel, and load the library."""
    import fast_simplification  # noqa: F401

    face = np.array([[0, 1, 2]], np.int32)
    _shells(face, 3)
    own(face, 3)
    _sums(np.zeros((3, 3)), face)

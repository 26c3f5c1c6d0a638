"""How a part was moved, turned, mirrored or scaled between two versions whose shape may be the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from designs.mesh.edge_table import bounds, volume_mm3
from designs.mesh.nearest import Nearest, centroids, spread
from designs.mesh.types import Floats, Surface

SAMPLES = 4000
ALIKE = 1e-3
ROUGHLY = 0.02


@dataclass(frozen=True)
class Placement:
    """after = scale * rotation @ before + shift_mm. A rotation of determinant -1 mirrors."""

    rotation: Floats
    shift_mm: Floats
    scale: float = 1.0

    @property
    def mirrored(self) -> bool:
        """Whether left and right are exchanged."""
        return bool(np.linalg.det(self.rotation) < 0)

    def back(self, points: Floats) -> Floats:
        """n x 3 points of the version after, where they were in the version before."""
        return (points - self.shift_mm) @ self.rotation / self.scale


def translation(before: Surface, after: Surface, near: Nearest, precision_mm: float) -> Floats:
    """The shift in mm that took `before` to `after`, or nearly (part of the shape may have changed); else zeros.

    Candidates are the shift that most unmistakable faces share and those of the corners of the bounding boxes. One
    is believed only if it explains far more of the surface than no shift does.
    """
    size = float(np.linalg.norm(np.ptp(bounds(before), axis=0)))
    points = spread(after, SAMPLES)
    still = np.zeros(3)

    def explained(shift: Floats) -> float:
        return float((near.distances(points - shift) <= max(ALIKE * size, 4 * precision_mm)).mean())

    moves = [move for move in _shifts(before, after, precision_mm) if np.abs(move).max() > 2 * precision_mm]
    if not moves or (rest := explained(still)) == 1.0:
        return still
    scores = [explained(move) for move in moves]
    best = int(np.argmax(scores))
    missing = 1.0 - scores[best]
    convincing = scores[best] >= rest + 0.3 or missing <= (1.0 - rest) / 4
    return moves[best] if scores[best] >= 0.6 and convincing else still


def _shifts(before: Surface, after: Surface, precision_mm: float) -> Iterator[Floats]:
    voted = _voted(before, after, precision_mm)
    if voted is not None:
        yield voted
    (low, high), (low2, high2) = bounds(before), bounds(after)
    yield low2 - low
    yield high2 - high
    yield (low2 + high2 - low - high) / 2


def _voted(before: Surface, after: Surface, precision_mm: float) -> Floats | None:
    """The commonest shift among faces whose edges occur once in each version."""
    grid = 8 * precision_mm
    (keys, places), (keys2, places2) = (_lone_faces(surface, grid) for surface in (before, after))
    _, one, other = np.intersect1d(keys, keys2, assume_unique=True, return_indices=True)
    if len(one) < 4:
        return None
    shifts = places2[other] - places[one]
    cells = np.round(shifts / grid).astype(np.int64)
    _, cell, votes = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(np.median(shifts[cell.ravel() == np.argmax(votes)], axis=0))


def _lone_faces(surface: Surface, grid: float) -> tuple[Floats, Floats]:
    """Sorted keys of faces by their edges, wherever they lie, and the middles of those that occur once."""
    corners = surface.points[surface.faces]
    sides = np.round((np.roll(corners, -1, axis=1) - corners) / grid).astype(np.int64)
    mixed = (sides * np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], np.int64)).sum(axis=2)
    first = np.argmin(mixed, axis=1)[:, None]
    turned = np.take_along_axis(mixed, (first + np.arange(3)) % 3, axis=1)
    keys = (turned * np.array([0x27D4EB2F, 0x165667B1, 0x1B873593], np.int64)).sum(axis=1)
    found, index, count = np.unique(keys, return_index=True, return_counts=True)
    return found[count == 1], centroids(surface)[index[count == 1]]


def placement(before: Surface, after: Surface, near: Nearest, tolerance_mm: float, closed: bool) -> Placement | None:
    """How the same shape stands, turned, mirrored or scaled; None where the shapes differ by over `tolerance_mm`.

    Rotations are the 24 that lay axes on axes and those between principal axes: a part of round or square
    symmetry that was turned by an odd angle is not recognised. Mirrored ones are tried last. The volumes of `closed`
    surfaces must agree first, which costs nothing.
    """
    here, there = float(before.areas.sum()), float(after.areas.sum())
    if here <= 0 or there <= 0:
        return None
    scale = float(np.sqrt(there / here))
    scale = 1.0 if abs(scale - 1.0) < ALIKE else scale
    volume, volume2 = abs(volume_mm3(before)) * scale**3, abs(volume_mm3(after))
    if closed and abs(volume2 - volume) > ALIKE * volume:
        return None
    points, few = spread(after, SAMPLES), spread(after, SAMPLES // 16)
    roughly = ROUGHLY * float(np.linalg.norm(np.ptp(bounds(before), axis=0)))
    back: Nearest | None = None
    for candidate in _candidates(before, after, scale):
        found = candidate
        if np.quantile(near.distances(found.back(few)), 0.9) > roughly:
            continue
        distances, feet = near.closest(found.back(points))
        for _ in range(4):
            found = _refined(feet, points, found)
            distances, feet = near.closest(found.back(points))
        if distances.max() > tolerance_mm or near.distances(found.back(after.points)).max() > tolerance_mm:
            continue
        back = back or Nearest(after)
        if back.distances(scale * before.points @ found.rotation.T + found.shift_mm).max() <= tolerance_mm * scale:
            return found
    return None


def _refined(feet: Floats, points: Floats, guess: Placement) -> Placement:
    """The rigid motion from feet to points in the least squares sense (Kabsch 1976), of the same handedness."""
    from_, to = feet.mean(axis=0), points.mean(axis=0)
    left, _, right = np.linalg.svd((feet - from_).T @ (points - to))
    hand = -1.0 if guess.mirrored else 1.0
    sign = hand * np.sign(np.linalg.det(left @ right))
    rotation = right.T @ np.diag([1.0, 1.0, sign]) @ left.T
    return Placement(rotation, to - guess.scale * rotation @ from_, guess.scale)


def _candidates(before: Surface, after: Surface, scale: float) -> Iterator[Placement]:
    (low, high), (low2, high2) = bounds(before), bounds(after)
    middle, middle2 = (low + high) / 2, (low2 + high2) / 2
    fits = ALIKE * float(np.linalg.norm(high2 - low2))
    (heart, spans, axes), (heart2, spans2, axes2) = _principal(before), _principal(after)
    steady = np.allclose(spans * scale**2, spans2, rtol=0.01, atol=0.01 * spans2[2])
    for mirrored in (False, True):
        for turn in _axis_rotations(mirrored):
            if np.abs(scale * np.abs(turn) @ (high - low) - (high2 - low2)).max() <= fits:
                yield Placement(turn, middle2 - scale * turn @ middle, scale)
        for signs in product((1.0, -1.0), repeat=3) if steady else ():
            turn = axes2 @ np.diag(signs) @ axes.T
            if (np.linalg.det(turn) < 0) == mirrored:
                yield Placement(turn, heart2 - scale * turn @ heart, scale)


def _axis_rotations(mirrored: bool) -> Iterator[Floats]:
    """The 24 rotations of a cube, or its 24 mirrored ones; no rotation first."""
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            turn = np.eye(3)[list(order)] * np.array(signs)[:, None]
            if (np.linalg.det(turn) < 0) == mirrored:
                yield turn


def _principal(surface: Surface) -> tuple[Floats, Floats, Floats]:
    """(centre, variances ascending, axes as columns) of the surface's area."""
    weights = surface.areas / surface.areas.sum()
    corners = surface.points[surface.faces]
    middles = corners.mean(axis=1)
    centre = weights @ middles
    local = middles - centre
    around = corners - middles[:, None, :]
    covariance = (local * weights[:, None]).T @ local
    covariance += np.einsum("nki,nkj,n->ij", around, around, weights) / 12.0
    spans, axes = np.linalg.eigh(covariance)
    return centre, spans, axes

"""A descriptor of shape: unchanged by rotation, scale and tessellation; near in L2 distance where shapes are alike.

Three histograms over points spread evenly by area, each by its square root (Hellinger), so that L2 compares them well:
distances of pairs against how the surfaces lie to the line between them (after Osada's D2, 2002, with the angle), and
the energy of spherical harmonics by shells around the middle (after Kazhdan, 2003).
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import probes
from designs.mesh.types import Floats, Points, Surface

POINTS = 30_000
PAIRS = 300_000
DISTANCES, ANGLES = 18, 4
SHELLS, DEGREES = 12, 4
REACH = 2.6
RADIUS = 2.2
HARMONIC_WEIGHT = 2.0
LENGTH = DISTANCES * ANGLES + SHELLS * DEGREES


@njit(cache=True)
def _pairs(
    places: Points, normals: Floats, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[Floats, float]:
    """Histogram of pairs by distance (in mean distances) and by |normal . line|, and the mean distance."""
    count = len(first)
    apart = np.empty(count)
    total = 0.0
    for i in range(count):
        p, q = first[i], second[i]
        dx, dy, dz = places[q, 0] - places[p, 0], places[q, 1] - places[p, 1], places[q, 2] - places[p, 2]
        apart[i] = math.sqrt(dx * dx + dy * dy + dz * dz)
        total += apart[i]
    mean = total / count
    found = np.zeros((DISTANCES, ANGLES))
    if not mean > 0:
        return found, 0.0
    for i in range(count):
        if apart[i] == 0.0:
            continue
        p, q = first[i], second[i]
        one = two = 0.0
        for axis in range(3):
            along = (places[q, axis] - places[p, axis]) / apart[i]
            one += normals[p, axis] * along
            two += normals[q, axis] * along
        far = min(apart[i] / mean / REACH * DISTANCES, DISTANCES - 0.5000001) - 0.5
        lean = (abs(one) + abs(two)) / 2.0 * ANGLES - 0.5
        row, column = math.floor(far), math.floor(lean)
        u, v = far - row, lean - column
        for a in range(2):
            for b in range(2):
                r = min(max(row + a, 0), DISTANCES - 1)
                c = min(max(column + b, 0), ANGLES - 1)
                found[r, c] += (u if a else 1.0 - u) * (v if b else 1.0 - v)
    return found / count, mean


@njit(cache=True)
def _harmonics(places: Points) -> Floats:
    """Shells x degrees: the energy of degree 0 to 3 of the points in each shell around the middle, as amplitudes."""
    count = len(places)
    sums = np.zeros((SHELLS, 16))
    mean = 0.0
    for i in range(count):
        mean += math.sqrt((places[i] ** 2).sum()) / count
    if not mean > 0:
        return np.zeros((SHELLS, DEGREES))
    y = np.empty(16)
    for i in range(count):
        r = math.sqrt((places[i] ** 2).sum())
        if r == 0.0:
            continue
        a, b, c = places[i, 0] / r, places[i, 1] / r, places[i, 2] / r
        y[0] = 1.0
        y[1], y[2], y[3] = 1.7320508 * a, 1.7320508 * b, 1.7320508 * c
        y[4], y[5], y[6] = 3.8729833 * a * b, 3.8729833 * b * c, 3.8729833 * a * c
        y[7], y[8] = 1.118034 * (3 * c * c - 1), 1.9364917 * (a * a - b * b)
        y[9], y[10] = 2.09165 * b * (3 * a * a - b * b), 10.24695 * a * b * c
        y[11], y[12] = 1.6201852 * b * (5 * c * c - 1), 1.3228757 * c * (5 * c * c - 3)
        y[13], y[14] = 1.6201852 * a * (5 * c * c - 1), 5.1234754 * c * (a * a - b * b)
        y[15] = 2.09165 * a * (a * a - 3 * b * b)
        far = min(r / mean / RADIUS * SHELLS, SHELLS - 0.5000001) - 0.5
        shell = math.floor(far)
        u = far - shell
        for k in range(16):
            sums[max(shell, 0), k] += (1.0 - u) * y[k]
            sums[min(shell + 1, SHELLS - 1), k] += u * y[k]
    found = np.zeros((SHELLS, DEGREES))
    for shell in range(SHELLS):
        for degree in range(DEGREES):
            energy = 0.0
            for k in range(degree * degree, (degree + 1) * (degree + 1)):
                energy += (sums[shell, k] / count) ** 2
            found[shell, degree] = math.sqrt(energy / (2 * degree + 1))
    return found


def descriptor(surface: Surface) -> tuple[list[float], float]:
    """(120 floats, scale in mm): the shape, and the mean distance between two of its points.

    The same surface always gives the same floats. Open and inverted surfaces have one too; without area it is zero.
    """
    places, chosen = probes.spread(surface, POINTS)
    if not len(places):
        return [0.0] * LENGTH, 0.0
    centred = np.ascontiguousarray(places - places.mean(axis=0))
    normals = np.ascontiguousarray(surface.normals[chosen])
    first, second = np.random.default_rng(1).integers(0, POINTS, (2, PAIRS))
    pairs, scale = _pairs(centred, normals, first, second)
    joined = np.concatenate([np.sqrt(pairs).ravel(), HARMONIC_WEIGHT * np.sqrt(_harmonics(centred)).ravel()])
    return [round(float(value), 5) for value in joined], scale


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    descriptor(Surface(points, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)))

"""What follows from the convex hull: the smallest box around a part, and whether it stands."""

import math
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import convex
from designs.mesh.overhang import near_bed
from designs.mesh.types import Corners, Facts, Floats, Points, Surface

DIRECTIONS = 48
CLUSTER_COS = math.cos(math.radians(1.0))
ROUNDS = 4
CONTACTS = 20_000
RAYS = 180


@njit(cache=True)
def _rectangle(ring: Floats) -> tuple[float, float, float]:
    """(area, x, y): the smallest rectangle around a convex outline, and the unit direction of one side."""
    best, bx, by = np.inf, 1.0, 0.0
    count = len(ring)
    for i in range(count):
        dx = ring[(i + 1) % count, 0] - ring[i, 0]
        dy = ring[(i + 1) % count, 1] - ring[i, 1]
        length = math.sqrt(dx * dx + dy * dy)
        if length == 0:
            continue
        dx, dy = dx / length, dy / length
        low, high, tall = np.inf, -np.inf, 0.0
        for j in range(count):
            along = ring[j, 0] * dx + ring[j, 1] * dy
            low, high = min(low, along), max(high, along)
            tall = max(tall, (ring[j, 1] - ring[i, 1]) * dx - (ring[j, 0] - ring[i, 0]) * dy)
        if (high - low) * tall < best:
            best, bx, by = (high - low) * tall, dx, dy
    return best, bx, by


@njit(cache=True)
def _contacts(points: Points, top: float) -> Floats:
    """x and y of the points no higher than `top`."""
    flat = np.empty((len(points), 2))
    used = 0
    for i in range(len(points)):
        if points[i, 2] <= top:
            flat[used, 0], flat[used, 1] = points[i, 0], points[i, 1]
            used += 1
    return flat[:used].copy()


@njit(cache=True)
def _clusters(normals: Floats, sizes: Floats, order: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], Floats]:
    """(the largest side of each cluster within CLUSTER_COS, sum of its sizes), at most `most`, in `order`."""
    left = np.ones(len(order), np.bool_)
    found = np.empty(most, np.int64)
    sums = np.zeros(most)
    used = 0
    for item in order:
        if not left[item] or used == most:
            continue
        x, y, z = normals[item, 0], normals[item, 1], normals[item, 2]
        for other in range(len(order)):
            alike = normals[other, 0] * x + normals[other, 1] * y + normals[other, 2] * z
            if left[other] and (alike > CLUSTER_COS or other == item):
                left[other] = False
                sums[used] += sizes[other]
        found[used] = item
        used += 1
    return found[:used].copy(), sums[:used].copy()


def directions(corners: Points, faces: Corners) -> tuple[Floats, Floats]:
    """(k x 3 unit normals, k areas mm²) of the hull's largest sides, largest first; those within 1 degree are one."""
    a, b, c = (corners[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    double = np.linalg.norm(cross, axis=1)
    sound = double > 0
    normals, double = cross[sound] / double[sound, None], double[sound]
    found, sizes = _clusters(normals, double / 2.0, np.argsort(-double, kind="stable"), 4 * DIRECTIONS)
    order = np.argsort(-sizes, kind="stable")[:DIRECTIONS]
    return normals[found[order]], sizes[order]


@njit(cache=True)
def _around(corners: Points, normal: Floats) -> tuple[float, Floats]:
    """(volume, axes as rows) of the smallest box with one side along `normal`; the area when it has no height."""
    least = 0
    for k in range(1, 3):
        if abs(normal[k]) < abs(normal[least]):
            least = k
    axis = np.zeros(3)
    axis[least] = 1.0
    side = np.cross(normal, axis)
    side /= math.sqrt((side**2).sum())
    other = np.cross(normal, side)
    count = len(corners)
    flat = np.empty((count, 2))
    low, high = np.inf, -np.inf
    for i in range(count):
        x, y, z = corners[i, 0], corners[i, 1], corners[i, 2]
        flat[i, 0] = x * side[0] + y * side[1] + z * side[2]
        flat[i, 1] = x * other[0] + y * other[1] + z * other[2]
        along = x * normal[0] + y * normal[1] + z * normal[2]
        low, high = min(low, along), max(high, along)
    order = np.argsort(flat[:, 1], kind="mergesort")
    order = order[np.argsort(flat[order, 0], kind="mergesort")]
    area, x, y = _rectangle(convex.outline(flat[order]))
    axes = np.empty((3, 3))
    axes[0] = x * side + y * other
    axes[1] = np.cross(normal, axes[0])
    axes[2] = normal
    return area * (high - low), axes


@njit(cache=True)
def _smallest(corners: Points, normals: Floats, least: Floats, rounds: int) -> Floats:
    """Axes (rows) of the smallest box flush with one of k x 3 normals, turned until it shrinks no more.

    `least` is the volume that a box along each normal cannot fall below, ascending.
    """
    volume, axes = _around(corners, normals[0])
    for k in range(1, len(normals)):
        if least[k] >= volume:
            break
        smaller, turned = _around(corners, normals[k])
        if smaller < volume:
            volume, axes = smaller, turned
    idle = 0
    for turn in range(3 * rounds):
        smaller, turned = _around(corners, axes[turn % 3].copy())
        if smaller < volume * (1 - 1e-9):
            volume, axes, idle = smaller, turned, 0
        else:
            idle += 1
            if idle == 3:
                break
    return axes


def _least(corners: Points, faces: Corners, normals: Floats) -> Floats:
    """k volumes mm³ below which no box along k x 3 normals falls: the hull's height times its shadow (Cauchy)."""
    along = corners @ normals.T
    a, b, c = (corners[faces[:, k]] for k in range(3))
    shadows = np.abs(np.cross(b - a, c - a) @ normals.T).sum(axis=0) / 4.0
    return np.asarray((along.max(axis=0) - along.min(axis=0)) * shadows)


def oriented_box(points: Points, corners: Points, faces: Corners) -> tuple[Floats, Floats]:
    """(sides mm, longest first; axes as rows): a box around all points, the smallest among those tried.

    Tried are boxes flush with one of the 48 largest sides of the hull or with the file's axes, each turned by rotating
    calipers, then turned about each of its axes in turn until it shrinks no more. A minimal box need only touch
    edges (O'Rourke 1985), so a smaller one may exist; random solids stay within 5 % of an exhaustive search.
    """
    if not len(corners):
        return np.zeros(3), np.eye(3)
    if len(faces):
        tried = np.vstack([np.eye(3), directions(corners, faces)[0]])
        least = _least(corners, faces, tried)
        order = np.argsort(least, kind="stable")
        axes = _smallest(corners, tried[order], least[order], ROUNDS)
    else:
        thinnest = np.linalg.eigh(np.cov(corners.T, bias=True))[1][:, 0].copy()
        axes = _around(corners, thinnest)[1]
    reach = convex.spans(points, np.ascontiguousarray(axes))
    sizes = reach[:, 1] - reach[:, 0]
    order = np.argsort(-sizes, kind="stable")
    axes = axes[order]
    axes[2] = np.cross(axes[0], axes[1])
    return sizes[order], axes


def footprint(points: Points, floor: float, near: float) -> Floats:
    """Corners (n x 2, counter-clockwise) of the polygon on which a part stands on z = `floor`, within `near` mm."""
    flat = _contacts(points, floor + near)
    if len(flat) > CONTACTS:
        turns = np.linspace(0.0, 2 * np.pi, RAYS, endpoint=False)
        rays = np.column_stack([np.cos(turns), np.sin(turns)])
        flat = flat[np.unique([int(np.argmax(flat @ ray)) for ray in rays])]
    return convex.outline(np.ascontiguousarray(flat[np.lexsort((flat[:, 1], flat[:, 0]))]))


def tipping(ring: Floats, centre: Floats, height: float) -> float:
    """Degrees by which a part may be tilted before it falls over; 0 when it does not stand.

    atan(distance from the centre of mass to the nearest edge of its footprint / its height above the bed).
    """
    if len(ring) < 3:
        return 0.0
    edges = np.roll(ring, -1, axis=0) - ring
    towards = centre[None, :] - ring
    inside = (edges[:, 0] * towards[:, 1] - edges[:, 1] * towards[:, 0]) / np.linalg.norm(edges, axis=1)
    nearest = float(inside.min())
    if nearest <= 0:
        return 0.0
    return math.degrees(math.atan2(nearest, max(height, 0.0)))


def believed(surface: Surface, centre_of_mass: Sequence[float] | Floats) -> Floats:
    """The centre of mass, or the middle of the area where an open surface has put it outside of the part's own box."""
    centre = np.asarray(centre_of_mass, np.float64)
    box = convex.spans(surface.points, np.eye(3))
    if np.isfinite(centre).all() and (centre >= box[:, 0]).all() and (centre <= box[:, 1]).all():
        return centre
    if not len(surface.faces) or not surface.areas.sum() > 0:
        return np.asarray(surface.points.mean(axis=0))
    middles = surface.points[surface.faces].mean(axis=1)
    return np.asarray(np.average(middles, axis=0, weights=surface.areas))


def measure(surface: Surface, centre_of_mass: Sequence[float] | Floats) -> Facts:
    """`oriented_box_mm`, `oriented_box_axes`, `stable`, `tip_degrees` of a part standing along z.

    `centre_of_mass` is x, y, z in mm. Nothing is raised for flat, empty or open surfaces.
    """
    points = surface.points
    sizes, axes = oriented_box(points, *convex.hull(points))
    tip = 0.0
    if len(points):
        centre = believed(surface, centre_of_mass)
        reach = convex.spans(points, np.eye(3))
        floor, near = float(reach[2, 0]), near_bed(float((reach[:, 1] - reach[:, 0]).max()))
        tip = tipping(footprint(points, floor, near), centre[:2], float(centre[2]) - floor)
    return {
        "oriented_box_mm": sizes.tolist(),
        "oriented_box_axes": axes.tolist(),
        "stable": tip > 0,
        "tip_degrees": tip,
    }


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    convex.warm()
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    measure(Surface(points, np.empty((0, 3), np.int32)), [0.25, 0.25, 0.25])
    _around(points, np.array([0.0, 0.0, 1.0]))
    _clusters(points, np.ones(4), np.arange(4), 4)

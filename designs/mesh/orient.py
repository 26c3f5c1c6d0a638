"""Which way up to print a part: the sides of its hull as the bed, judged by support, contact, height and steps."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit

from designs.mesh import convex, hull, supports
from designs.mesh.overhang import near_bed
from designs.mesh.types import Corners, Facts, Floats, Points, Surface

LIMIT_DEGREES = 45.0
FLAT_COS = 0.99
UPRIGHT_SIN = 0.05
LEAST_TIP = 5.0
LEAST_CONTACT = 0.02
SHORT_LIST = 8
ANSWERS = 3
KEEP = 0.05
CLEAR = 0.1
TIP_CLEAR = 5.0
DOWN = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class Pose:
    """One way up, measured. `matrix` turns the part so that it stands along z."""

    matrix: Floats
    overhang: float
    contact: float
    height: float
    tip: float
    steps: float
    support: float = 0.0
    score: float = 0.0


@njit(cache=True)
def _areas(
    points: Points, faces: Corners, normals: Floats, areas: Floats, downs: Floats, floors: Floats, bed: float,
    limit: float, flat: float,
) -> Floats:  # fmt: skip
    """k x 3: overhang area, bed contact and area in steps, with each of k directions as down.

    `floors` is the reach along them. Steps: neither upright nor level, so that the layers show.
    """
    found = np.zeros((len(downs), 3))
    for f in range(len(faces)):
        x, y, z = normals[f]
        for k in range(len(downs)):
            leaning = x * downs[k, 0] + y * downs[k, 1] + z * downs[k, 2]
            if UPRIGHT_SIN < abs(leaning) < flat:
                found[k, 2] += areas[f]
            if leaning <= limit:
                continue
            lying = leaning > flat
            for corner in range(3):
                if lying:
                    p = faces[f, corner]
                    reach = points[p, 0] * downs[k, 0] + points[p, 1] * downs[k, 1] + points[p, 2] * downs[k, 2]
                    lying = floors[k] - reach <= bed
            found[k, 1 if lying else 0] += areas[f]
    return found


@njit(cache=True)
def _touching(points: Points, down: Floats, least: float) -> Points:
    """The points (k x 3) that reach at least `least` along `down`."""
    count = 0
    for i in range(len(points)):
        if points[i, 0] * down[0] + points[i, 1] * down[1] + points[i, 2] * down[2] >= least:
            count += 1
    found = np.empty((count, 3))
    count = 0
    for i in range(len(points)):
        if points[i, 0] * down[0] + points[i, 1] * down[1] + points[i, 2] * down[2] >= least:
            found[count] = points[i]
            count += 1
    return found


def turning(down: Floats) -> Floats:
    """The smallest rotation (3 x 3) that turns the unit vector `down` to -z; half a turn about x when it is +z."""
    cosine = float(down @ DOWN)
    if cosine > 1 - 1e-12:
        return np.eye(3)
    if cosine < -1 + 1e-12:
        return np.diag([1.0, -1.0, -1.0])
    x, y, z = np.cross(down, DOWN)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + cosine))


def _poses(surface: Surface, centre: Floats) -> list[Pose]:
    """As the part stands first, then with each axis and each large side of the hull down."""
    corners, faces = convex.hull(surface.points)
    sides = hull.directions(corners, faces)[0] if len(faces) else np.empty((0, 3))
    downs = np.vstack([DOWN[None, :], -DOWN[None, :], np.eye(3)[:2], -np.eye(3)[:2], sides])
    apart = np.triu(downs @ downs.T > hull.CLUSTER_COS, 1).any(axis=0)
    downs = np.ascontiguousarray(downs[~apart])
    reach = convex.spans(surface.points, downs)
    limit = math.sin(math.radians(LIMIT_DEGREES)) + 1e-6
    floors = np.ascontiguousarray(reach[:, 1])
    near = near_bed(float(np.ptp(surface.points, axis=0).max()))
    both = _areas(surface.points, surface.faces, surface.normals, surface.areas, downs, floors, near, limit, FLAT_COS)
    poses = []
    for k, down in enumerate(downs):
        matrix = turning(down)
        floor = -float(reach[k, 1])
        foot = _touching(surface.points, down, -floor - near)
        turned = np.ascontiguousarray(foot @ matrix.T)
        middle = matrix @ centre
        tip = hull.tipping(hull.footprint(turned, floor, near), middle[:2], float(middle[2]) - floor)
        height = float(reach[k, 1] - reach[k, 0])
        poses.append(Pose(matrix, float(both[k, 0]), float(both[k, 1]), height, tip, float(both[k, 2])))
    return poses


def _cost(pose: Pose, scale: float, area: float, largest: float) -> float:
    """Lower is better. Support counts by the cube of the part's size, overhang by its area, the rest by share."""
    return (
        3.0 * pose.support / scale**3
        + 1.0 * pose.overhang / area
        + 0.25 * pose.height / scale
        + 0.3 * pose.steps / area
        + 0.15 * (1.0 - pose.contact / largest)
        + 0.10 * max(0.0, 1.0 - pose.tip / 30.0)
    )


def _reasons(pose: Pose, now: Pose, scale: float) -> list[str]:
    """Why a way up beats the part as it stands."""
    found = []
    if pose.support < (1 - CLEAR) * now.support and now.support - pose.support > 1e-3 * scale**3:
        found.append("less-support")
    if pose.contact > (1 + CLEAR) * now.contact:
        found.append("larger-contact")
    if pose.height < (1 - CLEAR) * now.height:
        found.append("lower")
    if pose.tip > now.tip + TIP_CLEAR:
        found.append("more-stable")
    return found


def best(surface: Surface, facts: Facts) -> list[dict[str, Any]]:
    """Up to three ways up, best first, each with its numbers and the reasons why it beats the part as it stands.

    `facts` gives `centre_of_mass_mm`. A way up that would tip below 5 degrees (or half of what any side allows), or
    that touches the bed with less than 2 % of the largest side, is only taken when there is no other. `score` is
    from 0 to 1, higher is better.
    """
    area = float(surface.areas.sum()) if len(surface.faces) else 0.0
    if not area > 0:
        return []
    scale = float(np.prod(np.maximum(np.ptp(surface.points, axis=0), 1e-9)) ** (1 / 3))
    poses = _poses(surface, hull.believed(surface, facts["centre_of_mass_mm"]))
    largest = max(max(pose.contact for pose in poses), 1e-12)
    least = min(LEAST_TIP, 0.5 * max(pose.tip for pose in poses))
    sound = [pose for pose in poses if pose.tip >= max(least, 1e-9) and pose.contact >= LEAST_CONTACT * largest]
    tried = sorted(sound or poses, key=lambda pose: _cost(pose, scale, area, largest))[:SHORT_LIST]
    now = poses[0]
    standing = not sound or any(pose is now for pose in sound)
    if all(pose is not now for pose in tried):
        tried.append(now)
    measured = []
    for pose in tried:
        support = supports.volume(surface, pose.matrix)
        held = replace(pose, support=support)
        bonus = KEEP if pose is now else 0.0
        score = 1.0 / (1.0 + max(_cost(held, scale, area, largest) - bonus, 0.0))
        measured.append(replace(held, score=score))
        if pose is now:
            now = measured[-1]
    ranked = sorted(
        measured if standing else [pose for pose in measured if pose is not now], key=lambda pose: -pose.score
    )[:ANSWERS]
    return [
        {
            "matrix": pose.matrix.tolist(),
            "support_volume_mm3": pose.support,
            "overhang_area_mm2": pose.overhang,
            "bed_contact_mm2": pose.contact,
            "height_mm": pose.height,
            "tip_degrees": pose.tip,
            "stable": pose.tip > 0,
            "score": round(pose.score, 4),
            "reasons": ["already-best"] if place == 0 and pose is now else _reasons(pose, now, scale),
        }
        for place, pose in enumerate(ranked)
    ]


def warm() -> None:
    """Compile every kernel, or read it from the cache."""
    hull.warm()
    supports.warm()
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
    best(Surface(points, faces), {"centre_of_mass_mm": [0.25, 0.25, 0.25]})

"""How much light reaches a spot: the sky about it and a soft lamp, each as depth maps from many directions."""

import numpy as np

from designs.mesh import raster
from designs.mesh.camera import unit
from designs.mesh.raster import Single
from designs.mesh.types import Corners

MAP = 352
LAMP_DEGREES = 7.0
LAMP_RAYS = 12
SKY_RAYS, FEWEST_RAYS = 64, 16
BUDGET = 0.9  # seconds for the depth maps of one picture


def sphere(count: int) -> Single:
    """count x 3 directions spread evenly (a Fibonacci lattice)."""
    i = np.arange(count) + 0.5
    z = 1 - 2 * i / count
    turn = np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1).astype(np.float32)


def lamp(towards: Single, count: int = LAMP_RAYS) -> Single:
    """count x 3 directions within a round lamp about `towards`."""
    i = np.arange(count) + 0.5
    radius = np.tan(np.radians(LAMP_DEGREES)) * np.sqrt(i / count)
    turn = np.pi * (3 - 5**0.5) * i
    side = unit(np.cross(towards, np.array([0.3, 0.1, 1.0], np.float32)))
    up = np.cross(towards, side)
    spread = (radius * np.cos(turn))[:, None] * side + (radius * np.sin(turn))[:, None] * up
    return unit(np.asarray(towards + spread, np.float32))


def cost(points: Single, faces: Corners, size: int) -> float:
    """Seconds, about, to draw these faces in one map of `size` px that spans the unit sphere."""
    corners = points[faces]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = 0.5 * float(np.linalg.norm(np.cross(a, b), axis=1).sum())
    reach = float(np.abs(a).max(axis=1).sum())
    return (0.5 * area * (size / 2) ** 2 * 2 + reach * size / 2 * 6 + len(faces) * 25) * 1e-9


def rays(points: Single, faces: Corners) -> int:
    """How many directions of sky a picture can afford."""
    return int(min(SKY_RAYS, max(FEWEST_RAYS, BUDGET / max(cost(points, faces, MAP), 1e-6) - LAMP_RAYS)))


def reaching(
    points: Single, faces: Corners, spots: Single, normals: Single, directions: Single, weights: Single
) -> Single:
    """k shares (0 dark to 1 open) of the weighted light of d x 3 `directions` that arrives at k x 3 `spots`.

    The share is of the light that would arrive if nothing stood in its way, on the side of the normal.
    """
    seen, total = np.zeros(len(spots), np.float32), np.full(len(spots), 1e-9, np.float32)
    spread = points - points.mean(axis=0)
    longest = np.linalg.eigh(spread.T.astype(np.float64) @ spread)[1][:, 2].astype(np.float32)
    nothing = np.zeros((0, 0), np.int32)
    for towards, weight in zip(directions, weights, strict=True):
        # The map lies along the part, so that long thin ones fill it.
        up = longest - towards * float(longest @ towards)
        if float(up @ up) < 1e-4:
            up = np.cross(towards, np.array([1, 0, 0] if abs(towards[0]) < 0.9 else [0, 1, 0], np.float32))
        up = unit(up)
        axes = np.ascontiguousarray(np.stack([np.cross(up, towards), up, towards]).astype(np.float32))
        u, v = points @ axes[0], points @ axes[1]
        frame = np.empty(4, np.float32)
        for axis, along in enumerate((u, v)):
            low, high = float(along.min()), float(along.max())
            frame[axis] = (MAP - 4) / max(high - low, 2e-3)
            frame[axis + 2] = MAP / 2 - frame[axis] * (low + high) / 2
        depth = np.full((MAP, MAP), np.inf, np.float32)
        raster.fill(u * frame[0] + frame[2], v * frame[1] + frame[3], -(points @ towards), faces, depth, nothing)
        raster.gather(depth, spots, normals, axes, frame, float(weight), seen, total)
    return np.asarray(seen / total, np.float32)

"""How much light reaches a spot: the sky about it and a soft lamp, each as depth maps from many directions."""

import numpy as np
from numba import njit

from designs.mesh import raster
from designs.mesh.camera import unit
from designs.mesh.raster import Single, Whole
from designs.mesh.types import Corners

MAP = 352
LAMP_DEGREES = 7.0
LAMP_RAYS = 10
SKY_RAYS, FEWEST_RAYS = 52, 16
BUDGET = 0.45  # seconds for the depth maps of one picture


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


def cost(points: Single, faces: Corners, size: int, each: float = 25.0) -> float:
    """Seconds, about, to draw these faces in one map of `size` px that spans the unit sphere, `each` ns a face."""
    _, areas, reach = raster.face_normals(points, faces)
    area = float(areas.sum(dtype=np.float64))
    return (0.5 * area * (size / 2) ** 2 * 2 + reach * size / 2 * 6 + len(faces) * each) * 1e-9


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


@njit(cache=True)
def soften(values: Single, normals: Single, depth: Single, reach: int, step: float) -> Single:
    """h x w x 2 averaged along rows, then columns, over the pixels of one surface.

    That is: within 18 degrees and `step` of depth for each pixel between. `depth` is infinite where there is nothing;
    `normals` h x w x 3.
    """
    height, width, _ = values.shape
    source = values
    for way in range(2):
        result = source.copy()
        for row in range(height):
            for column in range(width):
                here = depth[row, column]
                if not np.isfinite(here):
                    continue
                n0, n1, n2 = normals[row, column, 0], normals[row, column, 1], normals[row, column, 2]
                total, one, two = np.float32(0), np.float32(0), np.float32(0)
                for k in range(-reach, reach + 1):
                    r, c = (row, column + k) if way == 0 else (row + k, column)
                    if r < 0 or c < 0 or r >= height or c >= width:
                        continue
                    alike = n0 * normals[r, c, 0] + n1 * normals[r, c, 1] + n2 * normals[r, c, 2]
                    if alike < np.float32(0.95) or not abs(depth[r, c] - here) < np.float32(step) * (abs(k) + 1):
                        continue
                    weight = np.float32(reach + 1 - abs(k))
                    total += weight
                    one += weight * source[r, c, 0]
                    two += weight * source[r, c, 1]
                if total > 0:
                    result[row, column, 0], result[row, column, 1] = one / total, two / total
        source = result
    return source


@njit(cache=True)
def lookup(
    values: Single, normals: Single, depth: Single, step: float, rows: Whole, columns: Whole, smooth: Single,
    deep: Single, shift: Single,
) -> Single:  # fmt: skip
    """k x 2: the light of pixels of a picture of twice the size, from those neighbours that show the same surface.

    `values`, `normals` and `depth` as for `soften`; `smooth` k x 3 and `deep` k are normal and depth of the pixels;
    `shift` (x, y) is where in its pixel each was sampled.
    """
    height, width, _ = values.shape
    result = np.empty((len(rows), 2), np.float32)
    for i in range(len(rows)):
        fx = (np.float32(columns[i]) + np.float32(0.5) - shift[0]) * np.float32(0.5) - np.float32(0.5)
        fy = (np.float32(rows[i]) + np.float32(0.5) - shift[1]) * np.float32(0.5) - np.float32(0.5)
        x, y = int(np.floor(fx)), int(np.floor(fy))
        ax, ay = fx - np.float32(x), fy - np.float32(y)
        total, one, two = np.float32(0), np.float32(0), np.float32(0)
        for reach in range(2):
            for r in range(max(y - reach, 0), min(y + 2 + reach, height)):
                for c in range(max(x - reach, 0), min(x + 2 + reach, width)):
                    if not np.isfinite(depth[r, c]):
                        continue
                    alike = np.float32(0)
                    for axis in range(3):
                        alike += smooth[i, axis] * normals[r, c, axis]
                    off = abs(depth[r, c] - deep[i]) / np.float32(step)
                    alike = max(alike, np.float32(0.02))
                    alike *= alike
                    alike *= alike
                    weight = alike * alike / (np.float32(1) + off * off)
                    if reach == 0:
                        near_x = ax if c > x else np.float32(1) - ax
                        near_y = ay if r > y else np.float32(1) - ay
                        weight *= near_x * near_y + np.float32(0.02)
                    total += weight
                    one += weight * values[r, c, 0]
                    two += weight * values[r, c, 1]
            if total > np.float32(0.05):
                break
        if total > 0:
            result[i, 0], result[i, 1] = one / total, two / total
        else:
            result[i, 0], result[i, 1] = 1, 1
    return result


def warm() -> None:
    """Compile or load every kernel."""
    values, normals = np.zeros((2, 2, 2), np.float32), np.zeros((2, 2, 3), np.float32)
    depth, row = np.zeros((2, 2), np.float32), np.zeros(1, np.int32)
    soften(values, normals, depth, 1, 0.1)
    spot = np.zeros((1, 3), np.float32)
    lookup(values, normals, depth, 0.1, row, row, spot, np.zeros(1, np.float32), np.zeros(2, np.float32))

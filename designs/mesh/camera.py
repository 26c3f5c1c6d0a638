"""Where a part is looked at from: few fixed places, the usual one unless another shows clearly more."""

from dataclasses import dataclass

import numpy as np

from designs.mesh import raster
from designs.mesh.raster import Single
from designs.mesh.types import Corners

AZIMUTHS = (-35.0, 35.0, 145.0, -145.0)
ELEVATIONS = (30.0, 55.0, -30.0)
CLEARLY = {30.0: 1.25, 55.0: 1.36, -30.0: 1.5}  # times as much, to leave the usual camera
FLAT = 0.16  # height over length: such parts are seen more from above
SAMPLE = 144
MARGIN = 1.13


@dataclass(frozen=True)
class Camera:
    """A parallel view. `axes` are the rows side, up, view (unit, 3 x 3); `centre` (side, up) and `half` frame it."""

    azimuth: float
    elevation: float
    axes: Single
    centre: tuple[float, float]
    half: float

    def project(
        self, points: Single, size: int, shift: tuple[float, float] = (0.0, 0.0)
    ) -> tuple[Single, Single, Single]:
        """Pixel columns, rows and depths of n x 3 points in a picture of `size` px, moved by `shift` px."""
        scale = np.float32(size / (2 * self.half))
        x = (points @ self.axes[0] - np.float32(self.centre[0])) * scale + np.float32(size / 2 + shift[0])
        y = (np.float32(self.centre[1]) - points @ self.axes[1]) * scale + np.float32(size / 2 + shift[1])
        return x, y, points @ self.axes[2]


def unit(vectors: Single) -> Single:
    """The same directions, one long."""
    array = np.asarray(vectors, np.float32)
    length = np.maximum(np.linalg.norm(array, axis=-1, keepdims=True), 1e-30).astype(np.float32)
    return np.asarray(array / length, np.float32)


def at(points: Single, azimuth: float, elevation: float) -> Camera:
    """The camera at these degrees (azimuth 0 looks along +Y, elevation up from the horizon), framed on the points."""
    turn, rise = np.radians(azimuth), np.radians(elevation)
    view = unit(np.array([-np.cos(rise) * np.sin(turn), np.cos(rise) * np.cos(turn), -np.sin(rise)], np.float32))
    side = unit(np.cross(view, np.array([0, 0, 1], np.float32)))
    axes = np.ascontiguousarray(np.stack([side, np.cross(side, view), view]).astype(np.float32))
    along, above = points @ axes[0], points @ axes[1]
    middle = (float(along.max() + along.min()) / 2, float(above.max() + above.min()) / 2)
    half = max(float(np.ptp(along)), float(np.ptp(above)), 1e-6) * 0.5 * MARGIN
    return Camera(azimuth, elevation, axes, middle, half)


def shown(camera: Camera, points: Single, faces: Corners, normals: Single) -> float:
    """How much a view shows: lines where the surface turns or steps within the outline, kinds of faces, and area."""
    depth = np.full((SAMPLE, SAMPLE), np.inf, np.float32)
    which = np.full((SAMPLE, SAMPLE), -1, np.int32)
    x, y, z = camera.project(points, SAMPLE)
    raster.fill(x, y, z, faces, depth, which)
    inside = which >= 0
    if not inside.any():
        return 0.0
    facing = normals[np.maximum(which, 0)]
    # Surfaces that merely graze the view say little.
    front = np.abs(facing @ camera.axes[2])
    lines = 0.0
    for axis in (0, 1):
        here = (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1))
        there = (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None))
        both = inside[here] & inside[there]
        turned = 1.0 - np.einsum("ijk,ijk->ij", facing[here], facing[there])
        with np.errstate(invalid="ignore"):
            stepped = np.abs(depth[here] - depth[there]) > 0.06
        lines += float((np.clip(turned, 0.0, 0.6) / 0.6 + 0.5 * stepped)[both].sum())
    covered = float((front * inside).sum()) / SAMPLE**2
    bins = np.rint(facing[inside] * 1.5).astype(np.int64) @ np.array([25, 5, 1])
    shares = np.unique(bins, return_counts=True)[1] / inside.sum()
    entropy = float(-(shares * np.log2(shares)).sum())
    return lines / (4 * SAMPLE) + 0.5 * float(np.sqrt(covered)) + 0.10 * entropy


def choose(points: Single, faces: Corners, normals: Single) -> Camera:
    """The usual camera, or the one of the few others that shows clearly more; the same for the same file.

    `points` n x 3 within the unit sphere, `normals` m x 3 of the faces. From below only when far more is there to see.
    """
    size = np.ptp(points, axis=0)
    flat = float(size[2]) < FLAT * float(max(size[0], size[1]))
    usual = (AZIMUTHS[0], ELEVATIONS[1] if flat else ELEVATIONS[0])
    best, most = at(points, *usual), 0.0
    for elevation in ELEVATIONS[1:] if flat else ELEVATIONS:
        for azimuth in AZIMUTHS:
            camera = at(points, azimuth, elevation)
            handicap = 1.0 if (azimuth, elevation) == usual else CLEARLY[elevation]
            score = shown(camera, points, faces, normals) / handicap
            if score > most:
                best, most = camera, score
    return best

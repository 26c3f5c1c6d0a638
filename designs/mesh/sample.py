"""Points spread evenly over a surface, the same ones each time, and how thick the material is under them."""

import numpy as np
from numpy.typing import NDArray

from designs.mesh.types import Floats, Points, Surface

START = 1e-5


def spread(surface: Surface, count: int, seed: int = 0) -> tuple[Points, NDArray[np.int64]]:
    """`count` points (n x 3, mm), one in each equal share of the area, and the triangle of each. Empty without area."""
    total = float(surface.areas.sum())
    if not total > 0:
        return np.empty((0, 3)), np.empty(0, np.int64)
    rng = np.random.default_rng(seed)
    places = (np.arange(count) + rng.random(count)) * (total / count)
    chosen = np.minimum(np.searchsorted(np.cumsum(surface.areas), places), len(surface.faces) - 1)
    u, v = rng.random((2, count))
    over = u + v > 1
    u[over], v[over] = 1 - u[over], 1 - v[over]
    a, b, c = (surface.points[surface.faces[chosen, k]] for k in range(3))
    return a + (b - a) * u[:, None] + (c - a) * v[:, None], chosen


def thickness(surface: Surface, places: Points, chosen: NDArray[np.int64]) -> Floats:
    """Material under each place along the inward normal of its triangle, in mm; infinite where the ray leaves."""
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    middle = surface.points.mean(axis=0)
    start = START * float(np.ptp(surface.points, axis=0).max())
    inward = -surface.normals[chosen]
    scene = EmbreeScene()
    TriangleMesh(scene, (surface.points - middle).astype(np.float32), surface.faces)
    rays = (places - middle + start * inward).astype(np.float32)
    hit = scene.run(rays, inward.astype(np.float32), output=True)
    return np.where(hit["primID"] >= 0, hit["tfar"].astype(np.float64) + start, np.inf)

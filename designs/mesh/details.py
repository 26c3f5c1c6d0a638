"""The slow facts of shape in one call: crossing faces, walls, gaps, holes and pins, bridges, voids and cups.

Rays, neighbours and the tree of boxes are made once and shared. Some 0.3 s for 20,000 triangles, 3 s for 500,000.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from designs.mesh import bridges, bvh, crossing, features, gaps, neighbours, places, probes, rays, trapped, walls
from designs.mesh.types import Facts, Floats, Points, Surface

MOST_LINES = 20_000


@dataclass(frozen=True)
class Details:
    """`facts`; `scene` for `walls.thickness_at`; `crossing` k x 2 faces; `points` n x 3 in mm by code of finding."""

    facts: Facts
    scene: rays.Scene
    crossing: NDArray[np.int32]
    points: dict[str, Points]


def measure(surface: Surface) -> Details:
    """All slow facts of one surface that stands as it is (Z up), and where its findings are."""
    pairs, truncated = crossing.find(surface)
    scene = rays.Scene(surface)
    beyond = neighbours.across(surface.faces)
    samples = probes.probe(surface, scene)
    wall, gap = walls.measure(samples), gaps.measure(samples)
    shape = features.measure(surface, samples, beyond)
    spans = bridges.measure(surface, beyond)
    facts: Facts = {
        **crossing.facts(pairs, truncated),
        **wall.facts,
        **gap.facts,
        **shape,
        **spans,
        **trapped.measure(surface),
        "ray_caster": scene.caster,
    }
    points = {
        "thin": _at(wall.facts["thin_places"]),
        "gap": _at(gap.facts["gap_places"]),
        "hole": _at(shape["round_holes"]),
        "pin": _at(shape["pins"]),
        "bridge": _at(spans["bridges"]),
    }
    return Details(facts, scene, pairs, points)


def outlines(surface: Surface, pairs: NDArray[np.int32]) -> Floats:
    """At most 20,000 x 2 x 3 mm: the sides of crossing faces, as lines for the viewer; each side once."""
    corners = surface.faces[np.unique(pairs)]
    sides = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    lines: Floats = surface.points[np.unique(sides, axis=0)[:MOST_LINES]]
    return lines


def _at(found: list[Facts]) -> Points:
    return np.array([place["at_mm"] for place in found], np.float64).reshape(-1, 3)


def warm() -> None:
    """Compile and cache every kernel of these measurements, and load the libraries that they need."""
    for module in (crossing, rays, features, bridges, trapped):
        module.warm()
    places.clusters(np.zeros((2, 3)), 1.0)
    measure(bvh.tetrahedron())

"""Shells that overlap made into one solid."""

from typing import Any

import numpy as np

from designs.mesh import booleans
from designs.mesh.compare_places import Shells
from designs.mesh.edge_table import Indices, compact, welded
from designs.mesh.nearest import windings
from designs.mesh.types import Surface

MAX_SHELLS = 500
OVERLAP = 1e-7


def unite(surface: Surface) -> tuple[Surface, int, float]:
    """(overlapping solids united, shells united, volume in mm³ that was counted twice).

    A solid is a shell that looks outwards with the hollows in it. Solids that do not overlap, and shells which
    enclose nothing a boolean can work with, stay as they are. What a union makes is rounded to float32, as an STL is.
    """
    shells = Shells.of(surface)
    if not 1 < len(shells) <= MAX_SHELLS:
        return surface, 0, 0.0
    owner = _owners(surface, shells)
    bodies = {
        int(body): booleans.solid(_part(surface, shells, owner == body), booleans.EXACTLY)
        for body in np.unique(owner[owner >= 0])
    }
    sound = sorted(body for body, made in bodies.items() if made is not None)
    clusters, twice = _clusters(shells, bodies, sound)
    united = [cluster for cluster in clusters if len(cluster) > 1]
    if not united:
        return surface, 0, 0.0
    import manifold3d

    gone = np.isin(owner, [body for cluster in united for body in cluster])
    kept = surface.faces[~gone[shells.of_face]]
    points, faces = [surface.points], [kept.astype(np.int64)]
    offset = len(surface.points)
    for cluster in united:
        made = manifold3d.Manifold.batch_boolean([bodies[body] for body in cluster], manifold3d.OpType.Add)
        whole = booleans.surface_of(made)
        points.append(whole.points.astype(np.float32).astype(np.float64))
        faces.append(whole.faces.astype(np.int64) + offset)
        offset += len(whole.points)
    return welded(np.vstack(points), np.vstack(faces)), sum(len(cluster) for cluster in united), twice


def _part(surface: Surface, shells: Shells, which: Any) -> Surface:
    return compact(surface.points, surface.faces[which[shells.of_face]])


def _owners(surface: Surface, shells: Shells) -> Indices:
    """Of each shell the solid it belongs to: itself, or for a hollow the smallest solid around it, or -1."""
    owner = np.where(shells.volume_mm3 > 0, np.arange(len(shells)), -1)
    for hollow in np.flatnonzero(shells.volume_mm3 < 0):
        holds = (shells.low <= shells.low[hollow]).all(axis=1) & (shells.high >= shells.high[hollow]).all(axis=1)
        point = surface.points[surface.faces[shells.of_face == hollow][:3].ravel()]
        for body in np.argsort(shells.volume_mm3):
            if not holds[body] or shells.volume_mm3[body] <= -shells.volume_mm3[hollow]:
                continue
            around = windings(Surface(surface.points, surface.faces[shells.of_face == body]), point)
            if np.median(around) > 0.5:
                owner[hollow] = body
                break
    return owner


def _clusters(shells: Shells, bodies: dict[int, Any], sound: list[int]) -> tuple[list[list[int]], float]:
    """Solids that overlap one another put together, and the sum of their overlaps in pairs."""
    parent = {body: body for body in sound}

    def root(body: int) -> int:
        while parent[body] != body:
            body = parent[body]
        return body

    twice = 0.0
    for place, one in enumerate(sound):
        for other in sound[place + 1 :]:
            if (shells.low[one] >= shells.high[other]).any() or (shells.low[other] >= shells.high[one]).any():
                continue
            common = (bodies[one] ^ bodies[other]).volume()
            if common > OVERLAP * min(bodies[one].volume(), bodies[other].volume()):
                twice += common
                parent[root(other)] = root(one)
    clusters: dict[int, list[int]] = {}
    for body in sound:
        clusters.setdefault(root(body), []).append(body)
    return list(clusters.values()), twice

"""Facts of a mesh: size, volume, topology, by object and together."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from designs.mesh import geometry, holes, hull, overhang, topology
from designs.mesh.geometry import Sums
from designs.mesh.topology import Edges
from designs.mesh.types import Facts, Loaded, Part, Surface
from designs.mesh.units import guess_units

SUMMED = (
    "triangles", "volume_mm3", "area_mm2", "shells", "cavities", "cavity_volume_mm3", "inverted_shells",
    "boundary_edges", "non_manifold_edges", "non_manifold_vertices", "holes", "winding_errors", "degenerate_triangles",
    "duplicate_triangles",
)  # fmt: skip
MAX_LISTED = 100
MAX_OBJECTS = 1000
UNTOLD = "so many shells lie in one another that cavities are told from inverted shells by their boxes alone"


def _shell_facts(surface: Surface, edges: Edges, shell_of: NDArray[np.int32], sums: Sums) -> tuple[Facts, bool]:
    """(facts, whether each shell inside out was told from a cavity by what lies around it)."""
    volumes, areas = sums.shell_volumes, sums.shell_areas
    closed = np.ones(len(volumes), np.bool_)
    if edges.boundary:
        half = np.flatnonzero(edges.around == np.arange(len(edges.around)))
        closed[shell_of[half // 3]] = False
    inside_out = closed & (volumes < -geometry.FLAT * areas**1.5)
    negative = np.flatnonzero(inside_out)
    found, whole = negative[:0], True
    if len(negative) and len(volumes) > 1:
        found, whole = holes.cavities(surface, shell_of, negative, closed)
    listed = volumes[np.argsort(-np.abs(volumes), kind="stable")[:MAX_LISTED]]
    return {
        "shells": len(volumes),
        "shell_volumes_mm3": listed.tolist(),
        "cavities": len(found),
        "cavity_volume_mm3": float(-volumes[found].sum()) if len(found) else 0.0,
        "inverted_shells": len(negative) - len(found),
    }, whole


def _genus(edges: Edges, points: int, faces: int, shells: int, split: int) -> int | None:
    """Handles of all shells together, by Euler: V - E + F = 2 (shells - genus). None unless a closed 2-manifold."""
    if edges.boundary or edges.non_manifold or edges.misled or split:
        return None
    return shells - (points - edges.count + faces) // 2


def _edge_facts(surface: Surface, edges: Edges, shells: int, split: int) -> Facts:
    lengths = holes.loops(surface, edges.around)[1] if edges.boundary else np.zeros(0)
    used = len(surface.points)
    return {
        "boundary_edges": edges.boundary,
        "non_manifold_edges": edges.non_manifold,
        "non_manifold_vertices": split,
        "holes": len(lengths),
        "hole_lengths_mm": lengths[:MAX_LISTED].tolist(),
        "genus": _genus(edges, used, len(surface.faces), shells, split),
        "winding_errors": edges.misled,
        "duplicate_triangles": holes.duplicates(surface.faces, edges.around) if edges.twins else 0,
    }


def _standing(sums: Sums) -> Facts:
    by_angle = sums.overhang_mm2.tolist()
    return {
        "overhang_area_mm2": by_angle[overhang.ANGLES.index(overhang.LIMIT_DEGREES)],
        "overhang_by_angle_mm2": by_angle,
        "bed_contact_mm2": sums.bed_mm2,
    }


class _Measured:
    """One object: its surface, its sums, its facts."""

    def __init__(self, part: Part) -> None:
        self.surface, edges = topology.surface_and_edges(part)
        self.shell_of, self.shells = topology.shells(edges.around)
        low, high = geometry.bounds(self.surface.points)
        self.sums = self._sums(low[2])
        self.closed = edges.boundary == 0 and len(self.surface.faces) > 0
        split = topology.fans(self.surface, edges.around)[1]
        sums = self.sums
        shell_facts, self.told = _shell_facts(self.surface, edges, self.shell_of, sums)
        centre = geometry.centre_of_mass(sums.volume, sums.area, sums.moment, sums.area_moment, self.closed)
        self.facts: Facts = {
            "name": part.name[:200],
            "triangles": len(part.faces),
            "size_mm": (high - low).tolist(),
            "min_mm": low.tolist(),
            "max_mm": high.tolist(),
            "volume_mm3": sums.volume,
            "area_mm2": sums.area,
            "centre_of_mass_mm": centre.tolist(),
            **shell_facts,
            **_edge_facts(self.surface, edges, self.shells, split),
            "degenerate_triangles": len(part.faces) - len(self.surface.faces) + sums.flat_triangles,
            "watertight": self.closed and edges.non_manifold == 0,
            **_standing(sums),
            **hull.measure(self.surface, centre),
        }
        self.facts["solid"] = _solid(self.facts)

    def standing_on(self, bed: float) -> Sums:
        """The sums with the bed at a height, mm."""
        if bed == self.facts["min_mm"][2]:
            return self.sums
        return self._sums(bed)

    def _sums(self, bed: float) -> Sums:
        """What stands and hangs is told of a surface that is wound inside out as slicers see it: turned right."""
        found = geometry.sums(self.surface, self.shell_of, self.shells, bed)
        if found.volume >= 0:
            return found
        turned = geometry.sums(geometry.turned(self.surface), self.shell_of, self.shells, bed)
        return replace(found, bed_mm2=turned.bed_mm2, overhang_mm2=turned.overhang_mm2)


def _solid(facts: Facts) -> bool:
    """A closed body of matter: watertight, wound one way, no shell inside out, a volume."""
    whole = facts["watertight"] and not facts["winding_errors"] and not facts["inverted_shells"]
    return bool(whole and facts["volume_mm3"] > 0 and geometry.has_inside(facts["volume_mm3"], facts["area_mm2"]))


def part_facts(part: Part) -> Facts:
    """The quick facts of one object. Lengths in the unit of its points."""
    return _Measured(part).facts


def _plate(measured: list[_Measured]) -> Facts:
    """The facts of all objects together, standing on one bed."""
    if len(measured) == 1:
        return {key: value for key, value in measured[0].facts.items() if key != "name"}
    objects = [item.facts for item in measured]
    low = np.min([item["min_mm"] for item in objects], axis=0)
    high = np.max([item["max_mm"] for item in objects], axis=0)
    plate: Facts = {key: sum(item[key] for item in objects) for key in SUMMED}
    moment, area_moment = (
        np.sum([getattr(item.sums, key) for item in measured], axis=0) for key in ("moment", "area_moment")
    )
    closed = all(item.closed for item in measured)
    centre = geometry.centre_of_mass(plate["volume_mm3"], plate["area_mm2"], moment, area_moment, closed)
    plate |= {"size_mm": (high - low).tolist(), "min_mm": low.tolist(), "max_mm": high.tolist()}
    plate["centre_of_mass_mm"] = centre.tolist()
    for key, rank in (("shell_volumes_mm3", abs), ("hole_lengths_mm", float)):
        every = [value for item in objects for value in item[key]]
        plate[key] = sorted(every, key=rank, reverse=True)[:MAX_LISTED]
    genera = [item["genus"] for item in objects]
    plate["genus"] = None if None in genera else sum(genera)
    plate |= {key: all(item[key] for item in objects) for key in ("watertight", "solid")}
    standing = [_standing(item.standing_on(low[2])) for item in measured]
    for key in ("overhang_area_mm2", "bed_contact_mm2"):
        plate[key] = sum(item[key] for item in standing)
    plate["overhang_by_angle_mm2"] = np.sum([item["overhang_by_angle_mm2"] for item in standing], axis=0).tolist()
    return plate


@dataclass(frozen=True)
class Measured:
    """The quick facts of a file, the surface of each object (of the first 1,000), and all of them as one."""

    facts: Facts
    objects: list[Surface]
    whole: Surface


def measure(loaded: Loaded, kind: str) -> Measured:
    """Quick facts of all build items together, and of each under "objects". Lengths in the file's unit."""
    measured = [_Measured(part) for part in loaded.parts]
    surfaces = [item.surface for item in measured]
    plate = _plate(measured)
    whole = surfaces[0] if len(surfaces) == 1 else topology.together(surfaces)
    if len(surfaces) > 1:
        plate |= hull.measure(whole, plate["centre_of_mass_mm"])
    facts: Facts = {"format": kind, "units": loaded.units, **plate}
    facts["units_guess"] = guess_units(facts["size_mm"], loaded.units, facts["min_mm"])
    facts["objects"] = [item.facts for item in measured[:MAX_OBJECTS]]
    facts["object_count"] = len(measured)
    facts["warnings"] = [*loaded.warnings, *([] if all(item.told for item in measured) else [UNTOLD])]
    return Measured(facts | loaded.extra, surfaces[:MAX_OBJECTS], whole)


def facts_of(loaded: Loaded, kind: str) -> Facts:
    """The quick facts alone."""
    return measure(loaded, kind).facts

"""Facts of a mesh: size, volume, topology, by object and together."""

import numpy as np

from designs.mesh import overhang, topology
from designs.mesh.types import Facts, Loaded, Part

SUMMED = (
    "triangles", "volume_mm3", "area_mm2", "shells", "cavities", "boundary_edges", "non_manifold_edges",
    "degenerate_triangles", "winding_errors", "inverted_shells", "overhang_area_mm2", "bed_contact_mm2",
)  # fmt: skip


def part_facts(part: Part) -> Facts:
    """Facts of one object. Lengths in the unit of its points."""
    points, faces = topology.weld(part.points, part.faces)
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    boundary, many, misled, shells, shell_of = topology.edges(faces)
    corners = points[faces]
    origin = corners[0, 0]
    local = corners - origin
    cross = np.cross(local[:, 1] - local[:, 0], local[:, 2] - local[:, 0])
    double = np.linalg.norm(cross, axis=1)
    volumes = np.einsum("ij,ij->i", local[:, 0], cross) / 6.0
    by_shell = np.bincount(shell_of, weights=volumes, minlength=len(faces))[np.unique(shell_of[whole])]
    negative = int((by_shell < 0).sum())
    volume = float(volumes.sum())
    used = points[faces.ravel()]
    low, high = used.min(axis=0), used.max(axis=0)
    normals = cross / np.where(double > 0, double, 1.0)[:, None]
    hanging, bed = overhang.areas(corners, normals, double / 2.0)
    watertight = boundary == 0 and many == 0 and bool(whole.any())
    return {
        "name": part.name[:200],
        "triangles": len(faces),
        "size_mm": (high - low).tolist(),
        "min_mm": low.tolist(),
        "max_mm": high.tolist(),
        "volume_mm3": volume,
        "area_mm2": float(double.sum() / 2.0),
        "shells": int(shells),
        "cavities": negative if volume > 0 and watertight else 0,
        "inverted_shells": negative if volume < 0 else 0,
        "boundary_edges": int(boundary),
        "non_manifold_edges": int(many),
        "degenerate_triangles": int((double == 0).sum()),
        "winding_errors": int(misled),
        "watertight": watertight,
        "overhang_area_mm2": hanging,
        "bed_contact_mm2": bed,
    }


def guess_units(size: list[float], declared: str) -> Facts:
    """Which unit the bare numbers are likely in, with a confidence from 0 to 1 and a reason code."""
    largest = max(size)
    if declared != "unknown":
        return {"unit": declared, "confidence": 1.0, "reason": "declared"}
    if largest < 1.0:
        return {"unit": "m", "confidence": 0.8, "reason": "smaller-than-1"}
    if largest < 5.0:
        return {"unit": "inch", "confidence": 0.6, "reason": "smaller-than-5"}
    if largest > 2000.0:
        return {"unit": "mm", "confidence": 0.4, "reason": "larger-than-2000"}
    return {"unit": "mm", "confidence": 0.9, "reason": "usual-size"}


def facts_of(loaded: Loaded, kind: str) -> Facts:
    """Facts of all build items together, and of each under "objects"."""
    objects = [part_facts(part) for part in loaded.parts]
    low = np.min([item["min_mm"] for item in objects], axis=0)
    high = np.max([item["max_mm"] for item in objects], axis=0)
    facts: Facts = {"format": kind, "units": loaded.units}
    facts |= {key: sum(item[key] for item in objects) for key in SUMMED}
    facts["size_mm"] = (high - low).tolist()
    facts["min_mm"] = low.tolist()
    facts["watertight"] = all(item["watertight"] for item in objects)
    facts["units_guess"] = guess_units(facts["size_mm"], loaded.units)
    facts["objects"] = objects[:1000]
    facts["object_count"] = len(objects)
    facts["warnings"] = loaded.warnings
    return facts | loaded.extra

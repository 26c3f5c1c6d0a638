"""Fix what can be fixed in a surface, leave what is sound as it is, and say what was done and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh import repair_clean as clean
from designs.mesh.edge_table import bounds, distinct, edge_table, face_keys, groups, volume_mm3
from designs.mesh.fill import fill
from designs.mesh.separate import separate
from designs.mesh.types import Facts, Surface
from designs.mesh.unite import unite
from designs.mesh.winding import agreeing, outwards

MAX_ROUNDS = 10


@dataclass(frozen=True)
class Options:
    """What a repair may do. Shares are of the surface's diagonal (lengths) or area (holes).

    A crack is closed up to `crack_share` (10 µm in 100 mm). A hole larger than `max_hole_share` of the area may be
    meant, as the mouth of a cup drawn without thickness is: it stays.
    """

    crack_share: float = 1e-4
    max_hole_share: float = 0.1
    max_hole_edges: int = 3000
    max_hole_mm: float | None = None
    unite: bool = True


@dataclass(frozen=True)
class Repaired:
    """The surface, and a report in JSON: `steps`, facts `before` and `after`, `fixed`, `left`."""

    surface: Surface
    report: Facts


@dataclass
class _Work:
    """A repair under way: the surface, and steps added up by code."""

    surface: Surface
    steps: dict[str, Facts] = field(default_factory=dict)
    displaced_mm: float = 0.0

    def take(self, code: str, surface: Surface, count: int, moved_mm: float = 0.0, **numbers: float) -> None:
        """Keep what a step made of the surface, if it did anything and left anything."""
        if not count or not len(surface.faces):
            return
        self.surface = surface
        self.displaced_mm = max(self.displaced_mm, moved_mm)
        step = self.steps.setdefault(code, {"code": code, "count": 0})
        for key, value in {"count": count, **numbers}.items():
            step[key] = step.get(key, 0) + value

    def faults(self) -> int:
        return edge_table(self.surface.faces).faults


def repair(surface: Surface, options: Options | None = None) -> Repaired:
    """Close cracks and small holes, drop useless faces, turn faces outwards, unite overlapping shells.

    A step that would leave more faults than it found is not taken. A sound surface comes back itself, with no steps;
    so does the result of a repair. Step codes: weld split-edges degenerate duplicate flaps specks winding fill-holes
    inverted separated united. `left` holds those of not-watertight, non-manifold, misoriented, degenerate, duplicate
    that are.
    """
    options = options or Options()
    if not len(surface.faces):
        nothing: Facts = {"steps": [], "before": {}, "after": {}, "changed": False, "fixed": False}
        return Repaired(surface, nothing | {"left": ["no-volume"], "max_displacement_mm": 0.0})
    work = _Work(surface)
    faults = _faults(surface)
    for _ in range(MAX_ROUNDS):
        again = _Work(work.surface, {code: dict(step) for code, step in work.steps.items()}, work.displaced_mm)
        _mend(again, options)
        if options.unite and again.faults() == 0:
            whole, count, twice = unite(again.surface)
            if edge_table(whole.faces).faults == 0:
                again.take("united", whole, count, overlap_mm3=twice)
        fewer = _faults(again.surface)
        turned = any(again.steps.get(code) != work.steps.get(code) for code in HARMLESS)
        if again.surface is work.surface or fewer > faults or (fewer == faults and not turned):
            break
        work, faults = again, fewer
    before, after = _facts(surface), _facts(work.surface)
    left = [code for code, key in LEFT.items() if after[key]]
    report = {
        "steps": list(work.steps.values()),
        "before": before,
        "after": after,
        "changed": work.surface is not surface,
        "fixed": not left,
        "left": left,
        "max_displacement_mm": work.displaced_mm,
    }
    return Repaired(work.surface, report)


def together(reports: Sequence[Facts]) -> Facts:
    """The reports of several objects as one: steps and numbers added up, sizes side by side left out."""
    if len(reports) == 1:
        return reports[0]
    steps: dict[str, Facts] = {}
    for report in reports:
        for step in report["steps"]:
            known = steps.setdefault(step["code"], {"code": step["code"]})
            for key, value in step.items():
                if key != "code":
                    known[key] = known.get(key, 0) + value
    sides = {
        side: {key: sum(report[side].get(key, 0) for report in reports) for key in reports[0][side] if key != "size_mm"}
        for side in ("before", "after")
    }
    return {
        "steps": list(steps.values()),
        **sides,
        "changed": any(report.get("changed") for report in reports),
        "fixed": all(report["fixed"] for report in reports),
        "left": sorted({code for report in reports for code in report["left"]}),
        "max_displacement_mm": max(report.get("max_displacement_mm", 0.0) for report in reports),
    }


HARMLESS = ("specks", "inverted", "united")
LEFT = {
    "not-watertight": "boundary_edges",
    "non-manifold": "non_manifold_edges",
    "misoriented": "winding_errors",
    "degenerate": "degenerate_triangles",
    "duplicate": "duplicate_triangles",
}


def closed(surface: Surface) -> Surface:
    """The surface with cracks and small holes closed and faces turned outwards, its shells apart."""
    work = _Work(surface)
    _mend(work, Options())
    return work.surface


def _mend(work: _Work, options: Options) -> None:
    work.take("degenerate", *clean.drop_flat(work.surface))
    work.take("duplicate", *clean.drop_doubles(work.surface))
    work.take("specks", *clean.drop_specks(work.surface))
    if edge_table(work.surface.faces).boundary:
        whole = clean.diagonal(work.surface)
        for share in (0.01, 0.1, 1.0):
            _cracks(work, share * options.crack_share * whole)
    work.take("flaps", *_if_better(work.surface, clean.drop_flaps(work.surface)))
    work.take("winding", *agreeing(work.surface))
    filled = fill(work.surface, options.max_hole_share, options.max_hole_edges, options.max_hole_mm)
    if edge_table(filled.surface.faces).faults <= work.faults():
        numbers = {"triangles": filled.triangles, "area_mm2": filled.area_mm2}
        work.take("fill-holes", filled.surface, filled.holes, **numbers)
    work.take("inverted", *outwards(work.surface))
    parted, count, moved = separate(work.surface)
    if count and edge_table(parted.faces).faults < work.faults():
        work.take("separated", parted, count, moved)


def _cracks(work: _Work, tolerance_mm: float) -> None:
    before = work.faults()
    welded, count, moved = clean.weld_close(work.surface, tolerance_mm)
    if count and edge_table(welded.faces).faults < before:
        work.take("weld", welded, count, moved)
        before = work.faults()
    for _ in range(3):
        split, count, gap = clean.split_edges(work.surface, tolerance_mm)
        if not count or edge_table(split.faces).faults >= before:
            return
        work.take("split-edges", split, count, gap)
        before = work.faults()


def _if_better(surface: Surface, made: tuple[Surface, int]) -> tuple[Surface, int]:
    return made if edge_table(made[0].faces).faults < edge_table(surface.faces).faults else (surface, 0)


def _faults(surface: Surface) -> int:
    facts = _facts(surface)
    return sum(facts[key] for key in LEFT.values())


def _facts(surface: Surface) -> Facts:
    table = edge_table(surface.faces)
    low, high = bounds(surface)
    keys = face_keys(surface.faces.astype(np.int64), either_way=True)
    return {
        "triangles": len(surface.faces),
        "boundary_edges": table.boundary,
        "non_manifold_edges": table.non_manifold,
        "winding_errors": table.misled,
        "degenerate_triangles": int(clean.flat_faces(surface).sum()),
        "duplicate_triangles": len(keys) - distinct(keys),
        "shells": groups(table)[0],
        "volume_mm3": volume_mm3(surface),
        "area_mm2": float(surface.areas.sum()),
        "size_mm": (high - low).tolist(),
    }


def write_stl(path: Path, parts: Sequence[Surface]) -> None:
    """Write surfaces as one binary STL with the same bytes for the same surfaces (no date in its header)."""
    from stl import Mode
    from stl.mesh import Mesh

    class Undated(Mesh):
        def get_header(self, name: str | bytes) -> str:
            return "repaired by Partage".ljust(80)

    corners = np.concatenate([part.points[part.faces] for part in parts])
    data = np.zeros(len(corners), dtype=Mesh.dtype)
    data["vectors"] = corners
    mesh: Any = Undated(data, calculate_normals=True)
    mesh.save(str(path), mode=Mode.BINARY, update_normals=False)

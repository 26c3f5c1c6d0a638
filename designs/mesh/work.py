"""One request from bytes to facts and pictures. Runs inside the sandbox.

Each step yields the facts known so far: what a later step costs, by failing or by taking too long, is never these.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh import (
    compare,
    draw,
    drawings,
    export,
    formats,
    glb,
    load,
    marks,
    measure,
    repair,
    simplify,
    topology,
    units,
    walls,
)
from designs.mesh.deep import Deep
from designs.mesh.details import Details
from designs.mesh.types import Facts, Floats, Loaded, RefusedError, Surface

SIDE_TRIANGLES = 100_000
ROUNDING = 6e-5
MARK_SECONDS = 2

Task = Callable[[dict[str, Any], Path | None], Iterator[Facts]]


def do(request: dict[str, Any]) -> Iterator[Facts]:
    """What a request of sandbox.py asks for, finite and ready for JSON. Raises RefusedError."""
    out = Path(request["folder"]) if request["pictures"] else None
    for facts in TASKS[request["task"]](request, out):
        yield _finite(facts)


def _analyse(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    path, kind, quick = Path(request["paths"][0]), request["format"], request["quick"]
    if kind in drawings.READERS:
        drawn = drawings.facts_of(load.content(path), kind, None if quick else out)
        yield units.in_units(drawn, request["units"]) if request.get("units") else drawn
        return
    if kind not in formats.MESHES | formats.SOURCES:
        raise RefusedError("unknown-format", f"no reader for {kind[:20]!r}")
    loaded = load.load(path, kind)
    stated = units.stated(loaded, request.get("units", ""))
    found = measure.measure(stated, kind)
    if stated.units != loaded.units:
        found.facts["units_guess"] |= {"reason": "owner"}
    yield found.facts
    if quick:
        return
    deep = Deep(found)
    yield from deep.steps()
    if out is not None and len(found.whole.faces):
        light = draw.draw(found.whole, out)
        yield deep.facts
        if light and deep.details:
            _marks(found.whole, deep.details, light, out)
            yield deep.facts


def _compare(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    paths = map(Path, request["paths"])
    before, after = (_plate(load.load(path, kind)) for path, kind in zip(paths, request["formats"], strict=True))
    found = compare.measure(before, after)
    yield found.facts
    if out is not None:
        sides = {"same": found.same, "added": found.added, "removed": found.removed}
        models = [
            glb.Model(name, *simplify.simplify(side.points, side.faces, SIDE_TRIANGLES)) for name, side in sides.items()
        ]
        glb.write(out / "diff.glb", models)
        yield found.facts


def _repair(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    """Each object is repaired by itself; the report counts them together."""
    kind = request["format"]
    parts = load.load(Path(request["paths"][0]), kind).parts
    done = [(part.name, repair.repair(topology.surface(part))) for part in parts]
    report = repair.together([repaired.report for _, repaired in done]) | {"format": export.format_for(kind)}
    yield report
    if out is not None and report["changed"]:
        export.write(out / "repaired", report["format"], [(name, repaired.surface) for name, repaired in done])
        yield report


def _plain(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    """All triangles as one STL in mm, standing on z = 0, turned by a 3 x 3 matrix where one is given."""
    loaded = units.stated(load.load(Path(request["paths"][0]), request["format"]), request.get("units", ""))
    turn = np.asarray(request["turn"] or np.eye(3), dtype=np.float64)
    surfaces = [topology.surface(part) for part in loaded.parts]
    turned = [Surface(one.points @ turn.T, one.faces) for one in surfaces if len(one.faces)]
    if not turned:
        raise RefusedError("no-triangles", "there is no triangle in it")
    low = min(float(one.points[:, 2].min()) for one in turned)
    standing = [Surface(one.points - np.array([0.0, 0.0, low]), one.faces) for one in turned]
    yield {"triangles": sum(len(one.faces) for one in standing)}
    if out is not None:
        export.write(out / "plain.stl", "stl", [("", one) for one in standing])
        yield {"triangles": sum(len(one.faces) for one in standing)}


TASKS: dict[str, Task] = {"analyse": _analyse, "compare": _compare, "repair": _repair, "plain": _plain}


def _plate(loaded: Loaded) -> Surface:
    return topology.together([topology.surface(part) for part in loaded.parts])


def _marks(whole: Surface, found: Details, light: glb.Model, out: Path) -> None:
    """Write where the findings are. The model's points are rounded: walls are measured from just below its surface.

    Where faces lie upon one another by the thousand, only as many walls are measured as two seconds allow.
    """
    boundary, non_manifold, misoriented = marks.open_edges(whole)
    below = ROUNDING * float(np.ptp(whole.points, axis=0).max())

    def thickness(spots: Floats, normals: Floats) -> Floats:
        each = -(-len(spots) // max(MARK_SECONDS * found.scene.affordable, 1))
        measured = np.full(len(spots), np.nan)
        chosen, along = spots[::each], normals[::each]
        measured[::each] = walls.thickness_at(found.scene, chosen - below * along, along) + below
        return measured

    marks.write(
        out / "marks.json",
        whole,
        (light.points, light.faces),
        boundary=boundary,
        non_manifold=non_manifold,
        misoriented=misoriented,
        crossing=found.crossing,
        points=found.points,
        thickness_at=thickness,
    )


def _finite(value: Any) -> Any:
    """The same JSON with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

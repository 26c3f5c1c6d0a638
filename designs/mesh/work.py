"""One request from bytes to facts and pictures. Runs inside the sandbox.

Each step yields the facts known so far: what a later step costs, by failing or by taking too long, is never these.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh import compare, drawings, formats, glb, load, measure, preview, repair, simplify, topology
from designs.mesh.types import Corners, Facts, Loaded, Points, RefusedError, Surface

Task = Callable[[dict[str, Any], Path | None], Iterator[Facts]]


def do(request: dict[str, Any]) -> Iterator[Facts]:
    """What a request of sandbox.py asks for, finite and ready for JSON. Raises RefusedError."""
    out = Path(request["folder"]) if request["pictures"] else None
    for facts in TASKS[request["task"]](request, out):
        yield _finite(facts)


def _analyse(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    path, kind, quick = Path(request["paths"][0]), request["format"], request["quick"]
    if kind in drawings.READERS:
        yield drawings.facts_of(load.content(path), kind, None if quick else out)
        return
    if kind not in formats.MESHES:
        raise RefusedError("unknown-format", f"no reader for {kind[:20]!r}")
    loaded = load.load(path, kind)
    facts = measure.facts_of(loaded, kind)
    yield facts
    if out is not None and not quick and any(facts["size_mm"]):
        _pictures(loaded, out)
        yield facts


def _compare(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    paths = map(Path, request["paths"])
    before, after = (plate(load.load(path, kind)) for path, kind in zip(paths, request["formats"], strict=True))
    found = compare.measure(before, after)
    yield found.facts


def _repair(request: dict[str, Any], out: Path | None) -> Iterator[Facts]:
    repaired = repair.repair(plate(load.load(Path(request["paths"][0]), request["format"])))
    if out is not None and repaired.report.get("changed"):
        repair.write_stl(out / "repaired.stl", [repaired.surface])
    yield repaired.report


TASKS: dict[str, Task] = {"analyse": _analyse, "compare": _compare, "repair": _repair}


def plate(loaded: Loaded) -> Surface:
    """Everything in a file as one surface; its objects are not welded to one another."""
    points: list[Points] = []
    faces: list[Corners] = []
    offset = 0
    for part in loaded.parts:
        surface = topology.surface(part)
        points.append(surface.points)
        faces.append(surface.faces + np.int32(offset))
        offset += len(surface.points)
    return Surface(np.vstack(points), np.vstack(faces))


def _pictures(loaded: Loaded, out: Path) -> None:
    """Write the previews and the light model of everything in the file, as one."""
    whole = plate(loaded)
    if not len(whole.faces):
        return
    corners = whole.faces.astype(np.int64)
    preview.save(preview.render(whole.points, corners), out)
    fewer, light = simplify.simplify(whole.points, corners)
    glb.write(out / "model.glb", fewer, light)


def _finite(value: Any) -> Any:
    """The same JSON with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

"""One request from bytes to facts and pictures. Runs inside the sandbox.

Each step yields the facts known so far: what a later step costs, by failing or by taking too long, is never these.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh import compare, drawings, formats, glb, load, measure, preview, repair, simplify, topology
from designs.mesh.deep import Deep
from designs.mesh.types import Facts, Loaded, RefusedError, Surface

FULL_TRIANGLES = 5_000_000
SIDE_TRIANGLES = 100_000

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
    found = measure.measure(load.load(path, kind), kind)
    yield found.facts
    if quick:
        return
    deep = Deep(found)
    yield from deep.steps()
    if out is not None and any(found.facts["size_mm"]):
        _pictures(found.whole, out)
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
    repaired = repair.repair(_plate(load.load(Path(request["paths"][0]), request["format"])))
    if out is not None and repaired.report.get("changed"):
        repair.write_stl(out / "repaired.stl", [repaired.surface])
    yield repaired.report


TASKS: dict[str, Task] = {"analyse": _analyse, "compare": _compare, "repair": _repair}


def _plate(loaded: Loaded) -> Surface:
    return topology.together([topology.surface(part) for part in loaded.parts])


def _pictures(whole: Surface, out: Path) -> None:
    """Write the previews and the models of everything in the file, as one."""
    if not len(whole.faces):
        return
    light = simplify.simplify(whole.points, whole.faces)
    preview.save(preview.render(whole.points, whole.faces, simple=light), out)
    glb.write(out / "model.glb", [glb.Model("part", *light)])
    if len(light[1]) < len(whole.faces) <= FULL_TRIANGLES:
        glb.write(out / "model-full.glb", [glb.Model("part", whole.points, whole.faces)])


def _finite(value: Any) -> Any:
    """The same JSON with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

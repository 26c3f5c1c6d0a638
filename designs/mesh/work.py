"""One file from bytes to facts and pictures. Runs inside the sandbox."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh import drawings, formats, glb, load, measure, preview, simplify, topology
from designs.mesh.types import Facts, Loaded, RefusedError

Draw = Callable[[], None]


def do(request: dict[str, Any]) -> tuple[Facts, Draw | None]:
    """What a request of sandbox.py asks for. Raises RefusedError."""
    out = Path(request["folder"]) if request["pictures"] else None
    return analyse(Path(request["paths"][0]), request["format"], out, request["quick"])


def analyse(path: Path, kind: str, out: Path | None, quick: bool = False) -> tuple[Facts, Draw | None]:
    """Facts of a file, and what draws its pictures into `out`: a picture that fails costs no facts.

    Drawings and images are drawn as they are read; `quick` draws nothing. Raises RefusedError.
    """
    if kind in drawings.READERS:
        drawn: Facts = _finite(drawings.facts_of(load.content(path), kind, None if quick else out))
        return drawn, None
    if kind not in formats.MESHES:
        raise RefusedError("unknown-format", f"no reader for {kind[:20]!r}")
    loaded = load.load(path, kind)
    facts: Facts = _finite(measure.facts_of(loaded, kind))
    if out is None or quick or not any(facts["size_mm"]):
        return facts, None
    return facts, partial(pictures, loaded, out)


def pictures(loaded: Loaded, out: Path) -> None:
    """Write the previews and the light model of everything in the file, as one."""
    points, faces, offset = [], [], 0
    for part in loaded.parts:
        points.append(part.points)
        faces.append(part.faces + offset)
        offset += len(part.points)
    welded, corners = topology.weld(np.vstack(points), np.vstack(faces))
    whole = (corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2]) & (corners[:, 2] != corners[:, 0])
    if not whole.any():
        return
    corners = corners[whole]
    preview.save(preview.render(welded, corners), out)
    fewer, light = simplify.simplify(welded, corners)
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

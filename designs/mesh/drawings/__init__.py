"""Drawings and images: facts, a picture, and what a laser or a printer would do with them."""

from collections.abc import Callable
from pathlib import Path

from designs.mesh.drawings import dxf, gcode, images, svg
from designs.mesh.types import Facts, RefusedError

MAX_DRAWING = 16 << 20

READERS: dict[str, Callable[[bytes, Path | None], Facts]] = {
    "svg": svg.read, "dxf": dxf.read, "gcode": gcode.read,
    "png": images.read, "jpeg": images.read, "webp": images.read, "gif": images.read,
}  # fmt: skip


def facts_of(data: bytes, kind: str, out: Path | None) -> Facts:
    """Facts of a drawing or image; its pictures are written into `out`. Raises RefusedError."""
    if kind in ("svg", "dxf") and len(data) > MAX_DRAWING:
        raise RefusedError("too-large", f"larger than {MAX_DRAWING >> 20} MiB", limit=MAX_DRAWING)
    return {"format": kind, "warnings": [], **READERS[kind](data, out)}

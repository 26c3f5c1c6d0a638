"""STEP through OpenCASCADE (cascadio), which writes a GLB in metres that is read back."""

import tempfile
from pathlib import Path

from designs.mesh.load import others
from designs.mesh.types import Loaded, RefusedError

LINEAR_TOLERANCE_MM = 0.1
ANGULAR_TOLERANCE = 0.5


def read(data: bytes) -> Loaded:
    """Read a STEP file as triangles in mm. Raises RefusedError when it holds no shape."""
    import cascadio

    if b"ISO-10303-21" not in data[:4096]:
        raise RefusedError("not-step", "not a STEP file")
    if b"END-ISO-10303-21" not in data[-4096:]:
        raise RefusedError("truncated", "truncated: the STEP file has no end")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        source, made = Path(folder) / "in.step", Path(folder) / "out.glb"
        source.write_bytes(data)
        cascadio.step_to_glb(str(source), str(made), LINEAR_TOLERANCE_MM, ANGULAR_TOLERANCE)
        if not made.exists() or not made.stat().st_size:
            raise RefusedError("unreadable", "the STEP file holds no shape that can be read")
        loaded = others.read_glb(made.read_bytes(), y_up=False)
    return Loaded(loaded.parts, "mm", loaded.warnings, {"tolerance_mm": LINEAR_TOLERANCE_MM})

"""All pictures of one part: previews, the light model, and the whole one when that is more."""

from pathlib import Path

from designs.mesh import glb, preview, simplify
from designs.mesh.glb import Model
from designs.mesh.types import Surface

FULL_TRIANGLES, FULL_BYTES = 2_000_000, 64 << 20  # more would need 1 GiB beside the mesh itself


def draw(surface: Surface, out: Path, name: str = "part") -> Model | None:
    """Write preview-1024.webp, preview-256.webp, model.glb and, past 200,000 triangles, model-full.glb into `out`.

    Returns the light model as a viewer decodes it, for marks.write; None, and nothing written, without triangles.
    """
    if not len(surface.faces):
        return None
    points, faces = simplify.simplify(surface.points, surface.faces)
    preview.save(preview.render(surface.points, surface.faces, simple=(points, faces)), out)
    [light] = glb.write(out / "model.glb", [Model(name, points, faces)])
    if len(faces) < len(surface.faces) <= FULL_TRIANGLES:
        full = out / "model-full.glb"
        glb.write(full, [Model(name, surface.points, surface.faces)])
        if full.stat().st_size > FULL_BYTES:
            full.unlink()
    return light


def warm() -> None:
    """Compile or load what drawing needs."""
    import DracoPy  # noqa: F401

    preview.warm()
    simplify.warm()

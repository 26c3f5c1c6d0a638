"""Surfaces back into files: STL by numpy-stl, the other formats by trimesh."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from designs.mesh import repair
from designs.mesh.types import Surface

FORMATS = frozenset({"stl", "obj", "ply", "off", "3mf"})


def format_for(kind: str) -> str:
    """The format in which a repaired copy of a file is written: its own where we can write it, else STL."""
    return kind if kind in FORMATS else "stl"


def write(path: Path, kind: str, parts: Sequence[tuple[str, Surface]]) -> None:
    """Write named parts, in mm. Only 3MF keeps them apart and named; the others hold all triangles of all parts."""
    if kind == "stl":
        repair.write_stl(path, [surface for _, surface in parts])
        return
    import trimesh

    meshes = [trimesh.Trimesh(surface.points, surface.faces, process=False) for _, surface in parts]
    if kind != "3mf":
        path.write_bytes(_bytes(trimesh.util.concatenate(meshes), kind))
        return
    scene = trimesh.Scene()
    for number, ((name, _), mesh) in enumerate(zip(parts, meshes, strict=True)):
        scene.add_geometry(mesh, geom_name=name or f"part-{number + 1}")
    path.write_bytes(_bytes(scene, kind))


def _bytes(thing: Any, kind: str) -> bytes:
    content: bytes | str = thing.export(file_type=kind)
    return content.encode() if isinstance(content, str) else content

"""OBJ by a reader of our own; PLY, OFF and GLB through trimesh, with counts checked first."""

import io
import itertools
import json
import re
import struct
from typing import Any

import numpy as np

from designs.mesh.types import Loaded, Part, RefusedError

MAX_ITEMS = 30_000_000
Y_UP_TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])


def read_obj(data: bytes) -> Loaded:
    """Read v and f lines (polygons as fans, negative indices counted from the end)."""
    points: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    try:
        for line in data.decode("utf-8", "replace").replace("\\\n", " ").splitlines():
            if line.startswith("v "):
                points.append([float(word) for word in line.split()[1:4]])
            elif line.startswith("f "):
                corners = []
                for word in line.split()[1:]:
                    index = int(word.split("/", 1)[0])
                    if index == 0 or index > MAX_ITEMS:
                        raise RefusedError("bad-index", "a face names a point that is not there")
                    corners.append(index - 1 if index > 0 else len(points) + index)
                first = corners[0]
                faces += [(first, b, c) for b, c in itertools.pairwise(corners[1:])]
        array = np.array(points, np.float64).reshape(-1, 3)
    except (ValueError, IndexError) as error:
        raise RefusedError("unreadable", "a line of the OBJ file is not numbers") from error
    if not faces:
        raise RefusedError("no-triangles", "no faces, so no triangles")
    return Loaded([Part("", array, np.array(faces, np.int64).reshape(-1, 3))])


def read_ply(data: bytes) -> Loaded:
    """Read a PLY file whose header is whole and whose counts its length can hold."""
    end = data.find(b"end_header", 0, 65536)
    if not data.startswith(b"ply") or end < 0:
        raise RefusedError("unreadable", "not a PLY file: its header has no end")
    counts = [int(n) for n in re.findall(rb"element\s+\S+\s+(\d{1,18})", data[:end])]
    if not counts or sum(counts) > len(data):
        raise RefusedError("truncated", "truncated: the header announces more than the file holds")
    return _trimesh(data, "ply")


def read_off(data: bytes) -> Loaded:
    """Read an OFF file whose counts are possible."""
    words = re.sub(rb"#[^\n]*", b"", data[:4096]).split()
    numbers = words[1:4] if words and words[0].upper().endswith(b"OFF") else []
    try:
        counts = [int(word) for word in numbers]
    except ValueError:
        counts = []
    if len(counts) < 2:
        raise RefusedError("unreadable", "not an OFF file")
    if min(counts) < 0 or sum(counts[:2]) > len(data):
        raise RefusedError("truncated", "the OFF header announces counts that are impossible")
    return _trimesh(data, "off")


def _trimesh(data: bytes, kind: str) -> Loaded:
    import trimesh

    try:
        mesh: Any = trimesh.load(io.BytesIO(data), file_type=kind, process=False, force="mesh")
        points = np.asarray(mesh.vertices, np.float64).reshape(-1, 3)
        faces = np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    except MemoryError:
        raise
    except Exception as error:
        raise RefusedError("unreadable", f"the {kind.upper()} file cannot be read") from error
    return Loaded([Part("", points, faces)])


def read_glb(data: bytes, y_up: bool = True) -> Loaded:
    """Read a GLB that names no outside file; metres become mm, and +Y up becomes +Z up."""
    import trimesh

    if len(data) < 20 or data[:4] != b"glTF":
        raise RefusedError("unreadable", "not a GLB file")
    length, kind = struct.unpack("<II", data[12:20])
    try:
        head = json.loads(data[20 : 20 + length]) if kind == 0x4E4F534A else None
    except (ValueError, RecursionError) as error:
        raise RefusedError("unreadable", "the GLB header is damaged") from error
    if not isinstance(head, dict):
        raise RefusedError("unreadable", "the GLB header is damaged")
    if any("uri" in b and not str(b["uri"]).startswith("data:") for b in head.get("buffers", [])):
        raise RefusedError("outside-target", "the GLB names a file outside itself")
    if any(int(a.get("count", 0)) > MAX_ITEMS for a in head.get("accessors", [])):
        raise RefusedError("too-many-triangles", "the GLB announces more than it can hold")
    try:
        scene: Any = trimesh.load(io.BytesIO(data), file_type="glb", process=False, force="scene", skip_materials=True)
        meshes = scene.dump()
    except MemoryError:
        raise
    except Exception as error:
        raise RefusedError("unreadable", "the GLB file cannot be read") from error
    parts = []
    for mesh in meshes:
        if hasattr(mesh, "faces"):
            points = np.asarray(mesh.vertices, np.float64) * 1000.0
            name = str(mesh.metadata.get("name", ""))
            parts.append(Part(name, points @ Y_UP_TO_Z_UP if y_up else points, np.asarray(mesh.faces, np.int64)))
    return Loaded(parts, "m")

"""One reader a format, in a table. Each takes the bytes of a file and returns what it holds."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from designs.mesh.load import amf, cad, gltf, off, ply, polygons, scad, scan, stl, threemf, wavefront
from designs.mesh.types import Loaded, Part, RefusedError

MAX_BYTES = 512 << 20
MAX_TRIANGLES = 20_000_000
MAX_PARTS = 1000

READERS: dict[str, Callable[[bytes], Loaded]] = {
    "stl": stl.read,
    "obj": wavefront.read,
    "ply": ply.read,
    "off": off.read,
    "glb": gltf.read,
    "gltf": gltf.read,
    "3mf": threemf.read,
    "amf": amf.read,
    "step": cad.read_step,
    "iges": cad.read_iges,
    "scad": scad.read,
}


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked when gzipped. Raises RefusedError when empty, too large or a Git LFS pointer."""
    if path.stat().st_size > MAX_BYTES:
        raise RefusedError("too-large", f"larger than {MAX_BYTES >> 20} MiB", limit=MAX_BYTES)
    data = path.read_bytes()
    if not data:
        raise RefusedError("empty", "empty file")
    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(data)
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        raise RefusedError("lfs-pointer", "stored in Git LFS, not here")
    return data


def _gunzip(data: bytes) -> bytes:
    cap = min(MAX_BYTES, max(len(data) * 100, 1 << 20))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(cap + 1)
    except (OSError, EOFError) as error:
        raise RefusedError("unreadable", "the gzip file is damaged") from error
    if len(unpacked) > cap:
        raise RefusedError("unpacks-too-large", f"unpacks to more than {cap >> 20} MiB", limit=cap)
    if not unpacked:
        raise RefusedError("empty", "empty file")
    return unpacked


def _unmarked(data: bytes) -> bytes:
    """The text without the mark (U+FEFF) that some editors put before it; what comes after a mark in a binary stays."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    return text if text[:1].isascii() and b"\0" not in text[:84] else data


def load(path: Path, kind: str) -> Loaded:
    """Read a mesh file. Raises RefusedError for everything that is not a mesh with finite points."""
    loaded = READERS[kind](_unmarked(content(path)))
    parts = [part for part in loaded.parts if len(part.faces)]
    total = sum(len(part.faces) for part in parts)
    if not total:
        raise RefusedError("no-triangles", "no triangles")
    if total > MAX_TRIANGLES:
        raise RefusedError("too-many-triangles", f"more than {MAX_TRIANGLES} triangles", limit=MAX_TRIANGLES)
    for part in parts:
        if part.faces.min() < 0 or part.faces.max() >= len(part.points):
            raise RefusedError("bad-index", "a face names a point that is not there")
        if not (np.abs(part.points) <= 1e12).all() and not (np.abs(part.points[part.faces]) <= 1e12).all():
            raise RefusedError("non-finite", "non-finite coordinates")
    warnings = list(loaded.warnings)
    if len(parts) > MAX_PARTS:
        warnings.append(f"{len(parts)} objects, measured as one")
        parts = [_united(parts)]
    return Loaded(parts, loaded.units, warnings, loaded.extra)


def _united(parts: list[Part]) -> Part:
    offsets = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    faces = np.vstack([part.faces + offset for part, offset in zip(parts, offsets, strict=True)])
    return Part("", np.vstack([part.points for part in parts]), faces)


def warm() -> None:
    """Compile and cache every kernel of the readers."""
    for module in (scan, polygons, ply):
        module.warm()

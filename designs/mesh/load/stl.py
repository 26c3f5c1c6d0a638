"""STL, binary and ASCII (every solid of the file is an object)."""

import re

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh import topology, welding
from designs.mesh.load import scan
from designs.mesh.types import Floats, Loaded, Part, Points, RefusedError

_ENDSOLID = re.compile(rb"endsolid", re.IGNORECASE)
_LEAST_VERTEX = len("vertex 0 0 0")
_NAME = 200
_MAX_PATCHES = 1000
MAX_SOLIDS = 100_000
"""A file with more solids than this is one object."""


def read(data: bytes) -> Loaded:
    """Read an STL file; equal points come united. Raises RefusedError when cut short, empty or something else."""
    if _is_text(data):
        return _ascii(data)
    if len(data) < 84:
        raise RefusedError("not-stl", "not an STL file")
    count = int.from_bytes(data[80:84], "little")
    present = (len(data) - 84) // 50
    if count > present:
        if present == 0 or count > 100_000_000 or _printable(data[:2048]):
            raise RefusedError("not-stl", "not an STL file")
        raise RefusedError(
            "truncated", f"truncated: {count} facets announced, {present} present", announced=count, present=present
        )
    trailing = len(data) - 84 - 50 * count
    warnings = [f"{trailing} bytes after the last facet"] if trailing else []
    points, faces = welding.unite(data, 84, count)
    return Loaded([welding.Welded("", points, faces.astype(np.int64))], warnings=warnings)


def _printable(head: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n" for byte in head)


def _is_text(data: bytes) -> bool:
    """A binary file may begin with "solid" too: its length then agrees with its count."""
    if data[:512].lstrip()[:5].lower() != b"solid":
        return False
    if len(data) >= 84:
        count = int.from_bytes(data[80:84], "little")
        if count and 84 + 50 * count <= len(data) and not _printable(data[:512]):
            return False
    return b"\0" not in data[84:1024]


def _packed(word: str) -> int:
    return int.from_bytes(word.encode(), "big")


_FACET_WORD, _VERTEX, _SOLID, _END = (_packed(word) for word in ("facet", "vertex", "solid", "endsolid"))


@njit(cache=True)
def _line_end(text: scan.Bytes, at: int) -> int:
    while at < len(text) and text[at] != 10 and text[at] != 13:
        at += 1
    return at


@njit(cache=True)
def _vertex(text: scan.Bytes, at: int, row: Floats) -> tuple[int, int]:
    """(position, 1 when three numbers follow on this line, 0 when fewer words do, -1 when one is no number)."""
    good = 1
    for axis in range(3):
        while at < len(text) and (text[at] == 32 or text[at] == 9):
            at += 1
        if at >= len(text) or text[at] <= 32:
            return at, 0
        value, after = scan.number(text, at, len(text))
        if after < 0 or (after < len(text) and text[after] > 32):
            good, value, after = -1, np.nan, at
            while after < len(text) and text[after] > 32:
                after += 1
        row[axis] = value
        at = after
    return at, good


@njit(cache=True)
def _scan(text: scan.Bytes, rows: Floats, solids: NDArray[np.int64]) -> tuple[int, int, int, int]:
    """Fill `rows` with vertices and `solids` with (first vertex, name from, name to).

    Returns (vertices, facets begun, solids, vertices that are not numbers).
    """
    vertices, facets, found, wrong, at = 0, 0, 0, 0, 0
    while at < len(text):
        if text[at] <= 32:
            at += 1
            continue
        begun = at
        word = np.uint64(0)
        while at < len(text) and text[at] > 32:
            word = (word << np.uint64(8)) | np.uint64(text[at] | 32)
            at += 1
        if at - begun > 8:
            continue
        if word == np.uint64(_VERTEX):
            at, good = _vertex(text, at, rows[vertices])
            vertices += good != 0
            wrong += good < 0
        elif word == np.uint64(_FACET_WORD):
            facets += 1
        elif word == np.uint64(_SOLID):
            stop = _line_end(text, at)
            if found < len(solids):
                solids[found, 0], solids[found, 1], solids[found, 2] = vertices, at, stop
                found += 1
            at = stop
        elif word == np.uint64(_END):
            at = _line_end(text, at)
    return vertices, facets, found, wrong


def _ascii(data: bytes) -> Loaded:
    rows = np.empty((len(data) // _LEAST_VERTEX + 1, 3))
    solids = np.empty((MAX_SOLIDS, 3), np.int64)
    vertices, facets, found, wrong = _scan(scan.view(data), rows, solids)
    if not vertices and not facets:
        raise RefusedError("no-triangles", "no triangles")
    whole = vertices // 3
    if facets != whole or vertices % 3 or _ENDSOLID.search(data[-4096:]) is None:
        raise RefusedError(
            "truncated",
            f"truncated: {max(facets, whole)} facets begun, {whole} whole, no end",
            announced=facets,
            present=whole,
        )
    if wrong:
        raise RefusedError("non-finite", "non-finite coordinates: a vertex is not a number")
    return _objects(data, rows[:vertices].copy(), solids[:found])


def _part(name: bytes, points: Points) -> Part:
    faces = np.arange(len(points), dtype=np.int64).reshape(-1, 3)
    return Part(name.decode(errors="replace").strip()[:_NAME], points, faces)


def _objects(data: bytes, points: Points, solids: NDArray[np.int64]) -> Loaded:
    """An object for each solid with triangles; one when the solids are patches that only close together."""
    starts = solids[:, 0]
    names = [data[start : min(stop, start + 4 * _NAME)] for _, start, stop in solids.tolist()]
    ends = np.append(starts[1:], len(points))
    filled = np.flatnonzero(ends > starts)
    whole = _part(names[filled[0]] if len(filled) else b"", points)
    if len(filled) < 2 or len(solids) == MAX_SOLIDS or (starts % 3).any() or starts[filled[0]] != 0:
        return Loaded([whole])
    parts = [_part(names[item], points[starts[item] : ends[item]]) for item in filled.tolist()]
    if len(parts) <= _MAX_PATCHES and _are_patches(parts, whole):
        return Loaded([whole], warnings=[f"{len(parts)} solids are patches of one surface"])
    return Loaded(parts)


def _are_patches(parts: list[Part], whole: Part) -> bool:
    if topology.surface_and_edges(whole)[1].boundary:
        return False
    return any(topology.surface_and_edges(part)[1].boundary for part in parts)


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    read(b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendfacet\nendsolid")

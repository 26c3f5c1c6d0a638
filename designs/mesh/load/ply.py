"""PLY, ASCII and binary of both byte orders: points and polygons; all other properties are passed over."""

import re
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from designs.mesh.load import scan
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError

MAX_HEADER = 65536
MAX_ITEMS = 60_000_000
_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
    "float": "f4", "double": "f8", "float32": "f4", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_FACE_LISTS = ("vertex_indices", "vertex_index")


@dataclass
class _Element:
    """One element of the header; `lists` holds the type of a list's length, "" for a plain property."""

    name: str
    count: int
    properties: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)


def read(data: bytes) -> Loaded:
    """Read a PLY file. Raises RefusedError for a header that has no end, counts and list lengths that lie."""
    order, elements, at = _header(data)
    values = _tokens(data, at) if not order else None
    points: Points | None = None
    faces: Faces | None = None
    position = at if values is None else 0
    for element in elements:
        if element.name == "vertex" and points is None:
            points, position = _points(data, values, position, element, order)
        elif element.name == "face" and faces is None and any(name in _FACE_LISTS for name in element.properties):
            faces, position = _faces(data, values, position, element, order)
        else:
            position = _walked(data, values, position, element, order)[1]
    if points is None or faces is None or not len(faces):
        raise RefusedError("no-triangles", "points only: no faces, so no triangles")
    if faces.min() < 0 or faces.max() >= len(points):
        raise RefusedError("bad-index", f"a face names a point that is not there ({len(points)} points)")
    return Loaded([Part("", points, faces)])


def _header(data: bytes) -> tuple[str, list[_Element], int]:
    end = re.search(rb"(?:^|\r|\n)end_header[ \t]*(\r\n|\n|\r)", data[:MAX_HEADER])
    if not data.startswith(b"ply") or not end:
        raise RefusedError("unreadable", "not a PLY file: its header has no end")
    order = None
    elements: list[_Element] = []
    for line in data[: end.start()].decode("latin-1").splitlines()[1:]:
        words = line.split()
        try:
            if words[:1] == ["format"]:
                order = _ORDERS[words[1]]
            elif words[:1] == ["element"]:
                elements.append(_Element(words[1], int(words[2])))
            elif words[:2] == ["property", "list"]:
                _add(elements[-1], words[4], _TYPES[words[3]], _TYPES[words[2]])
            elif words[:1] == ["property"]:
                _add(elements[-1], words[2], _TYPES[words[1]], "")
        except (IndexError, KeyError, ValueError) as error:
            raise RefusedError("unreadable", "a line of the PLY header is not understood") from error
    if order is None:
        raise RefusedError("unreadable", "the PLY header names no format")
    size = len(data) - end.end()
    for element in elements:
        if element.count < 0 or element.count > min(size, MAX_ITEMS):
            sentence = f"truncated: the PLY header announces {element.count} rows, more than the file holds"
            raise RefusedError("truncated", sentence, announced=element.count)
    return order, elements, end.end()


def _add(element: _Element, name: str, kind: str, length: str) -> None:
    element.properties.append(name)
    element.types.append(kind)
    element.lists.append(length)


def _points(
    data: bytes, values: NDArray[np.float64] | None, at: int, element: _Element, order: str
) -> tuple[Points, int]:
    if any(element.lists) or not {"x", "y", "z"} <= set(element.properties):
        raise RefusedError("unreadable", "the points of the PLY file have no x, y and z")
    columns = [element.properties.index(axis) for axis in "xyz"]
    width = len(element.properties)
    if values is not None:
        end = at + element.count * width
        if end > len(values):
            raise _cut(element)
        return values[at:end].reshape(-1, width)[:, columns], end
    row = np.dtype([(str(i), order + kind) for i, kind in enumerate(element.types)])
    end = at + element.count * row.itemsize
    if end > len(data):
        raise _cut(element)
    rows = np.frombuffer(data, row, element.count, at)
    return np.column_stack([rows[str(column)].astype(np.float64) for column in columns]), end


def _faces(
    data: bytes, values: NDArray[np.float64] | None, at: int, element: _Element, order: str
) -> tuple[Faces, int]:
    rows, end = _walked(data, values, at, element, order)
    lengths = rows[:, 1]
    triangles = int(np.maximum(lengths - 2, 0).sum())
    faces = np.empty((triangles, 3), np.int64)
    column = next(i for i, name in enumerate(element.properties) if name in _FACE_LISTS)
    kind = element.types[column]
    if values is not None:
        _fans_of_text(values, rows, faces)
    elif kind[0] == "f":
        raise RefusedError("unreadable", "the faces of the PLY file are not whole numbers")
    else:
        _fans_of_bytes(scan.view(data), rows, int(kind[1]), kind[0] == "i", order == ">", faces)
    return faces, end


def _walked(
    data: bytes, values: NDArray[np.float64] | None, at: int, element: _Element, order: str
) -> tuple[NDArray[np.int64], int]:
    """(start, length) of the list of faces in each row, and the position after the element."""
    rows = np.zeros((element.count, 2), np.int64)
    wanted = next((i for i, name in enumerate(element.properties) if name in _FACE_LISTS), -1)
    if values is not None:
        plain = np.array([kind == "" for kind in element.lists], np.bool_)
        end, length = _walk_text(values, at, plain, wanted, rows)
    else:
        sizes = np.array([int(kind[1]) for kind in element.types], np.int64)
        heads = np.array([int(kind[1]) if kind else 0 for kind in element.lists], np.int64)
        if any(kind[:1] == "f" for kind in element.lists):
            raise RefusedError("unreadable", "a line of the PLY header is not understood")
        end, length = _walk_bytes(scan.view(data), at, sizes, heads, wanted, order == ">", rows)
    if end < 0:
        row = -end - 1
        if length >= 0:
            sentence = f"row {row + 1} of the PLY file announces a list of {length}, more than the file holds"
            raise RefusedError("truncated", sentence, row=row + 1, announced=length)
        raise _cut(element)
    return rows, end


def _cut(element: _Element) -> RefusedError:
    sentence = f"truncated: the PLY header announces {element.count} rows, more than the file holds"
    return RefusedError("truncated", sentence, announced=element.count)


def _tokens(data: bytes, at: int) -> NDArray[np.float64]:
    values = np.empty((len(data) - at) // 2 + 1)
    count = _numbers(scan.view(data), at, values)
    if count < 0:
        line = data.count(b"\n", 0, -count) + 1
        raise RefusedError("unreadable", f"line {line} of the PLY file is not numbers", line=line)
    return values[:count]


@njit(cache=True)
def _numbers(text: scan.Bytes, at: int, values: NDArray[np.float64]) -> int:
    """All numbers from a position; their count, or minus the position of what is none."""
    count, end = 0, len(text)
    while True:
        while at < end and text[at] <= 32:
            at += 1
        if at >= end:
            return count
        value, after = scan.number(text, at, end)
        if after < 0 or (after < end and text[after] > 32):
            return -at
        values[count] = value
        count += 1
        at = after


@njit(cache=True)
def _walk_text(
    values: NDArray[np.float64], at: int, plain: NDArray[np.bool_], wanted: int, rows: NDArray[np.int64]
) -> tuple[int, int]:
    """Fill rows; (position after, 0). Past the end: (minus the row, less one; the length announced or -1)."""
    for row in range(len(rows)):
        for column in range(len(plain)):
            if at >= len(values):
                return -row - 1, -1
            if plain[column]:
                at += 1
                continue
            length = int(values[at]) if 0 <= values[at] < 1e15 else 1 << 50
            at += 1
            if length > len(values) - at:
                return -row - 1, length
            if column == wanted:
                rows[row, 0], rows[row, 1] = at, length
            at += length
    return at, 0


@njit(cache=True)
def _integer(data: scan.Bytes, at: int, size: int, signed: bool, big: bool) -> int:
    value = 0
    for i in range(size):
        value |= int(data[at + (size - 1 - i if big else i)]) << (8 * i)
    return value - (1 << (8 * size)) if signed and value >> (8 * size - 1) else value


@njit(cache=True)
def _walk_bytes(
    data: scan.Bytes, at: int, sizes: NDArray[np.int64], heads: NDArray[np.int64], wanted: int, big: bool,
    rows: NDArray[np.int64],
) -> tuple[int, int]:  # fmt: skip
    """As _walk_text, on bytes; `heads` holds the bytes of each list's length, 0 for a plain property."""
    end = len(data)
    for row in range(len(rows)):
        for column in range(len(sizes)):
            if at + max(heads[column], 1) > end:
                return -row - 1, -1
            if heads[column] == 0:
                at += sizes[column]
                continue
            length = _integer(data, at, heads[column], False, big)
            at += heads[column]
            if length * sizes[column] > end - at:
                return -row - 1, length
            if column == wanted:
                rows[row, 0], rows[row, 1] = at, length
            at += length * sizes[column]
    return (at, 0) if at <= end else (-len(rows), -1)


@njit(cache=True)
def _fans_of_text(values: NDArray[np.float64], rows: NDArray[np.int64], faces: NDArray[np.int64]) -> None:
    made = 0
    for row in range(len(rows)):
        start = rows[row, 0]
        for corner in range(2, rows[row, 1]):
            for column, place in enumerate((start, start + corner - 1, start + corner)):
                value = values[place]
                faces[made, column] = int(value) if abs(value) < 1e15 and value == np.floor(value) else -1
            made += 1


@njit(cache=True)
def _fans_of_bytes(
    data: scan.Bytes, rows: NDArray[np.int64], size: int, signed: bool, big: bool, faces: NDArray[np.int64]
) -> None:
    made = 0
    for row in range(len(rows)):
        start = rows[row, 0]
        for corner in range(2, rows[row, 1]):
            faces[made, 0] = _integer(data, start, size, signed, big)
            faces[made, 1] = _integer(data, start + (corner - 1) * size, size, signed, big)
            faces[made, 2] = _integer(data, start + corner * size, size, signed, big)
            made += 1


def warm() -> None:
    """Compile and cache every kernel."""
    import struct

    head = "ply\nformat {} 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    head += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    read(head.format("ascii").encode() + b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
    read(head.format("binary_little_endian").encode() + struct.pack("<9fB3i", 0, 0, 0, 1, 0, 0, 0, 1, 0, 3, 0, 1, 2))

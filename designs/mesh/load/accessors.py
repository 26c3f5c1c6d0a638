"""Buffers and accessors of a glTF document: every count and offset is checked against the bytes that are there."""

import base64
import binascii
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designs.mesh.types import RefusedError

MAX_ITEMS = 30_000_000
MAX_ZEROS = 1_000_000
COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}

Json = dict[str, Any]
Array = NDArray[Any]


def number(found: Json, key: str, default: int = 0) -> int:
    """A whole number of a JSON object that is not negative. Raises RefusedError for anything else."""
    value = found.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**40:
        raise RefusedError("unreadable", f"the glTF is damaged: {key} is not a count")
    return value


def item(items: Any, index: Any, what: str) -> Json:
    """The entry of a list of objects by an index taken from the file. Raises RefusedError when there is none."""
    if not isinstance(items, list) or isinstance(index, bool) or not isinstance(index, int):
        raise RefusedError("bad-index", f"the glTF names a {what} that is not there")
    if not 0 <= index < len(items) or not isinstance(items[index], dict):
        raise RefusedError("bad-index", f"the glTF names a {what} that is not there")
    return dict(items[index])


def refuse_outside(head: Json) -> None:
    """Raises RefusedError when a buffer or an image lies in another file."""
    for key in ("buffers", "images"):
        for entry in head.get(key) or []:
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if uri is not None and not str(uri).startswith("data:"):
                raise RefusedError("outside-target", f"the glTF names {key} outside itself: embed them and try again")


class Buffers:
    """The bytes of a document: its data: URIs, and the binary chunk of a GLB as buffer 0."""

    def __init__(self, head: Json, chunk: bytes | None) -> None:
        self._head = head
        self._chunk = chunk
        self._known: dict[int, bytes] = {}

    def view(self, index: Any) -> tuple[bytes, int, int, int]:
        """(buffer, offset, length, stride) of a buffer view; stride 0 means packed."""
        found = item(self._head.get("bufferViews"), index, "buffer view")
        data = self._buffer(found.get("buffer"))
        offset, length = number(found, "byteOffset"), number(found, "byteLength")
        if offset + length > len(data):
            raise RefusedError("truncated", "truncated: the glTF announces more bytes than it holds")
        return data, offset, length, number(found, "byteStride")

    def _buffer(self, index: Any) -> bytes:
        found = item(self._head.get("buffers"), index, "buffer")
        if index not in self._known:
            self._known[index] = self._decoded(found.get("uri"), index)
        data = self._known[index]
        if number(found, "byteLength") > len(data):
            raise RefusedError("truncated", "truncated: the glTF announces more bytes than it holds")
        return data

    def _decoded(self, uri: Any, index: int) -> bytes:
        if uri is None:
            if index == 0 and self._chunk is not None:
                return self._chunk
            raise RefusedError("truncated", "truncated: a buffer of the glTF is missing")
        kind, comma, text = str(uri).partition(",")
        if not kind.startswith("data:") or not kind.endswith(";base64") or not comma:
            raise RefusedError("outside-target", "the glTF names buffers outside itself: embed them and try again")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise RefusedError("unreadable", "a buffer of the glTF is not base64") from error

    def accessor(self, index: Any, kind: str) -> Array:
        """An accessor as an n x width array, normalised and sparse ones resolved. Raises RefusedError when it lies."""
        found = item(self._head.get("accessors"), index, "list of numbers")
        dtype = COMPONENTS.get(found.get("componentType", 0))
        count = number(found, "count")
        if dtype is None or found.get("type") != kind:
            raise RefusedError("unreadable", f"the glTF is damaged: a list is not of type {kind}")
        if count > MAX_ITEMS:
            raise RefusedError("too-many-triangles", f"more than {MAX_ITEMS} values announced", limit=MAX_ITEMS)
        if found.get("bufferView") is None:
            if count > MAX_ZEROS:
                raise RefusedError("truncated", "truncated: the glTF announces values without bytes")
            values: Array = np.zeros((count, WIDTHS[kind]), dtype)
        else:
            values = self._values(found["bufferView"], number(found, "byteOffset"), count, dtype, WIDTHS[kind])
        if isinstance(sparse := found.get("sparse"), dict):
            values = self._sparse(values, sparse, dtype)
        if found.get("normalized") and dtype != "<f4":
            return np.maximum(values / np.iinfo(dtype).max, -1.0)
        return values

    def _values(self, view: Any, start: int, count: int, dtype: str, width: int) -> Array:
        data, offset, length, stride = self.view(view)
        size = np.dtype(dtype).itemsize * width
        stride = stride or size
        if stride < size or (count and start + stride * (count - 1) + size > length):
            raise RefusedError("truncated", f"truncated: the glTF announces {count} values, more than it holds")
        if not count:
            return np.empty((0, width), dtype)
        shape, strides = (count, width), (stride, np.dtype(dtype).itemsize)
        return np.ndarray(shape, dtype, data, offset + start, strides)

    def _sparse(self, values: Array, sparse: Json, dtype: str) -> Array:
        count, where, what = number(sparse, "count"), sparse.get("indices"), sparse.get("values")
        if not isinstance(where, dict) or not isinstance(what, dict) or count > len(values):
            raise RefusedError("unreadable", "the glTF is damaged: a sparse list is not whole")
        kind = COMPONENTS.get(where.get("componentType", 0))
        if kind not in {"<u1", "<u2", "<u4"}:
            raise RefusedError("unreadable", "the glTF is damaged: a sparse list is not whole")
        index = self._values(where.get("bufferView"), number(where, "byteOffset"), count, kind, 1)[:, 0]
        fresh = self._values(what.get("bufferView"), number(what, "byteOffset"), count, dtype, values.shape[1])
        if count and int(index.max()) >= len(values):
            raise RefusedError("bad-index", "a sparse list of the glTF names a value that is not there")
        changed = values.copy()
        changed[index] = fresh
        return changed

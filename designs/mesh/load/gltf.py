"""glTF 2.0 and GLB with everything embedded: scene, transforms, names, quantised, sparse and Draco-packed shapes.

Metres become mm and +Y up becomes +Z up. Skins and morph targets are left at rest.
"""

import json
import re
import struct
from typing import Any

import numpy as np

from designs.mesh.load.accessors import Array, Buffers, Json, item, refuse_outside
from designs.mesh.load.copies import Copies
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError

MAX_NODES = 200_000
_UNREAD = re.compile(r"(EXT|KHR)_meshopt_compression|EXT_mesh_gpu_instancing|MPEG_\w{1,40}")
_JSON_CHUNK, _BINARY_CHUNK = 0x4E4F534A, 0x004E4942
_POINT_MODES = {0, 1, 2, 3}

Shape = tuple[Points, Faces]


def read(data: bytes) -> Loaded:
    """Read a .glb or .gltf file. Raises RefusedError when it names other files, lies about counts or is damaged."""
    head, chunk = document(data)
    metres = _extras(head).get("units") != "mm"
    parts = parts_of(head, chunk, 1000.0 if metres else 1.0, y_up=True)
    extra = {"materials": _materials(head), "metadata": _metadata(head)}
    return Loaded(parts, "m" if metres else "mm", [], extra)


def document(data: bytes) -> tuple[Json, bytes | None]:
    """The JSON of a file and its binary chunk."""
    text, chunk = data, None
    if data[:4] == b"glTF":
        text, chunk = _chunks(data)
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError("unreadable", "the glTF header is damaged or cut short") from error
    if not isinstance(head, dict) or not isinstance(head.get("asset"), dict):
        raise RefusedError("not-gltf", "not a glTF file")
    if not str(head["asset"].get("version", "")).startswith("2"):
        raise RefusedError("unsupported-version", "only glTF 2 is read")
    return head, chunk


def _chunks(data: bytes) -> tuple[bytes, bytes | None]:
    if len(data) < 20:
        raise RefusedError("truncated", "truncated: the GLB file has no header")
    version, total, length, kind = struct.unpack("<IIII", data[4:20])
    if version != 2:
        raise RefusedError("unsupported-version", "only glTF 2 is read")
    if kind != _JSON_CHUNK:
        raise RefusedError("unreadable", "the glTF header is damaged or cut short")
    if total > len(data) or 20 + length > len(data):
        raise RefusedError("truncated", f"truncated: the GLB announces {total} bytes, {len(data)} are present")
    at = 20 + length
    if len(data) < at + 8:
        return data[20:at], None
    size, kind = struct.unpack("<II", data[at : at + 8])
    if kind != _BINARY_CHUNK:
        return data[20:at], None
    if at + 8 + size > len(data):
        raise RefusedError("truncated", "truncated: the GLB announces more bytes than it holds")
    return data[20:at], data[at + 8 : at + 8 + size]


def parts_of(head: Json, chunk: bytes | None, scale: float, y_up: bool) -> list[Part]:
    """One Part for each node that shows a mesh. Raises RefusedError."""
    refuse_outside(head)
    for name in head.get("extensionsRequired") or []:
        if _UNREAD.fullmatch(str(name)):
            raise RefusedError("unsupported-extension", f"the glTF needs {name}, which is not read here")
    try:
        return _Scene(head, chunk).parts(scale, y_up)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise RefusedError("unreadable", "the glTF is damaged: a value is not of the type it must be") from error


class _Scene:
    def __init__(self, head: Json, chunk: bytes | None) -> None:
        self._head = head
        self._buffers = Buffers(head, chunk)
        self._shapes: dict[int, Shape] = {}

    def parts(self, scale: float, y_up: bool) -> list[Part]:
        nodes = self._head.get("nodes") or []
        if len(nodes) > MAX_NODES:
            raise RefusedError("too-many-instances", f"more than {MAX_NODES} nodes", limit=MAX_NODES)
        found: list[Part] = []
        seen: set[int] = set()
        waiting = [(index, np.eye(4)) for index in reversed(self._roots(nodes))]
        copies = Copies()
        while waiting:
            index, above = waiting.pop()
            node = item(nodes, index, "node")
            if index in seen:
                raise RefusedError("component-cycle", "the nodes of the glTF form a circle or share a child")
            seen.add(index)
            matrix = above @ _matrix(node)
            waiting += [(child, matrix) for child in reversed(node.get("children") or [])]
            if node.get("mesh") is None:
                continue
            name, (points, faces) = self._mesh(node["mesh"])
            copies.add(node["mesh"], len(faces))
            if len(faces):
                placed = (points @ matrix[:3, :3].T + matrix[:3, 3]) * scale
                if y_up:
                    placed = np.column_stack((placed[:, 0], -placed[:, 2], placed[:, 1]))
                turned = faces[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else faces
                found.append(Part(str(node.get("name") or name), placed, np.ascontiguousarray(turned)))
        return found

    def _roots(self, nodes: list[Json]) -> list[int]:
        scenes = self._head.get("scenes")
        if scenes:
            return list(item(scenes, self._head.get("scene", 0), "scene").get("nodes") or [])
        children = {child for node in nodes for child in node.get("children") or []}
        return [index for index in range(len(nodes)) if index not in children]

    def _mesh(self, index: Any) -> tuple[str, Shape]:
        mesh = item(self._head.get("meshes"), index, "mesh")
        if index not in self._shapes:
            points: list[Points] = [np.empty((0, 3))]
            faces: list[Faces] = [np.empty((0, 3), np.int64)]
            offset = 0
            for primitive in mesh.get("primitives") or []:
                if primitive.get("mode", 4) in _POINT_MODES:
                    continue
                some, corners = self._primitive(primitive)
                points.append(some)
                faces.append(corners + offset)
                offset += len(some)
            self._shapes[index] = np.vstack(points), np.vstack(faces)
        return str(mesh.get("name") or ""), self._shapes[index]

    def _primitive(self, primitive: Json) -> Shape:
        extensions = primitive.get("extensions") or {}
        if "KHR_draco_mesh_compression" in extensions:
            return self._draco(extensions["KHR_draco_mesh_compression"])
        points = self._buffers.accessor(primitive["attributes"].get("POSITION"), "VEC3").astype(np.float64)
        if primitive.get("indices") is None:
            order = np.arange(len(points))
        else:
            order = self._buffers.accessor(primitive["indices"], "SCALAR")[:, 0].astype(np.int64)
            if len(order) and order.max() >= len(points):
                raise RefusedError("bad-index", "a face names a point that is not there")
        return points, _triangles(order, primitive.get("mode", 4))

    def _draco(self, extension: Json) -> Shape:
        import DracoPy

        data, offset, length, _ = self._buffers.view(extension.get("bufferView"))
        try:
            found = DracoPy.decode(data[offset : offset + length])
            faces = np.asarray(found.faces, np.int64).reshape(-1, 3)
        except (DracoPy.FileTypeException, ValueError, AttributeError, RuntimeError) as error:
            raise RefusedError("unreadable", "the Draco data of the glTF cannot be read") from error
        return np.asarray(found.points, np.float64).reshape(-1, 3), faces


def _triangles(order: Array, mode: int) -> Faces:
    """Triangles of a list (mode 4), a strip (5) or a fan (6)."""
    if mode == 4:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    count = max(len(order) - 2, 0)
    step = np.arange(count)
    if mode == 5:
        odd = step % 2
        return np.column_stack((order[step], order[step + 1 + odd], order[step + 2 - odd]))
    if mode == 6:
        return np.column_stack((order[step + 1], order[step + 2], order[np.zeros(count, np.int64)]))
    raise RefusedError("unreadable", "the glTF is damaged: a mesh is of no known mode")


def _matrix(node: Json) -> Points:
    if node.get("matrix") is not None:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = (float(v) for v in node.get("rotation") or (0, 0, 0, 1))
    made = np.eye(4)
    made[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    made[:3, :3] *= np.array(node.get("scale") or (1, 1, 1), np.float64).reshape(3)
    made[:3, 3] = np.array(node.get("translation") or (0, 0, 0), np.float64).reshape(3)
    return made


def _extras(head: Json) -> Json:
    extras = head["asset"].get("extras")
    return extras if isinstance(extras, dict) else {}


def _metadata(head: Json) -> dict[str, str]:
    return {key: str(head["asset"][key])[:300] for key in ("copyright", "generator") if head["asset"].get(key)}


def _materials(head: Json) -> list[dict[str, str]]:
    found = []
    for entry in (head.get("materials") or [])[:100]:
        if isinstance(entry, dict):
            surface = entry.get("pbrMetallicRoughness")
            factor = surface.get("baseColorFactor") if isinstance(surface, dict) else None
            found.append({"name": str(entry.get("name") or "")[:300], "color": _hexadecimal(factor)})
    return found


def _hexadecimal(factor: Any) -> str:
    """#RRGGBB of a linear colour (IEC 61966-2-1), "" when it is none."""
    if not isinstance(factor, list) or len(factor) < 3 or not all(isinstance(v, int | float) for v in factor):
        return ""
    linear = np.clip(np.array(factor[:3], np.float64), 0.0, 1.0)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(v) * 255):02X}" for v in curve)

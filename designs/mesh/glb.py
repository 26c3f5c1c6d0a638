"""GLB for the viewer: Draco (or u16) positions in millimetres, named nodes, each turned from Z up into glTF's Y up."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh.types import Corners, Faces, Points

TURN = [-(0.5**0.5), 0.0, 0.0, 0.5**0.5]
BITS = 14  # an error of at most 0.004 % of the longest side
CROWDED = 4_000
DRACO = "KHR_draco_mesh_compression"
FLOAT, U16, U32 = 5126, 5123, 5125


@dataclass(frozen=True)
class Model:
    """One node: points n x 3 (mm), faces m x 3."""

    name: str
    points: Points
    faces: Faces | Corners


def write(path: Path, models: Sequence[Model], compress: bool = True) -> list[Model]:
    """Write the models as one scene; returns them as a viewer will decode them, triangle for triangle, still Z up.

    All share one grid, so that neighbours stay neighbours. Models without triangles are left out. With `compress`
    Draco positions of 14 bits (KHR_draco_mesh_compression), else 16 bits that need no decoder (KHR_mesh_quantization);
    so also where a point has more than 4,000 faces, as Draco goes round them all again for each.
    """
    models = [model for model in models if len(model.faces)]
    compress = compress and all(np.bincount(model.faces.ravel()).max() <= CROWDED for model in models)
    used = [model.points[np.unique(model.faces)] for model in models]
    low = np.min([points.min(axis=0) for points in used], axis=0) if used else np.zeros(3)
    high = np.max([points.max(axis=0) for points in used], axis=0) if used else np.ones(3)
    size = float((high - low).max()) or 1.0
    scene = _Scene("KHR_mesh_quantization" if not compress else DRACO)
    decoded = [
        scene.draco(model, low, size) if compress else scene.quantised(model, low, size / 65535.0) for model in models
    ]
    scene.save(path)
    return decoded


class _Scene:
    """A GLB as it grows."""

    def __init__(self, extension: str) -> None:
        self.extension = extension
        self.body = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []

    def _view(self, data: bytes, **more: Any) -> int:
        self.views.append({"buffer": 0, "byteOffset": len(self.body), "byteLength": len(data), **more})
        self.body += data + b"\0" * (-len(data) % 4)
        return len(self.views) - 1

    def _mesh(self, name: str, positions: dict[str, Any], indices: dict[str, Any], **primitive: Any) -> None:
        first = len(self.accessors)
        self.accessors += [{"type": "VEC3", **positions}, {"type": "SCALAR", **indices}]
        primitive |= {"attributes": {"POSITION": first}, "indices": first + 1}
        self.meshes.append({"name": name, "primitives": [primitive]})

    def draco(self, model: Model, low: Points, size: float) -> Model:
        """Add a model; positions are in mm, moved to the corner of the scene so that float32 serves them all."""
        import DracoPy

        local = np.ascontiguousarray(model.points - low, np.float32)
        data = DracoPy.encode(
            local, np.ascontiguousarray(model.faces, np.uint32), quantization_bits=BITS, compression_level=7,
            quantization_range=size, quantization_origin=[0.0, 0.0, 0.0],
        )  # fmt: skip
        mesh = DracoPy.decode(data)
        points = np.asarray(mesh.points, np.float32)
        faces = np.asarray(mesh.faces, np.int32).reshape(-1, 3)
        self._mesh(
            model.name,
            {"componentType": FLOAT, "count": len(points), "min": points.min(axis=0).tolist(),
             "max": points.max(axis=0).tolist()},
            {"componentType": U32, "count": int(faces.size)},
            extensions={DRACO: {"bufferView": self._view(data), "attributes": {"POSITION": 0}}},
        )  # fmt: skip
        self._node(model.name, low)
        return Model(model.name, points.astype(np.float64) + low, faces)

    def quantised(self, model: Model, low: Points, step: float) -> Model:
        """Add a model as whole numbers of `step` mm."""
        grid = np.zeros((len(model.points), 4), np.uint16)
        grid[:, :3] = np.rint((model.points - low) / step).clip(0, 65535)
        index = model.faces.astype(np.uint16 if len(grid) < 65535 else np.uint32)
        vertices = self._view(grid.tobytes(), byteStride=8, target=34962)
        self._mesh(
            model.name,
            {"bufferView": vertices, "componentType": U16, "count": len(grid), "min": grid[:, :3].min(axis=0).tolist(),
             "max": grid[:, :3].max(axis=0).tolist()},
            {"bufferView": self._view(index.tobytes(), target=34963),
             "componentType": U16 if index.dtype == np.uint16 else U32, "count": int(index.size)},
        )  # fmt: skip
        self._node(model.name, low, scale=[step] * 3)
        return Model(model.name, grid[:, :3] * step + low, np.ascontiguousarray(model.faces, np.int32))

    def _node(self, name: str, low: Points, **more: Any) -> None:
        turned = [float(low[0]), float(low[2]), -float(low[1])]
        self.nodes.append({"name": name, "mesh": len(self.nodes), "rotation": TURN, "translation": turned, **more})

    def save(self, path: Path) -> None:
        """Write the file."""
        head: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "Partage", "extras": {"units": "mm"}},
            "scene": 0,
            "scenes": [{"nodes": list(range(len(self.nodes)))} if self.nodes else {}],
        }
        if self.nodes:
            head |= {
                "extensionsUsed": [self.extension], "extensionsRequired": [self.extension], "nodes": self.nodes,
                "meshes": self.meshes, "accessors": self.accessors, "bufferViews": self.views,
                "buffers": [{"byteLength": len(self.body)}],
            }  # fmt: skip
        text = json.dumps(head, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        body = struct.pack("<II", len(self.body), 0x004E4942) + bytes(self.body) if self.body else b""
        start = struct.pack("<III", 0x46546C67, 2, 20 + len(text) + len(body))
        path.write_bytes(start + struct.pack("<II", len(text), 0x4E4F534A) + text + body)

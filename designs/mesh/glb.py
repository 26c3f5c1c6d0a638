"""A small GLB: u16 positions (KHR_mesh_quantization), millimetres, the node turns Z up into glTF's Y up."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh.types import Faces, Points

TURN = [-(0.5**0.5), 0.0, 0.0, 0.5**0.5]


def write(path: Path, points: Points, faces: Faces) -> int:
    """Write the mesh; returns its bytes."""
    low = points.min(axis=0)
    step = float(np.ptp(points, axis=0).max()) / 65535.0 or 1.0
    quantised = np.zeros((len(points), 4), np.uint16)
    quantised[:, :3] = np.rint((points - low) / step)
    index = faces.astype(np.uint16 if len(points) < 65535 else np.uint32)
    vertices, indices = quantised.tobytes(), index.tobytes()
    indices += b"\0" * (-len(indices) % 4)
    turned = [float(low[0]), float(low[2]), -float(low[1])]
    head: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "Partage", "extras": {"units": "mm"}},
        "extensionsUsed": ["KHR_mesh_quantization"],
        "extensionsRequired": ["KHR_mesh_quantization"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "rotation": TURN, "scale": [step] * 3, "translation": turned}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0, "componentType": 5123, "count": len(points), "type": "VEC3",
                "min": quantised[:, :3].min(axis=0).tolist(), "max": quantised[:, :3].max(axis=0).tolist(),
            },
            {
                "bufferView": 1, "componentType": 5123 if index.dtype == np.uint16 else 5125,
                "count": int(index.size), "type": "SCALAR",
            },
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(vertices), "byteStride": 8, "target": 34962},
            {"buffer": 0, "byteOffset": len(vertices), "byteLength": len(indices), "target": 34963},
        ],
        "buffers": [{"byteLength": len(vertices) + len(indices)}],
    }  # fmt: skip
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body = vertices + indices
    total = 12 + 8 + len(text) + 8 + len(body)
    parts = (struct.pack("<III", 0x46546C67, 2, total), struct.pack("<II", len(text), 0x4E4F534A), text)
    path.write_bytes(b"".join((*parts, struct.pack("<II", len(body), 0x004E4942), body)))
    return total

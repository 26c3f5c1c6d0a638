"""AMF, plain or in a ZIP: every object and each place a constellation gives it; points in mm."""

import io
from typing import Any

import numpy as np
from lxml import etree

from designs.mesh.load.copies import MAX_DEPTH, Copies
from designs.mesh.load.threemf import UNIT_NAMES, UNITS_MM
from designs.mesh.load.xmls import local, refuse_dtd
from designs.mesh.load.zips import Package
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError

MAX_METADATA = 50
_AXES = ("x", "y", "z")
_PLACES = ("deltax", "deltay", "deltaz", "rx", "ry", "rz")

Instance = tuple[str, list[float]]


class _Amf:
    def __init__(self) -> None:
        self.unit = "millimeter"
        self.names: dict[str, str] = {}
        self.shapes: dict[str, tuple[Points, Faces]] = {}
        self.placed: dict[str, list[Instance]] = {}
        self.materials: list[dict[str, str]] = []
        self.metadata: dict[str, str] = {}


def read(data: bytes) -> Loaded:
    """Read every object. Raises RefusedError for bad XML, DTDs, indices, circles and bombs of instances."""
    if data.startswith(b"PK"):
        package = Package(data)
        names = [name for name in package.names if name.endswith(".amf")] or list(package.names)
        data = (package.read(names[0]) if names else None) or b""
    found = _parsed(data)
    scale = UNITS_MM.get(found.unit)
    if scale is None:
        raise RefusedError("unreadable", "the AMF unit is unknown")
    parts = [Part(name, points * scale, faces) for name, points, faces in _placed(found)]
    extra = {"materials": found.materials, "metadata": found.metadata}
    return Loaded(parts, UNIT_NAMES[found.unit], [], extra)


def _parsed(data: bytes) -> _Amf:
    """All of a file, its tree cut down while it grows: a whole one takes some 20 times the file."""
    refuse_dtd(data)
    found = _Amf()
    points: list[list[float]] = []
    faces: list[list[int]] = []
    depth = 0
    try:
        events = etree.iterparse(io.BytesIO(data), ("start", "end"), resolve_entities=False, load_dtd=False,
                                 no_network=True, huge_tree=True)  # fmt: skip
        for event, element in events:
            depth += 1 if event == "start" else -1
            name = local(element)
            if event == "start":
                if depth == 1:
                    _begin(found, element)
                continue
            if name == "vertex":
                values = {local(axis): axis.text for axis in element.iter() if local(axis) in _AXES}
                points.append([float(values[axis] or "") for axis in _AXES])
                element.clear()
            elif name == "triangle":
                corner = {local(vertex): vertex.text for vertex in element}
                faces.append([int(corner[key] or "") for key in ("v1", "v2", "v3")])
                element.clear()
            elif depth == 1:
                _end(found, element, points, faces)
                points, faces = [], []
                element.clear()
            elif name in {"volume", "mesh", "vertices"} and len(element) > 4:
                for child in list(element):
                    if local(child) in {"vertex", "triangle"}:
                        element.remove(child)
    except etree.XMLSyntaxError as error:
        raise RefusedError("unreadable", "the AMF file is damaged or cut short") from error
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise RefusedError("unreadable", "the AMF mesh holds something that is not a number") from error
    return found


def _begin(found: _Amf, root: Any) -> None:
    if local(root) != "amf":
        raise RefusedError("not-amf", "not an AMF file")
    found.unit = (root.get("unit") or "millimeter").strip().lower()


def _end(found: _Amf, element: Any, points: list[list[float]], faces: list[list[int]]) -> None:
    """An element just below the root is whole."""
    kind, key = local(element), element.get("id") or ""
    if kind == "object":
        corners = np.array(faces, np.int64).reshape(-1, 3)
        if len(corners) and (corners.min() < 0 or corners.max() >= len(points)):
            raise RefusedError("bad-index", "a face names a point that is not there")
        found.shapes[key] = np.array(points, np.float64).reshape(-1, 3), corners
        found.names[key] = _metadata(element).get("name", "")
    elif kind == "constellation":
        found.placed[key] = [_instance(child) for child in element if local(child) == "instance"]
    elif kind == "material" and len(found.materials) < 100:
        found.materials.append({"name": _metadata(element).get("name", ""), "color": _colour(element)})
    elif kind == "metadata" and element.text and len(found.metadata) < MAX_METADATA:
        found.metadata[(element.get("type") or "")[:300]] = " ".join(element.text.split())[:300]


def _metadata(element: Any) -> dict[str, str]:
    return {e.get("type") or "": (e.text or "").strip()[:300] for e in element if local(e) == "metadata"}


def _colour(element: Any) -> str:
    for entry in element:
        if local(entry) == "color":
            values = {local(channel): float(channel.text or "0") for channel in entry}
            shares = [min(max(values.get(channel, 0.0), 0.0), 1.0) for channel in "rgb"]
            return "#" + "".join(f"{round(share * 255):02X}" for share in shares)
    return ""


def _instance(element: Any) -> Instance:
    values = {local(child): float(child.text or "0") for child in element if local(child) in _PLACES}
    return element.get("objectid") or "", [values.get(place, 0.0) for place in _PLACES]


def _placed(found: _Amf) -> list[tuple[str, Points, Faces]]:
    """Objects as constellations place them; objects and constellations that no other names stand as they are."""
    named = {key for instances in found.placed.values() for key, _ in instances}
    roots = [(key, True) for key in found.shapes if key not in named]
    roots += [(key, False) for key in found.placed if key not in named or key in found.shapes]
    if found.placed and not roots:
        raise RefusedError("component-cycle", "circular constellations")
    made: list[tuple[str, Points, Faces]] = []
    copies = Copies()
    waiting = [(key, solid, np.eye(4), 0) for key, solid in reversed(roots)]
    while waiting:
        key, solid, matrix, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise RefusedError("component-cycle", "circular constellations")
        copies.add((key, solid), len(found.shapes[key][1]) if solid else 0, len(waiting))
        if solid:
            points, faces = found.shapes[key]
            made.append((found.names[key] or key, points @ matrix[:3, :3].T + matrix[:3, 3], faces))
            continue
        for child, place in reversed(found.placed[key]):
            if child not in found.shapes and child not in found.placed:
                raise RefusedError("missing-part", "a constellation names an object that is not there")
            waiting.append((child, child in found.shapes, matrix @ _matrix(place), depth + 1))
    return made


def _matrix(place: list[float]) -> Points:
    """Turn by rx, ry and rz degrees about the axes in that order, then move (ISO/ASTM 52915)."""
    made = np.eye(4)
    for axis, degrees in enumerate(place[3:]):
        turn = np.eye(3)
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        one, two = (axis + 1) % 3, (axis + 2) % 3
        turn[one, one], turn[one, two], turn[two, one], turn[two, two] = cosine, -sine, sine, cosine
        made[:3, :3] = turn @ made[:3, :3]
    made[:3, 3] = place[:3]
    return made

"""AMF, plain or in a ZIP: every object and each place a constellation gives it; points in mm."""

from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from designs.mesh.load import scan
from designs.mesh.load.copies import MAX_DEPTH, Copies
from designs.mesh.load.threemf import UNIT_NAMES, UNITS_MM
from designs.mesh.load.xmlmesh import XmlMesh
from designs.mesh.load.xmls import local
from designs.mesh.load.zips import Package
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError

MAX_METADATA = 50
MAX_MATERIALS = 100
_OTHER_NAMES = {"feet": "foot", "micrometer": "micron"}
_AXES = ("x", "y", "z")
_PLACES = ("deltax", "deltay", "deltaz", "rx", "ry", "rz")

Instance = tuple[str, list[float]]


@dataclass
class _Amf:
    unit: str
    names: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, tuple[Points, Faces]] = field(default_factory=dict)
    placed: dict[str, list[Instance]] = field(default_factory=dict)
    materials: list[dict[str, str]] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)


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
    file = XmlMesh(data, "vertices|volume", "AMF file", scan.element_rows)
    if local(file.root) != "amf":
        raise RefusedError("not-amf", "not an AMF file")
    unit = (file.root.get("unit") or "millimeter").strip().lower()
    found = _Amf(_OTHER_NAMES.get(unit, unit))
    try:
        for element in file.root:
            _add(found, file, element)
    except ValueError as error:
        raise RefusedError("unreadable", "the AMF file holds something that is not a number") from error
    return found


def _add(found: _Amf, file: XmlMesh, element: etree._Element) -> None:
    kind, key = local(element), element.get("id") or ""
    if kind == "object":
        found.shapes[key] = _shape(file, element)
        found.names[key] = _metadata(element).get("name", "")
    elif kind == "constellation":
        found.placed[key] = [_instance(child) for child in element if local(child) == "instance"]
    elif kind == "material" and len(found.materials) < MAX_MATERIALS:
        found.materials.append({"name": _metadata(element).get("name", ""), "color": _colour(element)})
    elif kind == "metadata" and element.text and len(found.metadata) < MAX_METADATA:
        found.metadata[(element.get("type") or "")[:300]] = " ".join(element.text.split())[:300]


def _shape(file: XmlMesh, element: etree._Element) -> tuple[Points, Faces]:
    """The points of an object, and the triangles of all its volumes."""
    points = [np.empty((0, 3))]
    faces = [np.empty((0, 3), np.int64)]
    for mesh in element:
        if local(mesh) == "mesh":
            points += [file.points(child) for child in mesh if local(child) == "vertices"]
            faces += [file.faces(child) for child in mesh if local(child) == "volume"]
    all_points, all_faces = np.vstack(points), np.vstack(faces)
    if len(all_faces) and (all_faces.min() < 0 or all_faces.max() >= len(all_points)):
        raise RefusedError("bad-index", "a face names a point that is not there")
    return all_points, all_faces


def _metadata(element: etree._Element) -> dict[str, str]:
    return {e.get("type") or "": (e.text or "").strip()[:300] for e in element if local(e) == "metadata"}


def _colour(element: etree._Element) -> str:
    for entry in element:
        if local(entry) == "color":
            values = {local(channel): float(channel.text or "0") for channel in entry}
            shares = [min(max(values.get(channel, 0.0), 0.0), 1.0) for channel in "rgb"]
            return "#" + "".join(f"{round(share * 255):02X}" for share in shares)
    return ""


def _instance(element: etree._Element) -> Instance:
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

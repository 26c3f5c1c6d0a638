"""3MF: objects, components, build items and units, with the production extension; points in mm.

The reader is our own (docs/decisions/0005): lists of points and triangles by scan.py, all else by lxml.
"""

import posixpath
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from designs.mesh.load import scan
from designs.mesh.load import threemf_about as about
from designs.mesh.load.copies import MAX_DEPTH, MAX_INSTANCES, Copies
from designs.mesh.load.xmlmesh import XmlMesh
from designs.mesh.load.xmls import attribute, local, parse
from designs.mesh.load.zips import Package
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError

UNITS_MM = {"micron": 0.001, "millimeter": 1.0, "centimeter": 10.0, "inch": 25.4, "foot": 304.8, "meter": 1000.0}
UNIT_NAMES = {
    "micron": "micron", "millimeter": "mm", "centimeter": "cm", "inch": "inch", "foot": "foot", "meter": "m",
}  # fmt: skip

SUPPORTS = {"support", "solidsupport"}
"""Objects of these types hold others up while they are printed: no part of the design."""

Key = tuple[str, str]


@dataclass
class _Object:
    name: str
    points: Points
    faces: Faces
    components: list[tuple[Key, Points]] = field(default_factory=list)
    supports: bool = False


@dataclass
class _Model:
    package: Package
    objects: dict[Key, _Object] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    materials: list[dict[str, str]] = field(default_factory=list)
    copies: Copies = field(default_factory=Copies)
    lattice: bool = False


def read(data: bytes) -> Loaded:
    """Read every build item as a Part. Raises RefusedError for cycles, missing parts, DTDs, bad indices and bombs.

    `extra` holds build_items, materials, metadata, thumbnail and thumbnail_bytes.
    """
    package = Package(data)
    relations = _relations(package)
    start = _start_part(package, relations)
    model = _Model(package)
    root = _read_part(model, start)
    unit = (root.get("unit") or "millimeter").strip()
    items = [e for build in root if local(build) == "build" for e in build if local(e) == "item"]
    if len(items) > MAX_INSTANCES:
        raise RefusedError("too-many-instances", f"more than {MAX_INSTANCES} build items", limit=MAX_INSTANCES)
    if not items:
        raise RefusedError("no-triangles", "the 3MF file builds nothing: it has no build items")
    names = about.slicer_names(package)
    parts: list[Part] = []
    for item in items:
        key = _key(item, start)
        points, faces = _expand(model, key, _matrix(item.get("transform")), ())
        if len(faces) and not model.objects[key].supports:
            name = model.objects[key].name or names.get(key[1]) or item.get("partnumber") or ""
            parts.append(Part(name, points * model.scales[start], faces))
    if not parts and model.lattice:
        raise RefusedError("no-triangles", "a lattice of beams, no triangles")
    picture = about.thumbnail_bytes(package, relations)
    extra = {
        "build_items": len(items),
        "materials": model.materials[: about.MAX_MATERIALS],
        "metadata": about.metadata(root),
        "thumbnail": picture > 0,
        "thumbnail_bytes": picture,
    }
    return Loaded(parts, UNIT_NAMES[unit], [], extra)


def _relations(package: Package) -> etree._Element:
    rels = package.read("_rels/.rels")
    if rels is None:
        raise RefusedError("not-3mf", "not a 3MF package: it has no relationships")
    return parse(rels, "relationships part")


def _start_part(package: Package, relations: etree._Element) -> str:
    for relation in relations:
        if (relation.get("Type") or "").endswith("/3dmodel"):
            target = relation.get("Target") or ""
            path = posixpath.normpath(target.lstrip("/"))
            if relation.get("TargetMode") == "External" or "://" in target or path.startswith(".."):
                raise RefusedError("outside-target", "the model part lies outside the package")
            if path.casefold() not in package.names:
                raise RefusedError("missing-part", "the model part named by the package is missing")
            return path
    raise RefusedError("not-3mf", "not a 3MF package: it names no model part")


def _read_part(model: _Model, path: str) -> etree._Element:
    data = model.package.read(path)
    if data is None:
        raise RefusedError("missing-part", "the model part named by the package is missing")
    part = XmlMesh(data, "vertices|triangles", "model part", scan.attribute_rows)
    unit = (part.root.get("unit") or "millimeter").strip()
    if unit not in UNITS_MM:
        raise RefusedError("unreadable", "the 3MF unit is unknown")
    model.scales[path] = UNITS_MM[unit]
    model.lattice |= any(local(element) == "beamlattice" for element in part.root.iter())
    for resources in part.root:
        if local(resources) == "resources":
            model.materials += about.materials(resources)
            for element in resources:
                if local(element) == "object":
                    model.objects[(path, element.get("id") or "")] = _object(part, element, path)
    return part.root


def _object(part: XmlMesh, element: etree._Element, path: str) -> _Object:
    made = _Object(element.get("name") or "", np.empty((0, 3)), np.empty((0, 3), np.int64))
    made.supports = element.get("type") in SUPPORTS
    for child in element:
        if local(child) == "mesh":
            made.points, made.faces = _mesh(part, child)
        elif local(child) == "components":
            made.components = [(_key(c, path), _matrix(c.get("transform"))) for c in child if local(c) == "component"]
    return made


def _mesh(part: XmlMesh, element: etree._Element) -> tuple[Points, Faces]:
    points, faces = np.empty((0, 3)), np.empty((0, 3), np.int64)
    for child in element:
        if local(child) == "vertices":
            points = part.points(child)
        elif local(child) == "triangles":
            faces = part.faces(child)
    if len(faces) and (faces.min() < 0 or faces.max() >= len(points)):
        raise RefusedError("bad-index", "a face names a point that is not there")
    return points, faces


def _key(element: etree._Element, path: str) -> Key:
    other = attribute(element, "path")
    return (posixpath.normpath(other.lstrip("/")) if other else path, element.get("objectid") or "")


def _matrix(text: str | None) -> Points:
    """The 4 x 3 transform of 3MF (rows multiply from the left), identity when there is none."""
    if not text:
        return np.vstack([np.eye(3), np.zeros((1, 3))])
    try:
        return np.array([float(word) for word in text.split()], dtype=np.float64).reshape(4, 3)
    except ValueError as error:
        raise RefusedError("unreadable", "a 3MF transform is not twelve numbers") from error


def _expand(model: _Model, key: Key, matrix: Points, above: tuple[Key, ...]) -> tuple[Points, Faces]:
    """The triangles of an object and its components, placed. A mirroring matrix turns the winding too."""
    if key in above:
        raise RefusedError("component-cycle", "circular components")
    if len(above) > MAX_DEPTH:
        raise RefusedError("too-many-instances", f"components more than {MAX_DEPTH} deep", limit=MAX_DEPTH)
    if key not in model.objects and key[0] not in model.scales:
        _read_part(model, key[0])
    item = model.objects.get(key)
    if item is None:
        raise RefusedError("missing-part", "the build names an object that is not there")
    model.copies.add(key, len(item.faces))
    points = [item.points @ matrix[:3] + matrix[3]]
    faces = [item.faces]
    offset = len(item.points)
    for inner, transform in item.components:
        sub_points, sub_faces = _expand(model, inner, transform, (*above, key))
        points.append(sub_points @ matrix[:3] + matrix[3])
        faces.append(sub_faces + offset)
        offset += len(sub_points)
    every = np.vstack(faces)
    return np.vstack(points), every[:, ::-1] if np.linalg.det(matrix[:3]) < 0 else every

"""AMF, plain or in a ZIP; points in mm. Constellations place objects; without one each object counts once."""

import numpy as np
from lxml import etree

from designs.mesh.load.threemf import UNIT_NAMES, UNITS_MM
from designs.mesh.load.xmls import local, parse
from designs.mesh.load.zips import Package
from designs.mesh.types import Faces, Loaded, Part, Points, RefusedError


def read(data: bytes) -> Loaded:
    """Read every object. Raises RefusedError for bad XML, DTDs and indices."""
    if data.startswith(b"PK"):
        package = Package(data)
        names = [name for name in package.names if name.endswith(".amf")] or list(package.names)
        data = (package.read(names[0]) if names else None) or b""
    root = parse(data, "AMF")
    if local(root) != "amf":
        raise RefusedError("not-amf", "not an AMF file")
    unit = (root.get("unit") or "millimeter").strip().lower()
    scale = UNITS_MM.get(unit, 1.0)
    parts = []
    for element in root:
        if local(element) == "object":
            points, faces = _object(element)
            parts.append(Part(element.get("id") or "", points * scale, faces))
    return Loaded(parts, UNIT_NAMES.get(unit, "mm"))


def _object(element: etree._Element) -> tuple[Points, Faces]:
    points: list[list[float]] = []
    faces: list[list[int]] = []
    try:
        for child in element.iter():
            name = local(child)
            if name == "coordinates":
                values = {local(axis): float(axis.text or "") for axis in child}
                points.append([values["x"], values["y"], values["z"]])
            elif name == "triangle":
                corner = {local(vertex): int(vertex.text or "") for vertex in child if local(vertex)[:1] == "v"}
                faces.append([corner["v1"], corner["v2"], corner["v3"]])
    except (ValueError, KeyError) as error:
        raise RefusedError("unreadable", "the AMF mesh is damaged") from error
    return np.array(points, np.float64).reshape(-1, 3), np.array(faces, np.int64).reshape(-1, 3)

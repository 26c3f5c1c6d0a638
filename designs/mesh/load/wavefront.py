"""OBJ: points, polygons as fans, objects and groups apart where they share no point. No unit is ever declared."""

import re

import numpy as np
from numpy.typing import NDArray

from designs.mesh import welding
from designs.mesh.load import polygons, scan
from designs.mesh.types import Corners, Faces, Loaded, Part, Points, RefusedError

MAX_PARTS = 1000
MAX_MATERIALS = 100
_MATERIAL = re.compile(rb"^[ \t]*usemtl[ \t]+([^\r\n]{1,300})", re.MULTILINE)


def read(data: bytes) -> Loaded:
    """Read v, f, o and g lines. Raises RefusedError, with the line, for indices and numbers that are none."""
    if b"\\\n" in data or b"\\\r\n" in data:
        data = data.replace(b"\\\r\n", b"  ").replace(b"\\\n", b" ")
    text = scan.view(data)
    count, triangles, lines = polygons.obj_counts(text)
    points, faces = np.empty((count, 3)), np.empty((triangles, 3), np.int64)
    groups = np.empty((lines, 2), np.int64)
    wrong, position = polygons.obj_fill(text, points, faces, groups)
    if wrong:
        _refuse(data, wrong, position, count)
    if not triangles:
        raise RefusedError("no-triangles", "no faces, so no triangles")
    names: dict[str, None] = {}
    for found in _MATERIAL.finditer(data):
        names.setdefault(found[1].decode("utf-8", "replace").strip())
        if len(names) == MAX_MATERIALS:
            break
    return Loaded(_parts(data, points, faces, groups), extra={"materials": [{"name": n, "color": ""} for n in names]})


def _refuse(data: bytes, wrong: int, position: int, count: int) -> None:
    line = data.count(b"\n", 0, position) + 1
    if wrong == polygons.BAD_INDEX:
        sentence = f"line {line}: a face names a point that is not there ({count} points)"
        raise RefusedError("bad-index", sentence, line=line, points=count)
    raise RefusedError("unreadable", f"line {line} of the OBJ file is not numbers", line=line)


def _parts(data: bytes, points: Points, faces: Faces, groups: NDArray[np.int64]) -> list[Part]:
    """A Part for each object; for each group where no objects are named. Those that share points stay together."""
    initials = scan.view(data)[groups[:, 0]]
    objects = initials == ord("o")
    groups = groups[objects] if objects.any() else groups
    marks = np.append(groups[:, 1], len(faces))
    lengths = np.diff(np.append(0, marks))
    if not 1 < (lengths > 0).sum() <= MAX_PARTS:
        held = np.flatnonzero(lengths)
        return [Part(_name(data, groups, int(held[0])) if len(held) == 1 else "", points, faces)]
    owner = np.repeat(np.arange(len(lengths)), lengths)
    shared = faces if objects.any() else welding.weld(points, faces)[1].astype(np.int64)
    together = _together(owner, shared, len(lengths), len(points))
    parts = []
    for group in np.unique(together[owner]):
        mine = faces[together[owner] == group]
        used, corners = np.unique(mine, return_inverse=True)
        parts.append(Part(_name(data, groups, int(group)), points[used], corners.reshape(-1, 3)))
    return parts


def _together(owner: NDArray[np.int64], faces: Faces | Corners, count: int, points: int) -> NDArray[np.int64]:
    """For each group the lowest group that it is joined to by shared points."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.column_stack((np.repeat(owner, 3), faces.ravel() + count))
    ones = np.ones(len(pairs), np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count + points, count + points))
    _, label = connected_components(graph, directed=False)
    _, first, back = np.unique(label[:count], return_index=True, return_inverse=True)
    return np.asarray(first[back], np.int64)


def _name(data: bytes, groups: NDArray[np.int64], index: int) -> str:
    """The name on the line that begins the faces counted `index`; faces before the first line have none."""
    if index == 0:
        return ""
    start = int(groups[index - 1, 0]) + 1
    line = data[start : start + 400].split(b"\n", 1)[0]
    return line.decode("utf-8", "replace").strip()[:200]

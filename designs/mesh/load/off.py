"""OFF in its text variants: colours, normals and texture coordinates are passed over."""

import re

import numpy as np

from designs.mesh.load import polygons, scan
from designs.mesh.types import Loaded, Part, RefusedError

_HEADER = re.compile(
    rb"\s*(?:#[^\n]*\n\s*)*(ST)?C?N?(4)?(n)?OFF\b[ \t]*(BINARY)?"
    rb"\s*(?:#[^\n]*\n\s*)*(?P<counts>[-+]?\d{1,18}\s+[-+]?\d{1,18}(?:[ \t]+[-+]?\d{1,18})?)[^\n]*\n"
)


def read(data: bytes) -> Loaded:
    """Read an OFF file, one point and one polygon a line. Raises RefusedError, with the line where there is one."""
    header = _HEADER.match(data[:65536])
    if not header:
        raise RefusedError("not-off", "not an OFF file: its header announces no counts")
    if header[2] or header[3] or header[4]:
        raise RefusedError("unsupported-version", "only OFF files of text in three dimensions are read")
    count, rows = (int(word) for word in header["counts"].split()[:2])
    if count < 0 or rows < 0:
        raise RefusedError("bad-count", f"the OFF header announces {count} points and {rows} faces", limit=0)
    if 6 * count + 2 * rows > len(data):
        sentence = f"truncated: {count} points and {rows} faces announced, more than the file holds"
        raise RefusedError("truncated", sentence, announced=count + rows)
    if not rows:
        raise RefusedError("no-triangles", "no faces, so no triangles")
    text = scan.view(data)
    points = np.empty((count, 3))
    read_points, at = polygons.off_points(text, header.end(), points)
    if read_points < count:
        _refuse(data, polygons.NOT_NUMBERS, at, count)
    triangles, wrong, position = polygons.off_faces(text, at, rows, count, np.empty((0, 3), np.int64))
    if wrong:
        _refuse(data, wrong, position, count)
    faces = np.empty((triangles, 3), np.int64)
    polygons.off_faces(text, at, rows, count, faces)
    return Loaded([Part("", points, faces)])


def _refuse(data: bytes, wrong: int, position: int, count: int) -> None:
    line = data.count(b"\n", 0, position) + 1
    if position >= len(data.rstrip()):
        raise RefusedError("truncated", f"truncated: the OFF file ends before what its header announces (line {line})")
    if wrong == polygons.BAD_INDEX:
        sentence = f"line {line}: a face names a point that is not there ({count} points)"
        raise RefusedError("bad-index", sentence, line=line, points=count)
    raise RefusedError("unreadable", f"line {line} of the OFF file is not numbers", line=line)

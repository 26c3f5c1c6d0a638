"""STL, binary and ASCII (every solid of the file)."""

import re

import numpy as np

from designs.mesh.types import Loaded, Part, RefusedError

_FACET = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("attribute", "<u2")])
_VERTEX = re.compile(rb"\bvertex[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)", re.IGNORECASE)


def read(data: bytes) -> Loaded:
    """Read an STL file. Raises RefusedError when it is cut short, empty or something else."""
    if _is_text(data):
        return _ascii(data)
    if len(data) < 84:
        raise RefusedError("not-stl", "not an STL file")
    count = int.from_bytes(data[80:84], "little")
    present = (len(data) - 84) // 50
    if count > present:
        if present == 0 or count > 100_000_000 or _printable(data[:2048]):
            raise RefusedError("not-stl", "not an STL file")
        raise RefusedError(
            "truncated", f"truncated: {count} facets announced, {present} present", announced=count, present=present
        )
    facets = np.frombuffer(data, _FACET, count, 84)
    trailing = len(data) - 84 - 50 * count
    warnings = [f"{trailing} bytes after the last facet"] if trailing else []
    points = facets["points"].reshape(-1, 3).astype(np.float64)
    faces = np.arange(3 * count, dtype=np.int64).reshape(-1, 3)
    return Loaded([Part("", points, faces)], warnings=warnings)


def _printable(head: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n" for byte in head)


def _is_text(data: bytes) -> bool:
    """A binary file may begin with "solid" too: its length then agrees with its count."""
    if data[:512].lstrip()[:5].lower() != b"solid":
        return False
    if len(data) >= 84:
        count = int.from_bytes(data[80:84], "little")
        if count and 84 + 50 * count <= len(data) and not _printable(data[:512]):
            return False
    return b"\0" not in data[84:1024]


def _ascii(data: bytes) -> Loaded:
    found = _VERTEX.findall(data)
    facets = len(re.findall(rb"\bfacet[ \t]+normal", data, re.IGNORECASE))
    ended = re.search(rb"endsolid", data[-4096:], re.IGNORECASE) is not None
    if not found and not facets:
        code = ("no-triangles", "no triangles") if len(data) > 0 else ("empty", "empty file")
        raise RefusedError(*code)
    whole = len(found) // 3
    if facets != whole or len(found) % 3 or not ended:
        raise RefusedError(
            "truncated",
            f"truncated: {max(facets, whole)} facets begun, {whole} whole, no end",
            announced=facets,
            present=whole,
        )
    try:
        points = np.array(found).astype(np.float64).reshape(-1, 3)
    except ValueError as error:
        raise RefusedError("non-finite", "non-finite coordinates: a vertex is not a number") from error
    return Loaded([Part("", points, np.arange(len(points), dtype=np.int64).reshape(-1, 3))])

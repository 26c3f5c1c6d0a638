"""STEP and IGES through OpenCASCADE (cascadio), within 0.1 mm and 0.5 rad, each instance of an assembly apart.

cascadio gives a GLB: in metres for STEP, in millimetres for IGES whatever the unit of the file (tests show it).
"""

import itertools
import math
import re
from typing import Literal

import numpy as np

from designs.mesh import fences
from designs.mesh.load import gltf
from designs.mesh.types import Loaded, Part, Points, RefusedError

LINEAR_TOLERANCE_MM = 0.1
ANGULAR_TOLERANCE = 0.5
MAX_UNIT_ENTITIES = 1000
SECONDS, SECONDS_PER_MIB = 4.0, 8.0
"""Of processor, for OpenCASCADE: real files take under 1 s a MiB; damaged ones may keep it busy for ever."""

_PREFIXES = {b"$": "m", b".MILLI.": "mm", b".CENTI.": "cm", b".MICRO.": "micron", b".KILO.": "km", b".DECI.": "dm"}
_IGES_UNITS = {
    1: "inch", 2: "mm", 4: "foot", 5: "mile", 6: "m", 7: "km", 8: "mil", 9: "micron", 10: "cm", 11: "microinch",
}  # fmt: skip
_IGES_NAMES = {"IN": "inch", "INCH": "inch", "MM": "mm", "FT": "foot", "M": "m", "CM": "cm", "UM": "micron"}
_CONTEXT = re.compile(rb"GLOBAL_UNIT_ASSIGNED_CONTEXT\s*\(\s*\(([#\d,\s]{1,400})\)")
_SI = re.compile(rb"SI_UNIT\s*\(\s*(\$|\.\w{1,12}\.)\s*,\s*\.METRE\.\s*\)")
_CONVERSION = re.compile(rb"CONVERSION_BASED_UNIT\s*\(\s*'([^']{1,40})'")


def read_step(data: bytes) -> Loaded:
    """Read a STEP file as triangles in mm. Raises RefusedError when it is cut short or holds no shape."""
    if b"ISO-10303-21" not in data[:4096]:
        raise RefusedError("not-step", "not a STEP file")
    if b"END-ISO-10303-21" not in data[-4096:]:
        raise RefusedError("truncated", "truncated: the STEP file has no end")
    return _tessellated(data, "step", 1000.0, step_unit(data))


def read_iges(data: bytes) -> Loaded:
    """Read an IGES file as triangles in mm. Raises RefusedError when it is cut short or holds curves only."""
    lines = data[:4096].splitlines()
    if not lines or lines[0][72:73] not in {b"S", b"F"} or not lines[0][73:80].strip().isdigit():
        raise RefusedError("not-iges", "not an IGES file")
    if not any(line[72:73] == b"T" for line in data[-400:].splitlines()):
        raise RefusedError("truncated", "truncated: the IGES file has no end")
    return _tessellated(data, "iges", 1.0, iges_unit(data))


def _tessellated(data: bytes, kind: Literal["step", "iges"], scale: float, unit: str) -> Loaded:
    import cascadio

    name = kind.upper()
    try:
        with fences.hurried(SECONDS + SECONDS_PER_MIB * len(data) / 2**20):
            made = cascadio.load(data, kind, LINEAR_TOLERANCE_MM, ANGULAR_TOLERANCE, use_parallel=False)
    except (RuntimeError, ValueError, TypeError) as error:
        raise RefusedError("unreadable", f"the {name} file cannot be read") from error
    if not made:
        raise RefusedError("unreadable", f"the {name} file holds no shape that can be read")
    head, chunk = gltf.document(made)
    for node in head.get("nodes", []):
        if str(node.get("name", "")).startswith("=>["):
            del node["name"]
    parts = [Part(p.name, _rounded(p.points), p.faces) for p in gltf.parts_of(head, chunk, scale, y_up=False)]
    if not parts:
        raise RefusedError("no-triangles", f"the {name} file holds curves or points, no surface")
    return Loaded(parts, unit, [], {"declared_units": unit, "tolerance_mm": LINEAR_TOLERANCE_MM})


def _rounded(points: Points) -> Points:
    """Points to the last decimal that survived single precision, so that the corners of neighbouring faces agree."""
    largest = float(np.abs(points).max(initial=0.0))
    if not 0 < largest < math.inf:
        return points
    return np.asarray(points.round(min(6, max(0, math.floor(-math.log10(largest * 2.0**-23))))))


def step_unit(data: bytes) -> str:
    """The unit of length that the first shape context of a STEP file names, "unknown" when there is none."""
    contexts = itertools.islice(_CONTEXT.finditer(data), MAX_UNIT_ENTITIES)
    used = {number for found in contexts for number in re.findall(rb"\d+", found[1])}
    for found in itertools.islice(re.finditer(rb"LENGTH_UNIT", data), MAX_UNIT_ENTITIES):
        begin = data.rfind(b";", max(0, found.start() - 2000), found.start()) + 1
        end = data.find(b";", found.end(), found.end() + 2000)
        entity = data[begin:end]
        number = re.match(rb"\s*#(\d+)", entity)
        if number is None or (used and number[1] not in used):
            continue
        if conversion := _CONVERSION.search(entity):
            word = conversion[1].decode("ascii", "replace").strip().lower()
            return word if word in {"inch", "foot", "mil", "yard", "mile"} else "unknown"
        if si := _SI.search(entity):
            return _PREFIXES.get(si[1], "unknown")
    return "unknown"


def iges_unit(data: bytes) -> str:
    """The unit of the global section of an IGES file (parameters 14 and 15); inches when it is left out."""
    lines = itertools.takewhile(lambda line: line[72:73] in b"SFG", data[: 80 * 500].splitlines())
    text = b"".join(line[:72] for line in lines if line[72:73] == b"G").decode("latin-1")
    terms = _iges_terms(text)
    flag = terms[13].strip() if len(terms) > 13 else ""
    if flag == "3" and len(terms) > 14:
        return _IGES_NAMES.get(terms[14].strip().upper(), "unknown")
    return _IGES_UNITS.get(int(flag) if flag.isdigit() else 1, "unknown")


def _iges_terms(text: str) -> list[str]:
    """The parameters of a global section; strings are written 3Habc, and the first two name the delimiters."""
    comma, end, at = ",", ";", 0
    terms: list[str] = []
    while at < len(text) and len(terms) < 26:
        string = re.match(r"\s*(\d{1,5})H", text[at : at + 12])
        if string:
            begin = at + string.end()
            term, at = text[begin : begin + int(string[1])], begin + int(string[1])
        else:
            stop = min((i for i in (text.find(comma, at), text.find(end, at)) if i >= 0), default=len(text))
            term, at = text[at:stop], stop
        terms.append(term)
        if len(terms) == 1 and string:
            comma = term
        if text[at : at + 1] == end and len(terms) > 1:
            break
        following = text.find(comma, at)
        at = following + 1 if following >= 0 else len(text)
    return terms

"""Why a file could not be measured, in the visitor's language: a title, a sentence with its numbers, what to do."""

from typing import Any

from django.utils.translation import gettext as _

from designs.words.findings import Words
from designs.words.values import quantity


def refusal(code: str, stored: dict[str, Any]) -> Words:
    """A refusal in words; `stored` has the kernel's English sentence and its numbers. Unknown codes show the former."""
    said = str(stored.get("sentence", ""))
    sentence = _reader(code, stored) or _bounds(code, stored) or _format(code) or _sandbox(code)
    detail = said if sentence and said and code in _DETAILED else ""
    kept = _("The file itself is kept as it is, and can be downloaded.")
    advice = f"{_advice(code)} {kept}".strip()
    return Words(code, "error", _title(code), sentence or said, advice, detail=detail)


_DETAILED = frozenset({"unreadable", "missing-part", "unsupported-extension", "syntax"})


def _title(code: str) -> str:
    large = _("It is too large to measure")
    odd = _("This is not the format its name says")
    damaged = _("The file is damaged")
    table = {
        "empty": _("The file is empty"),
        "no-triangles": _("There is no surface in it"),
        "flat": _("There is no solid in it"),
        "truncated": _("The file is cut off"),
        "syntax": _("OpenSCAD does not understand it"),
        "needs-openscad": _("Shown as source"),
        "lfs-pointer": _("Only a pointer is here, not the file"),
        "render-timeout": _("It takes too long to render"),
        "outside-target": _("It names files outside itself"),
        "xml-dtd": _("It holds what may do harm"),
        "unknown-format": _("We cannot read this format"),
    }
    table |= dict.fromkeys(
        ("unreadable", "bad-index", "bad-count", "non-finite", "missing-part", "component-cycle"), damaged
    )
    table |= dict.fromkeys(
        ("not-3mf", "not-amf", "not-gcode", "not-gltf", "not-iges", "not-off", "not-scad", "not-step", "not-stl"), odd
    )
    table |= {"not-svg": odd}
    table |= dict.fromkeys(("unsupported-extension", "unsupported-version"), _("We cannot read this kind of it"))
    table |= dict.fromkeys(
        ("too-complex", "too-large", "too-many-instances", "too-many-pixels", "too-many-triangles",
         "unpacks-too-large", "render-too-large"), large,
    )  # fmt: skip
    return table.get(code, _("It could not be measured"))


def _reader(code: str, numbers: dict[str, Any]) -> str:
    """Sentences of what a reader found, the more precise the more numbers there are."""
    told = {key: quantity(value) for key, value in numbers.items() if isinstance(value, int | float)}
    if code == "truncated" and {"announced", "present"} <= set(told):
        return _("%(announced)s facets are announced, %(present)s are there.") % told
    if code == "truncated" and "announced" in told:
        return _("%(announced)s entries are announced; the file ends before.") % told
    if code == "bad-index" and {"line", "points"} <= set(told):
        return _("Line %(line)s names a point that is not there; there are %(points)s.") % told
    if code == "unreadable" and "line" in told:
        return _("Line %(line)s is not numbers as the format wants them.") % told
    if code == "syntax" and "line" in told:
        return _("The fault is in line %(line)s.") % told
    if code == "render-timeout" and "seconds" in told:
        return _("OpenSCAD was stopped after %(seconds)s s.") % told
    return {
        "empty": _("There is not one byte in it."),
        "no-triangles": _("It holds no triangles: at most points, lines or curves."),
        "flat": _("It draws a flat shape, which has no thickness."),
        "truncated": _("The file ends before what its header announces."),
        "unreadable": _("A part of it is not as the format wants it."),
        "bad-index": _("A face names a point that is not there."),
        "bad-count": _("Its header announces counts that are impossible."),
        "non-finite": _("A coordinate is not a number, or is absurdly large."),
        "missing-part": _("A part that it names is not in it."),
        "component-cycle": _("Its objects hold one another in a circle."),
        "outside-target": _("It asks for a file that is not in it; nothing outside is opened."),
        "xml-dtd": _("Its XML has a document type or entities, which are not allowed."),
        "syntax": _("A file that it includes has a fault."),
        "render-timeout": _("OpenSCAD was stopped after the time that one file may take."),
    }.get(code, "")


def _bounds(code: str, numbers: dict[str, Any]) -> str:
    """Sentences of what is more than is allowed."""
    limit = numbers.get("limit")
    known = isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0
    count = {"limit": quantity(limit) if known else ""}
    size = {"limit": quantity(int(limit) >> 20) if known and limit is not None else ""}
    exact: dict[str, str] = {}
    if known:
        exact = {
            "too-large": _("Files of at most %(limit)s MiB are measured.") % size,
            "unpacks-too-large": _("It unpacks to more than is allowed.")
            if limit is not None and limit < 1 << 20
            else _("It unpacks to more than %(limit)s MiB.") % size,
            "too-many-triangles": _("At most %(limit)s triangles are measured.") % count,
            "too-many-instances": _("It places objects more than %(limit)s times.") % count,
            "too-many-pixels": _("Images of at most %(limit)s pixels are drawn.") % count,
            "too-complex": _("It expands to more than %(limit)s shapes or points.") % count,
        }
    return exact.get(code) or {
        "too-large": _("It is larger than the files that are measured here."),
        "unpacks-too-large": _("It unpacks to more than is allowed."),
        "too-many-triangles": _("It has, or announces, more triangles than are measured here."),
        "too-many-instances": _("It places its objects more often than is allowed."),
        "too-many-pixels": _("The image has more pixels than are drawn here."),
        "too-complex": _("It is nested too deeply, or uses itself in a circle."),
        "render-too-large": _("OpenSCAD needs more time or memory for it than one file may have here."),
    }.get(code, "")


def _format(code: str) -> str:
    names = {
        "not-3mf": "3MF", "not-amf": "AMF", "not-gcode": "G-code", "not-gltf": "glTF", "not-iges": "IGES",
        "not-off": "OFF", "not-scad": "OpenSCAD", "not-step": "STEP", "not-stl": "STL", "not-svg": "SVG",
    }  # fmt: skip
    if code in names:
        return _("Its content is not %(format)s.") % {"format": names[code]}
    return {
        "lfs-pointer": _("It is stored with Git LFS, which this site does not have."),
        "unknown-format": _("There is no reader for it here."),
        "unsupported-extension": _("It needs an extension of the format that is not read here."),
        "unsupported-version": _("It is of a version of the format that is not read here."),
        "needs-openscad": _("OpenSCAD is not run on this site, so that the file is not rendered."),
    }.get(code, "")


def _sandbox(code: str) -> str:
    return {
        "timeout": _("We gave up measuring this file. A simpler mesh may work."),
        "out-of-memory": _("It needs more memory than one file may have here. A simpler mesh may work."),
        "output-too-large": _("What it unfolds to is larger than is allowed here."),
        "crashed": _("The program that reads this format stopped on it."),
        "too-many-processes": _("It starts more programs than one file may."),
        "abandoned": _("The measurement was stopped."),
    }.get(code, "")


def _advice(code: str) -> str:
    again = _("Export it again, and see that the upload ends.")
    embed = _("Export it with everything embedded in one file.")
    simpler = _("Simplify it before you export, or split it into several files.")
    table = dict.fromkeys(("empty", "truncated", "unreadable", "bad-index", "bad-count", "missing-part"), again)
    table |= dict.fromkeys(
        ("too-large", "too-many-triangles", "too-many-instances", "too-complex", "unpacks-too-large", "timeout",
         "out-of-memory", "output-too-large", "render-timeout", "render-too-large"), simpler,
    )  # fmt: skip
    return {
        **table,
        "outside-target": embed,
        "no-triangles": _("Export the solid or the mesh, not the sketch."),
        "flat": _("Extrude it, or export it as DXF or SVG."),
        "unsupported-extension": _("Export it without that extension."),
        "unsupported-version": _("Export it in the usual version: glTF 2, or OFF as text."),
        "lfs-pointer": _("Push the file itself."),
        "non-finite": _("Repair the mesh in the program that made it."),
    }.get(code, "")

"""SVG: cleaned of scripts and outside references, drawn by resvg, its lines read by svgelements."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree
from PIL import Image

from designs.mesh.drawings import contours, images
from designs.mesh.load.xmls import local, parse
from designs.mesh.types import Facts, RefusedError

MAX_USES = 50_000
MAX_PATH = 1_500_000
"""Characters of paths: svgelements reads 300,000 a second."""
PX_PER_MM = 96 / 25.4
CURVE_STEP_MM = 0.5
MAX_STEPS = 400
_ROUGH = np.linspace(0, 1, 9)
_NUMBER = re.compile(r"^\s*([0-9.]+)\s*(mm|cm|in|px|pt|)\s*$")
_MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "px": 25.4 / 96, "pt": 25.4 / 72, "": 25.4 / 96}
_CSS_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?[^#'\"\s]")


def read(data: bytes, out: Path | None) -> Facts:
    """Page, size, contours and layers in mm. Raises RefusedError for what is not SVG and for drawings that explode."""
    root = parse(data, "SVG")
    if local(root) != "svg":
        raise RefusedError("not-svg", "not an SVG drawing")
    elements = sum(1 for _ in root.iter())
    _clean(root)
    _bound_uses(root)
    if sum(len(element.get("d") or element.get("points") or "") for element in root.iter()) > MAX_PATH:
        raise RefusedError("too-complex", "the drawing has too many points", limit=MAX_PATH)
    page = [_length(root.get(side)) for side in ("width", "height")]
    text = etree.tostring(root, encoding="unicode")
    facts: Facts = {"elements": elements, "page_mm": page, "viewbox": (root.get("viewBox") or "")[:100]}
    lines, is_filled = _lines(text)
    facts |= contours.facts(lines) | {"units": "mm" if None not in page else "unknown"}
    if out is not None and lines and not is_filled:
        upright = [replace(line, points=line.points * [1, -1]) for line in lines]
        images.save(contours.picture(upright), out)
    elif out is not None:
        _in_pixels(root, page)
        _draw(etree.tostring(root, encoding="unicode"), out)
    return facts


def _draw(text: str, out: Path) -> None:
    """The previews of a clean SVG; nothing where resvg cannot draw it."""
    import resvg_py

    try:
        png = resvg_py.svg_to_bytes(svg_string=text, width=1024)
        with Image.open(io.BytesIO(bytes(png)), formats=("PNG",)) as drawn:
            images.save(drawn.convert("RGBA"), out)
    except (ValueError, OSError, RuntimeError):
        return


def _length(text: str | None) -> float | None:
    found = _NUMBER.match(text or "")
    return float(found[1]) * _MM[found[2]] if found else None


def _in_pixels(root: etree._Element, page: list[float | None]) -> None:
    """Say the page's size in px: resvg-py takes no other unit. Without a size, the viewBox decides."""
    for side, length in zip(("width", "height"), page, strict=True):
        if None not in page and length:
            root.set(side, f"{length * PX_PER_MM:.4f}")
        elif side in root.attrib:
            del root.attrib[side]


def _clean(root: etree._Element) -> None:
    for element in list(root.iter()):
        name = local(element)
        if name in ("script", "foreignObject", "image", "feImage", "style") or not name:
            parent = element.getparent()
            if parent is not None and (name != "style" or _CSS_OUTSIDE.search(element.text or "")):
                parent.remove(element)
            continue
        for key, value in list(element.attrib.items()):
            plain = str(key).rsplit("}", 1)[-1].lower()
            if plain.startswith("on") or (plain == "href" and not str(value).strip().startswith("#")):
                del element.attrib[key]


def _bound_uses(root: etree._Element) -> None:
    """Refuse <use> that draws too much or itself, before any renderer sees it."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[str, int] = {}

    def weight(element: Any, above: tuple[str, ...]) -> int:
        total = 1
        for child in element.iter():
            if local(child) != "use":
                total += 1
                continue
            target = next((str(v)[1:] for k, v in child.attrib.items() if str(k).endswith("href")), "")
            if target in above or len(above) > 64:
                raise RefusedError("too-complex", "the drawing uses itself in a circle")
            if target in by_id:
                if target not in known:
                    known[target] = weight(by_id[target], (*above, target))
                total += known[target]
        if total > MAX_USES:
            raise RefusedError("too-complex", "the drawing expands to too many shapes", limit=MAX_USES)
        return total

    weight(root, ())


def _lines(text: str) -> tuple[list[contours.Line], bool]:
    """Every visible outline in mm, and whether any is filled. Without a physical size, 96 px are an inch as in CSS."""
    from svgelements import SVG, Path, Shape

    try:
        drawing = SVG.parse(io.StringIO(text), reify=True, ppi=96)
    except (ValueError, TypeError, ZeroDivisionError, AttributeError, KeyError) as error:
        raise RefusedError("unreadable", "the paths of the SVG drawing are damaged") from error
    lines = []
    is_filled = False
    for shape in drawing.elements(lambda element: isinstance(element, Shape)):
        if shape.values.get("visibility") == "hidden" or shape.values.get("display") == "none":
            continue
        is_filled = is_filled or (shape.fill is not None and shape.fill.value is not None)
        color = shape.stroke.hex if shape.stroke is not None and shape.stroke.value is not None else ""
        for part in Path(shape).as_subpaths():
            points = _flat(Path(part))
            if len(points) > 1:
                lines.append(contours.Line(points / PX_PER_MM, _layer(shape), (color or "")[:7]))
    return lines, is_filled


def _layer(shape: Any) -> str:
    return str(shape.values.get("{http://www.inkscape.org/namespaces/inkscape}label") or "")


def _flat(path: Any) -> Any:
    """Points along a path: straight pieces by their ends, curves in steps of half a millimetre."""
    points: list[tuple[float, float]] = []
    for segment in path:
        name = type(segment).__name__
        if name == "Move" or segment.end is None:
            if segment.end is not None:
                points.append((segment.end.x, segment.end.y))
            continue
        if name in ("Line", "Close"):
            points.append((segment.end.x, segment.end.y))
            continue
        rough = segment.npoint(_ROUGH)
        length = float(np.hypot(*np.diff(rough, axis=0).T).sum()) * 1.01
        steps = int(min(MAX_STEPS, max(8, length / PX_PER_MM / CURVE_STEP_MM))) if np.isfinite(length) else 8
        points.extend(map(tuple, segment.npoint(np.linspace(0, 1, steps + 1)[1:]).tolist()))
    return np.array(points, np.float64).reshape(-1, 2)

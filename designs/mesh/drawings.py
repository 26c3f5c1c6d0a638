"""SVG, DXF, G-code and images: a few facts, and a picture where one can be drawn safely."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image, ImageOps

from designs.mesh.load.xmls import local, parse
from designs.mesh.types import Facts, RefusedError

MAX_PIXELS = 50_000_000
MAX_DRAWING = 16 << 20
MAX_USES = 20_000
MAX_ENTITIES = 200_000
_NUMBER = re.compile(r"^\s*([0-9.]+)\s*(mm|cm|in|px|pt|)\s*$")
_MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "px": 25.4 / 96, "pt": 25.4 / 72, "": 25.4 / 96}


def _save(picture: Image.Image, out: Path | None) -> None:
    if out is None:
        return
    for size in (1024, 256):
        small = picture.copy()
        small.thumbnail((size, size), Image.Resampling.LANCZOS)
        small.save(out / f"preview-{size}.webp", quality=86, method=2)


def image(data: bytes, out: Path | None) -> Facts:
    """Width and height, and pictures without metadata. Raises RefusedError past 50 megapixels."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise RefusedError("too-many-pixels", f"more than {MAX_PIXELS // 10**6} megapixels", limit=MAX_PIXELS)
            opened.draft("RGB", (1024, 1024))
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except RefusedError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RefusedError("unreadable", "the image is damaged") from error
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    _save(clean, out)
    return {"width": width, "height": height}


def svg(data: bytes, out: Path | None) -> Facts:
    """The size of the drawing in mm; scripts and outside references are taken out before it is drawn."""
    root = parse(data, "SVG")
    if local(root) != "svg":
        raise RefusedError("not-svg", "not an SVG drawing")
    elements = sum(1 for _ in root.iter())
    _clean(root)
    _bound_uses(root)
    size = []
    for key in ("width", "height"):
        found = _NUMBER.match(root.get(key) or "")
        size.append(float(found[1]) * _MM[found[2]] if found else None)
    _draw(etree.tostring(root, encoding="unicode"), out)
    return {"elements": elements, "drawing_size_mm": size, "viewbox": (root.get("viewBox") or "")[:100]}


def _clean(root: etree._Element) -> None:
    for element in list(root.iter()):
        name = local(element)
        if name in ("script", "foreignObject", "image", "feImage", "style") or not name:
            parent = element.getparent()
            outside = name != "style" or re.search(r"@import|url\(\s*['\"]?[^#'\"\s]", element.text or "")
            if parent is not None and outside:
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
        if total > MAX_USES * 50:
            raise RefusedError("too-complex", "the drawing expands to too many shapes", limit=MAX_USES * 50)
        return total

    weight(root, ())


def _draw(text: str, out: Path | None) -> None:
    if out is None:
        return
    import resvg_py

    try:
        png = resvg_py.svg_to_bytes(svg_string=text, width=1024)
        with Image.open(io.BytesIO(bytes(png)), formats=("PNG",)) as drawn:
            _save(drawn.convert("RGBA"), out)
    except (ValueError, OSError, RuntimeError):
        return


def dxf(data: bytes, out: Path | None) -> Facts:
    """Entities, layers and size. Raises RefusedError for recursive blocks and huge arrays."""
    from ezdxf import bbox, recover
    from ezdxf.lldxf.const import DXFError

    try:
        document, audit = recover.read(io.BytesIO(data))
    except (DXFError, OSError, ValueError, KeyError) as error:
        raise RefusedError("unreadable", "the DXF file cannot be read") from error
    space = document.modelspace()
    if _expansion(document, space, ()) > MAX_ENTITIES:
        raise RefusedError("too-complex", "the drawing expands to too many shapes", limit=MAX_ENTITIES)
    box = bbox.extents(space, fast=True)
    size = [float(box.size.x), float(box.size.y)] if box.has_data else [None, None]
    facts = {
        "entities": len(space), "layers": len(document.layers), "drawing_size": size,
        "insunits": int(document.header.get("$INSUNITS", 0)), "audit_errors": len(audit.errors),
    }  # fmt: skip
    if out is not None and box.has_data:
        _draw(_dxf_svg(document), out)
    return facts


def _expansion(document: Any, layout: Any, above: tuple[str, ...]) -> int:
    total = 0
    for entity in layout:
        total += 1
        if entity.dxftype() == "INSERT":
            name = entity.dxf.name
            if name in above or len(above) > 32:
                raise RefusedError("too-complex", "blocks of the drawing insert one another in a circle")
            copies = max(1, entity.dxf.row_count) * max(1, entity.dxf.column_count)
            block = document.blocks.get(name)
            total += copies * (_expansion(document, block, (*above, name)) if block is not None else 0)
        if total > MAX_ENTITIES:
            break
    return total


def _dxf_svg(document: Any) -> str:
    from ezdxf.addons.drawing import config, layout, svg
    from ezdxf.addons.drawing.frontend import Frontend
    from ezdxf.addons.drawing.properties import RenderContext

    backend = svg.SVGBackend()
    settings = config.Configuration(
        background_policy=config.BackgroundPolicy.OFF, color_policy=config.ColorPolicy.BLACK,
        lineweight_policy=config.LineweightPolicy.RELATIVE,
    )  # fmt: skip
    Frontend(RenderContext(document), backend, config=settings).draw_layout(document.modelspace())
    text = str(backend.get_string(layout.Page(0, 0, layout.Units.mm, layout.Margins.all(4))))
    return re.sub(r'(<svg[^>]*?) width="([\d.]+)mm" height="([\d.]+)mm"', r'\1 width="\2" height="\3"', text, count=1)


_GCODE: tuple[tuple[str, str], ...] = (
    ("estimated_time", r"(?:estimated printing time[^=\n]*=|TIME:|total estimated time:)\s*([^\n;]+)"),
    ("filament_mm", r"filament used \[mm\]\s*=\s*([\d.]+)"),
    ("filament_g", r"filament used \[g\]\s*=\s*([\d.]+)"),
    ("filament", r"Filament used:\s*([^\n]+)"),
    ("layer_height", r"[;,]\s*layer[_ ]height\s*[=:]\s*([\d.]+)"),
    ("slicer", r"(?:generated by|Generated with|Sliced by)\s+([^\n]+)"),
)


def gcode(data: bytes, out: Path | None) -> Facts:
    """What the slicer wrote in the comments. Raises RefusedError for what is not text with G-code in it."""
    head = data[:65536]
    if b"\0" in head or not re.search(rb"^\s*[GMT]\d+", data[:1_000_000], re.MULTILINE):
        raise RefusedError("not-gcode", "not a G-code file")
    text = (data[:200_000] + b"\n" + data[-200_000:]).decode("utf-8", "replace")
    facts: Facts = {}
    for key, pattern in _GCODE:
        found = re.search(pattern, text, re.IGNORECASE)
        facts[key] = found[1].strip()[:120] if found else None
    return facts


READERS: dict[str, Callable[[bytes, Path | None], Facts]] = {
    "svg": svg, "dxf": dxf, "gcode": gcode, "png": image, "jpeg": image, "webp": image, "gif": image,
}  # fmt: skip


def facts_of(data: bytes, kind: str, out: Path | None) -> Facts:
    """Facts of a drawing or image."""
    if kind in ("svg", "dxf") and len(data) > MAX_DRAWING:
        raise RefusedError("too-large", f"larger than {MAX_DRAWING >> 20} MiB", limit=MAX_DRAWING)
    return {"format": kind, "warnings": [], **READERS[kind](data, out)}

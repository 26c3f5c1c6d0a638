"""DXF through ezdxf: entities, layers, contours, and a picture."""

import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from designs.mesh.drawings import contours, images
from designs.mesh.types import Facts, RefusedError

MAX_ENTITIES = 40_000
"""ezdxf needs some 0.15 ms for each."""
FLAT_MM = 0.05
FLAT_SHARE = 1e-4
UNITS_MM = {1: 25.4, 2: 304.8, 4: 1.0, 5: 10.0, 6: 1000.0, 13: 0.001, 14: 100.0}
UNIT_NAMES = {1: "inch", 4: "mm", 5: "cm", 6: "m"}


def read(data: bytes, out: Path | None) -> Facts:
    """Entities, layers, size and contours in mm. Raises RefusedError for recursive blocks and huge arrays."""
    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError

    try:
        document, audit = recover.read(io.BytesIO(data))
    except (DXFError, OSError, ValueError, KeyError) as error:
        raise RefusedError("unreadable", "the DXF file cannot be read") from error
    space = document.modelspace()
    if _expansion(document, space, ()) > MAX_ENTITIES:
        raise RefusedError("too-complex", "the drawing expands to too many shapes", limit=MAX_ENTITIES)
    unit = int(document.header.get("$INSUNITS", 0))
    scale = UNITS_MM.get(unit, 1.0)
    facts: Facts = {
        "units": UNIT_NAMES.get(unit, "mm" if unit in UNITS_MM else "unknown"),
        "insunits": unit,
        "entities": len(space),
        "layer_count": len(document.layers),
        "audit_errors": len(audit.errors),
    }
    lines = list(_lines(document, scale))
    facts |= contours.facts(lines)
    if out is not None and lines:
        images.save(contours.picture(lines), out)
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


def _lines(document: Any, scale: float) -> Iterator[contours.Line]:
    """What can be cut, in mm: blocks taken apart; texts and dimensions are for people, not for the cutter."""
    from ezdxf import disassemble
    from ezdxf.path import make_path

    shown = {layer.dxf.name.casefold(): layer for layer in document.layers}
    for entity in disassemble.recursive_decompose(document.modelspace()):
        if entity.dxftype() in {"TEXT", "MTEXT", "ATTRIB", "ATTDEF", "POINT", "HATCH", "IMAGE"}:
            continue
        layer = shown.get(str(entity.dxf.get("layer", "0")).casefold())
        if layer is not None and (layer.is_off() or layer.is_frozen()):
            continue
        try:
            path = make_path(entity)
            for part in path.sub_paths() if path.has_sub_paths else [path]:
                reach = float(np.ptp([(at.x, at.y) for at in part.control_vertices()], axis=0).max())
                if not math.isfinite(reach):
                    continue
                flat = max(FLAT_MM / scale, reach * FLAT_SHARE)
                points = np.array([(at.x, at.y) for at in part.flattening(flat)], np.float64)
                if len(points) > 1:
                    yield contours.Line(points * scale, str(entity.dxf.get("layer", "0")), _color(entity, layer))
        except (TypeError, ValueError, AttributeError, ZeroDivisionError):
            continue


def _color(entity: Any, layer: Any) -> str:
    from ezdxf.colors import aci2rgb

    index = int(entity.dxf.get("color", 256))
    if index == 256 and layer is not None:
        index = abs(int(layer.dxf.get("color", 7)))
    if not 1 <= index <= 255 or index == 7:
        return ""
    rgb = aci2rgb(index)
    return f"#{rgb.r:02x}{rgb.g:02x}{rgb.b:02x}"

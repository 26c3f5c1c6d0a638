"""What a 3MF package says beside its shapes: title and terms, materials and colours, a picture, names by slicers."""

import re

from lxml import etree

from designs.mesh.load.xmls import local, parse
from designs.mesh.load.zips import Package
from designs.mesh.types import RefusedError

MAX_METADATA = 50
MAX_MATERIALS = 100
MAX_TEXT = 300
MAX_CONFIG = 8 << 20
_SLICER_CONFIGS = ("Metadata/Slic3r_PE_model.config", "Metadata/model_settings.config")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")


def metadata(root: etree._Element) -> dict[str, str]:
    """Title, Designer, LicenseTerms and the like: at most 50 that say something, each cut to 300 characters."""
    found: dict[str, str] = {}
    for element in root:
        if local(element) == "metadata" and len(found) < MAX_METADATA:
            name, text = (element.get("name") or "")[:MAX_TEXT], " ".join((element.text or "").split())
            if name and text:
                found[name] = text[:MAX_TEXT]
    return found


def materials(resources: etree._Element) -> list[dict[str, str]]:
    """Base materials and colours of colour groups: name (may be empty) and #RRGGBB[AA]."""
    found: list[dict[str, str]] = []
    for group in resources:
        if local(group) not in {"basematerials", "colorgroup"}:
            continue
        for entry in group:
            colour = entry.get("displaycolor") or entry.get("color") or ""
            if local(entry) in {"base", "color"} and len(found) < MAX_MATERIALS:
                good = _COLOUR.fullmatch(colour)
                found.append({"name": (entry.get("name") or "")[:MAX_TEXT], "color": colour.upper() if good else ""})
    return found


def thumbnail_bytes(package: Package, relations: etree._Element) -> int:
    """The size in bytes of the picture of the whole package, 0 when it has none."""
    for relation in relations:
        if (relation.get("Type") or "").endswith("/thumbnail"):
            entry = package.names.get((relation.get("Target") or "").lstrip("/").casefold())
            if entry:
                return entry.file_size
    return 0


def slicer_names(package: Package) -> dict[str, str]:
    """Names of objects by id, which PrusaSlicer, Bambu Studio and their kin keep in a file of their own."""
    for name in _SLICER_CONFIGS:
        entry = package.names.get(name.casefold())
        if entry is None or entry.file_size > MAX_CONFIG:
            continue
        try:
            root = parse(package.read(name) or b"", "slicer's settings")
        except RefusedError:
            continue
        return {item.get("id") or "": _name(item) for item in root if local(item) == "object"}
    return {}


def _name(item: etree._Element) -> str:
    for entry in item:
        if local(entry) == "metadata" and entry.get("key") == "name":
            return entry.get("value") or ""
    return ""

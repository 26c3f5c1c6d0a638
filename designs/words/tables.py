"""Facts of a mesh, a drawing or a program as rows of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs.mesh import printability, readings
from designs.mesh.profiles import DEFAULT_FDM, Profile
from designs.words import findings, profiles, values
from designs.words.values import dimensions, quantity, span

MOST_OBJECTS = 50
MOST_LAYERS = 50
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class ObjectRow:
    """One object of a plate."""

    name: str
    size: str
    triangles: str
    grade: str
    title: str


@dataclass(frozen=True)
class LayerRow:
    """One layer of a drawing."""

    name: str
    color: str
    lines: str
    length: str


def grade(name: str, process: str = "fdm") -> str:
    """A verdict in a few words: of a printer, or of a machine that cuts."""
    if process in {"laser", "cnc"}:
        cut = {"prints": _("Ready to cut"), "care": _("To be cut with care"), "fails": _("Cannot be cut as it is")}
        return cut.get(name) or grade(name)
    return {
        "prints": _("Ready to print"),
        "care": _("Prints with care"),
        "fails": _("Will not print as it is"),
        "waiting": _("Being measured"),
    }.get(name, name)


def facts(known: Mapping[str, Any], profile: Profile = DEFAULT_FDM) -> Rows:
    """Every fact that people ask for, as (label, value); what was not measured has no row."""
    size = readings.numbers(known, "size_mm")
    rows = [(_("Size"), dimensions(size))] if size else []
    rows += [*_solid(known, profile), *_tight(known)] if known.get("triangles") else []
    rows += _labelled(_with_bodies(known), _topology()) if known.get("triangles") else _drawing(known)
    rows += _features(known)
    if way := best_way(known):
        rows.append((_("Best way up"), way))
    if units := _units(known):
        rows.append((_("Units"), units))
    return rows


def _tight(known: Mapping[str, Any]) -> Rows:
    """The smallest box at any angle, where it is not the box along the axes."""
    size, tight = readings.sides(known), readings.sides(known, "oriented_box_mm")
    if size and tight and any(abs(a - b) > 0.01 * b for a, b in zip(sorted(size), sorted(tight), strict=True)):
        return [(_("Smallest box, turned"), dimensions(tight))]
    return []


def _solid(known: Mapping[str, Any], profile: Profile) -> Rows:
    volume = readings.number(known, "volume_mm3")
    rows = _labelled(known, {"volume_mm3": (_("Volume"), "mm3")})
    if volume and volume > 0 and profile.density_g_cm3:
        label = _("Mass, solid %(material)s") % {"material": profiles.material_name(profile.material)}
        rows.append((label, quantity(volume / 1000 * profile.density_g_cm3, "g")))
    return rows + _labelled(known, {"area_mm2": (_("Surface"), "mm2"), "triangles": (_("Triangles"), "")})


def _labelled(known: Mapping[str, Any], labels: Mapping[str, tuple[str, str]]) -> Rows:
    return [
        (label, quantity(known[key], unit))
        for key, (label, unit) in labels.items()
        if readings.number(known, key) is not None
    ]


def _with_bodies(known: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, and how many bodies there are: shells, less those around a void."""
    shells, voids = readings.number(known, "shells"), readings.number(known, "cavities")
    return {**known} if shells is None else {**known, "bodies": int(shells - (voids or 0))}


def _topology() -> dict[str, tuple[str, str]]:
    return {
        "object_count": (_("Objects"), ""),
        "bodies": (_("Bodies"), ""),
        "cavities": (_("Closed cavities"), ""),
        "holes": (_("Holes in the surface"), ""),
        "boundary_edges": (_("Open edges"), ""),
        "non_manifold_edges": (_("Non-manifold edges"), ""),
        "crossing_faces": (_("Crossing faces"), ""),
        "degenerate_triangles": (_("Degenerate triangles"), ""),
        "genus": (_("Tunnels through it"), ""),
    }


def _features(known: Mapping[str, Any]) -> Rows:
    rows = _labelled(
        known,
        {
            "wall_min_mm": (_("Thinnest wall"), "mm"),
            "wall_median_mm": (_("Usual wall"), "mm"),
            "gap_min_mm": (_("Narrowest gap"), "mm"),
        },
    )
    holes = [width for width, _at in readings.places(known, "round_holes", "diameter_mm")]
    pins = [width for width, _at in readings.places(known, "pins", "diameter_mm")]
    for label, widths in ((_("Round holes"), holes), (_("Pins"), pins)):
        if widths:
            low, high = (f"⌀ {quantity(width, 'mm')}" for width in (min(widths), max(widths)))
            rows.append((label, f"{quantity(len(widths))}, {span(low, high)}"))
    return rows + _labelled(
        known,
        {
            "overhang_area_mm2": (_("Overhang over 45°"), "mm2"),
            "bridge_max_mm": (_("Longest bridge"), "mm"),
            "bed_contact_mm2": (_("Contact with the bed"), "mm2"),
            "support_volume_mm3": (_("Supports as it stands"), "mm3"),
            "trapped_volume_mm3": (_("Trapped volume"), "mm3"),
        },
    )


def best_way(known: Mapping[str, Any]) -> str:
    """The best way up with its reasons, or nothing where none was looked for."""
    ways = known.get("orientations")
    if not isinstance(ways, list) or not ways or not isinstance(ways[0], Mapping):
        return ""
    reasons = ways[0].get("reasons")
    told = {
        "already-best": _("as it stands"),
        "less-support": _("less support"),
        "larger-contact": _("more contact with the bed"),
        "lower": _("less height"),
        "more-stable": _("stands more firmly"),
        "fits": _("fits the bed"),
    }
    known_reasons = [told[code] for code in reasons if code in told] if isinstance(reasons, list) else []
    if reasons == ["already-best"]:
        return known_reasons[0]
    return _("turned: %(reasons)s") % {"reasons": ", ".join(known_reasons)} if known_reasons else _("turned")


def _units(known: Mapping[str, Any]) -> str:
    declared, guess = known.get("units"), known.get("units_guess")
    if not declared:
        return ""
    if declared != "unknown":
        said = isinstance(guess, Mapping) and guess.get("reason") == "owner"
        return _("%(unit)s, as its maintainers say") % {"unit": declared} if said else str(declared)
    unit = str(guess.get("unit", "mm")) if isinstance(guess, Mapping) else "mm"
    if unit == "mm":
        return _("unknown, read as mm")
    return _("unknown, read as mm; perhaps %(unit)s") % {"unit": findings.unit_name(unit)}


def _drawing(known: Mapping[str, Any]) -> Rows:
    pixels = [readings.number(known, key) for key in ("width", "height")]
    rows = [(_("Pixels"), " × ".join(quantity(int(side)) for side in pixels if side))] if all(pixels) else []
    program = readings.number(known, "filament_mm") is not None or bool(known.get("estimated_time_s"))
    rows += _labelled(
        known,
        {
            "layer_count": (_("Layers"), ""),
            "line_count": (_("Lines"), ""),
            "closed_contours": (_("Closed contours"), ""),
            "open_contours": (_("Open contours"), ""),
        },
    )
    for key, label in (
        ("cut_length_mm", _("Length of the paths") if program else _("Length to cut")),
        ("doubled_mm", _("Drawn twice")),
        ("travel_mm", _("Travel")),
        ("filament_mm", _("Filament")),
    ):
        length = readings.number(known, key)
        if length is not None:
            rows.append((label, quantity(length / 1000, "m") if length >= 1000 else quantity(length, "mm")))
    for key, label in (
        ("estimated_cut_s", _("Time to cut, estimated")),
        ("estimated_time_s", _("Time, as its slicer says")),
        ("feed_time_s", _("Time of its moves")),
    ):
        seconds = readings.number(known, key)
        if seconds:
            rows.append((label, values.duration(seconds)))
    return rows


def layers(known: Mapping[str, Any]) -> list[LayerRow]:
    """The layers of a drawing, the first 50."""
    listed = known.get("layers")
    found = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    return [
        LayerRow(
            str(item.get("name", "")),
            str(item.get("color") or ""),
            quantity(int(readings.number(item, "lines") or readings.number(item, "entities") or 0)),
            quantity(readings.number(item, "cut_length_mm") or 0.0, "mm"),
        )
        for item in found[:MOST_LAYERS]
    ]


def objects(known: Mapping[str, Any], profile: Profile = DEFAULT_FDM) -> list[ObjectRow]:
    """The objects of a plate with a verdict of each, the first 50; none where there is only one."""
    found = readings.objects(known)
    if len(found) < 2:
        return []
    rows = []
    for place, item in enumerate(found[:MOST_OBJECTS], 1):
        verdict = printability.judge(item, profile)
        name = str(item.get("name") or "") or _("Object %(number)s") % {"number": place}
        triangles = quantity(int(readings.number(item, "triangles") or 0))
        size = dimensions(readings.sides(item))
        rows.append(ObjectRow(name, size, triangles, verdict.grade, grade(verdict.grade, profile.process)))
    return rows


def others(known: Mapping[str, Any]) -> str:
    """How many objects of a plate have no row."""
    count = int(readings.number(known, "object_count") or 0) - MOST_OBJECTS
    return ngettext("and one more", "and %(count)s more", count) % {"count": quantity(count)} if count > 0 else ""

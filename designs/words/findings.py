"""What each finding means and what to do about it. Titles, sentences and advice by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs.mesh.printability import Judged
from designs.mesh.types import Finding
from designs.words import drawings, profiles, values


@dataclass(frozen=True)
class Words:
    """One finding or refusal for people.

    `mark` is what the viewer is asked to show, `rests_on` the limit with its source, `detail` what the reader said.
    """

    code: str
    severity: str
    title: str
    sentence: str
    advice: str = ""
    mark: str = ""
    rests_on: str = ""
    detail: str = ""


Text = drawings.Text


def finding(found: Finding) -> Words:
    """A finding in words; a code we have no words for shows the kernel's English sentence."""
    params = found.params
    numbers = _numbers(found)
    mark = found.where.mark if isinstance(found, Judged) and found.where else ""
    rests_on = profiles.source(found.rests_on) if isinstance(found, Judged) and found.rests_on else ""
    known = _known(found)
    if known is None:
        title = found.code.replace("-", " ").capitalize()
        return Words(found.code, found.severity, title, str(params.get("message", "")), "", mark, rests_on)
    title, sentence, advice = known
    return Words(found.code, found.severity, title, sentence % numbers, advice % numbers, mark, rests_on)


def _known(found: Finding) -> Text | None:
    if found.params.get("drawing"):
        return drawings.room(found.code == "fits-bed")
    tables = (_surface(found), _shape(found), _process(found), drawings.drawn())
    return next((table[found.code] for table in tables if found.code in table), None)


def _numbers(found: Finding) -> dict[str, str]:
    params = found.params

    def of(key: str, unit: str) -> str:
        return values.measured(params.get(key), unit)

    return {
        "value": values.measured(found.value, found.unit),
        "limit": values.limit(found.limit, found.unit),
        "unit": unit_name(str(params.get("unit", ""))),
        "size": values.dimensions(params.get("size_mm")),
        "bed": values.dimensions(params.get("bed_mm")),
        "share": of("share", "share"),
        "area": of("area_mm2", "mm2"),
        "degrees": of("degrees", "degrees"),
        "count": of("count", ""),
        "support": of("support_volume_mm3", "mm3"),
        "now": of("now_mm3", "mm3"),
        "then": of("then_mm3", "mm3"),
        "nozzle": values.limit(params.get("nozzle_mm"), "mm"),
        "confidence": of("confidence", "share"),
    }


def unit_name(unit: str) -> str:
    """A unit of length in the plural."""
    return {
        "mm": _("millimetres"),
        "cm": _("centimetres"),
        "m": _("metres"),
        "inch": _("inches"),
        "unknown": _("none of the usual units"),
    }.get(unit, unit)


def _surface(found: Finding) -> dict[str, Text]:
    repair = _("Repair the mesh here (“Fix what can be fixed”), or unite the bodies in your CAD program.")
    return {
        "watertight": (_("Closed surface"), _("No open edges: inside and outside are clear."), ""),
        "not-watertight": (
            _("The surface is open"),
            _("Edges with only one face: %(value)s."),
            _("Close the holes in your CAD program, or repair the mesh before you slice it."),
        ),
        "non-manifold": (_("Edges shared by too many faces"), _("Edges with more than two faces: %(value)s."), repair),
        "non-manifold-vertices": (
            _("Surfaces that touch in a point"),
            _("Points where surfaces only touch: %(value)s."),
            _("Slicers manage. Let the bodies overlap a little, or keep them apart."),
        ),
        "misoriented": (
            _("Faces turned the wrong way"),
            _("Edges whose faces disagree on what is outside: %(value)s."),
            _("Recalculate the normals so that all of them point outwards."),
        ),
        "degenerate": (
            _("Faces without an area"),
            _("Triangles that are a line or a point: %(value)s."),
            _("Slicers skip them; merging close vertices removes them."),
        ),
        "duplicate": (
            _("Doubled faces"),
            _("Triangles that lie twice in the same place: %(value)s."),
            _("Remove doubled faces; a body exported twice is the usual cause."),
        ),
        "crossing": (
            _("Faces that cross"),
            _("Triangles that pass through others: %(value)s."),
            _("Unite overlapping bodies with a boolean union before you export."),
        ),
        "inverted": (
            _("Inside out"),
            _("The surface encloses a negative volume: its faces point inwards.")
            if found.severity == "error"
            else ngettext(
                "One body has its faces point inwards.", "%(value)s bodies have their faces point inwards.", _n(found)
            ),
            _("Flip all normals.") if found.severity == "error" else _("Flip the normals of these bodies."),
        ),
        "multi-shell": (
            _("Several bodies"),
            _("Separate bodies in this file: %(value)s."),
            "",
        ),
        "no-volume": (
            _("No volume"),
            _("The surface encloses nothing."),
            _("Give it a thickness in your CAD program."),
        ),
    }


def _n(found: Finding) -> int:
    return round(found.value or 0)


def _shape(found: Finding) -> dict[str, Text]:
    params = found.params
    return {
        "thin": _thin(found),
        "gap": _gap(params),
        "small-hole": (
            _("Small holes"),
            ngettext(
                "One round hole is narrower than %(limit)s: %(value)s.",
                "%(count)s round holes are narrower than %(limit)s, the smallest %(value)s.",
                int(params.get("count", 1)),
            ),
            _("They come out narrower or closed: widen them, or drill them after."),
        ),
        "small-pin": (
            _("Thin pins"),
            ngettext(
                "One pin is thinner than %(limit)s: %(value)s.",
                "%(count)s pins are thinner than %(limit)s, the thinnest %(value)s.",
                int(params.get("count", 1)),
            ),
            _("They break easily: make them thicker, round off their foot, or put in a screw or a metal pin."),
        ),
        "fine-detail": (
            _("Detail finer than the nozzle"),
            _("%(value)s of ribs, grooves or letters narrower than 0.4 mm."),
            _("It will be lost or blurred: make letters and lines at least 0.6 mm wide, or use a finer nozzle."),
        ),
        "units-guess": _units(params),
        "too-large": _too_large(params),
        "fits-bed": (_("Fits the build volume"), _("%(size)s in %(bed)s."), ""),
        "fits-bed-turned": (_("Fits when laid down"), _("%(size)s in %(bed)s."), _("Turn it before you print.")),
    }


def _gap(params: Mapping[str, Any]) -> Text:
    if params.get("process") == "cnc":
        sentence = _("The narrowest gap is %(value)s; a cutter gets into %(limit)s or more.")
        return _("Narrow gaps"), sentence, _("Widen it to at least %(limit)s, or look for a mill with a finer cutter.")
    if params.get("process") == "laser":
        sentence = _("The narrowest gap is %(value)s; the cut itself takes %(limit)s.")
        return _("Narrow gaps"), sentence, _("Widen it to more than %(limit)s, or draw one line to be cut once.")
    sentence = _("The narrowest gap is %(value)s; below %(limit)s the two sides tend to join.")
    return _("Narrow gaps"), sentence, _("Widen it to at least %(limit)s, or join the sides on purpose.")


def _thin(found: Finding) -> Text:
    if found.params.get("side"):
        return (
            _("Very thin"),
            _("%(value)s at its thinnest side; at least %(limit)s is wanted."),
            _("Make it thicker, or choose a process or a nozzle for finer walls."),
        )
    if found.params.get("few"):
        return (
            _("A few thin spots"),
            _("%(value)s at the thinnest, under %(limit)s, on a very small part of the surface."),
            _("Look at them: a sharp edge is harmless, a thin web is not."),
        )
    sentence = (
        _("%(share)s of the surface has walls under %(limit)s; the thinnest is %(value)s.")
        if found.params.get("share") is not None
        else _("The thinnest wall is %(value)s; at least %(limit)s is wanted.")
    )
    if found.params.get("process") in {"laser", "cnc"}:
        return (
            _("Thin walls"),
            sentence,
            _("They burn, bend or break as they are cut: make them at least %(limit)s thick."),
        )
    if isinstance(found, Judged) and found.rests_on and found.rests_on.key.endswith("_fails"):
        advice = _("They will be missing: make them at least %(limit)s thick, better twice that.")
        return _("Walls too thin to be made"), sentence, advice
    advice = _("They come out weak or with holes: make them at least %(limit)s thick, or use a finer process.")
    return _("Thin walls"), sentence, advice


def _units(params: Mapping[str, Any]) -> Text:
    title = _("Which unit is it in?")
    if params.get("unit") == "unknown":
        sentence = _("The file does not say, and its size fits no usual unit.")
    elif params.get("confidence") is None:
        sentence = _("The file does not say. Its size suggests %(unit)s.")
    else:
        sentence = _("The file does not say. Its size suggests %(unit)s, with a probability of %(confidence)s.")
    if params.get("unit") == "unknown":
        return (
            title,
            sentence,
            _("Everything here is measured as if it were in millimetres until its maintainers say so."),
        )
    advice = _("Until its maintainers say which, numbers are read as millimetres and no size is held to a limit.")
    return title, sentence, advice


def _too_large(params: Mapping[str, Any]) -> Text:
    title = _("Larger than the build volume")
    if params.get("apart"):
        sentence = _("%(size)s together; this machine takes %(bed)s. Each of the %(count)s objects fits by itself.")
        return title, sentence, _("Make the objects one after another, or arrange them anew.")
    advice = _("Cut it in parts, or look for a larger printer. Check the units too.")
    return title, _("%(size)s; this machine takes %(bed)s."), advice


def _process(found: Finding) -> dict[str, Text]:
    params = found.params
    process = str(params.get("process", ""))
    hangs = _("%(value)s of the surface hangs over.")
    return {
        "overhang": (
            _("Overhangs over %(degrees)s") % {"degrees": values.limit(params.get("degrees", 45.0), "degrees")},
            _("%(value)s of the surface hangs over; it takes about %(support)s of supports.")
            if params.get("support_volume_mm3")
            else hangs,
            _("Print with supports, turn the part, or make the slope under it steeper."),
        ),
        "overhang-ok": (_("Prints without supports"), hangs, ""),
        "bridge": (
            _("Long bridges"),
            _("The longest bridge is %(value)s; up to %(limit)s is safe."),
            _("Beyond that it sags: add a support or an arch, or turn the part. Cool well and print it slowly."),
        ),
        "bed-contact": (
            _("Little contact with the bed"),
            _("Only %(value)s touches the bed; %(limit)s would hold it well.")
            if found.value
            else _("It touches the bed in points or lines only; %(limit)s of flat contact would hold it well."),
            _("Print with a brim, turn it on its largest flat side, or give it a flat foot."),
        ),
        "tips-over": (
            _("It tips over easily"),
            _("It falls at a tilt of %(value)s; %(limit)s would be safe.")
            if params.get("stable", True)
            else _("It does not stand by itself: its weight is not above its foot."),
            _("Turn it, print it with supports or a brim, or widen its foot."),
        ),
        "turn": (
            _("Turned, it needs less support"),
            _("Another way up takes %(then)s of supports instead of %(now)s."),
            _("Show it on the bed and print it that way up, if its surfaces and its strength allow it."),
        ),
        "trapped": _trapped(process),
        "cavities": (_("Closed cavities"), _("Hollows with no way out: %(value)s."), _out(process)),
        "cups": (
            _("Cups that hold resin"),
            _("As it stands, hollows hold %(value)s of resin; up to %(limit)s is harmless."),
            _("Tilt the part, or give the hollow a vent hole of 3 mm at its lowest point: suction tears layers apart."),
        ),
        "sheet": _sheet(params),
        "not-flat": (
            _("Not cut from one sheet"),
            _("Its outline is not the same all through: %(value)s of its volume is missing or too much."),
            _("A laser cuts straight through: split it into flat parts, or engrave, mill or print it."),
        ),
    }


def _out(process: str) -> str:
    return {
        "sla": _("Resin stays inside: give each hollow two holes of at least 4 mm."),
        "sls": _("Powder stays inside: give each hollow two holes of at least 5 mm."),
        "cnc": _("A cutter cannot get in: split the part in two, or open the hollow."),
    }.get(process, _("Resin and powder stay inside; filament does not mind."))


def _trapped(process: str) -> Text:
    sentence = {
        "sla": _("%(value)s of liquid resin would stay inside."),
        "sls": _("%(value)s of loose powder would stay inside."),
    }.get(process, _("%(value)s are enclosed with no way out."))
    return _("Trapped volume"), sentence, _out(process)


def _sheet(params: Mapping[str, Any]) -> Text:
    if params.get("thicker"):
        advice = _("Cut it in layers that are glued together, or choose thicker material.")
        return _("Thicker than the sheet"), _("It is %(value)s thick; the sheet is %(limit)s."), advice
    advice = _("Joints will not fit: draw it for a sheet of %(limit)s, or choose thinner material.")
    return _("Thinner than the sheet"), _("It is %(value)s thick; the sheet is %(limit)s."), advice

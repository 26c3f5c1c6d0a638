"""What a repair did to a mesh, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs import words
from designs.words_compare import Row


@dataclass(frozen=True)
class RepairWords:
    """What a page says of a repair: a title, a sentence, one line a step, what is left, and a table."""

    title: str
    sentence: str
    steps: list[str]
    left: list[str]
    rows: list[Row]


def report(repaired: Mapping[str, Any]) -> RepairWords:
    """A repair's report (`Repaired.report`) in words."""
    if repaired["fixed"] and not repaired["steps"]:
        title, sentence = _("Nothing to repair"), _("The mesh is sound; it stays as it is.")
    elif repaired["fixed"]:
        title, sentence = (
            _("Repaired"),
            f"{_('The surface is closed and every edge has two faces.')} {_moved(repaired)}",
        )
    elif repaired["steps"]:
        title, sentence = _("Repaired in part"), f"{_('Some faults are left for your CAD program.')} {_moved(repaired)}"
    else:
        title, sentence = _("Nothing could be repaired"), _("These faults need your CAD program.")
    steps = [step(one) for one in repaired["steps"]]
    left = [_left(code, repaired["after"]) for code in repaired["left"]]
    return RepairWords(title, sentence, steps, left, _rows(repaired))


def step(done: Mapping[str, Any]) -> str:
    """One step in a sentence."""
    count = int(done["count"])
    sentence = {
        "weld": ngettext(
            "One point at a crack was united with its neighbour.",
            "%(count)s points at cracks were united with their neighbours.",
            count,
        ),
        "split-edges": ngettext(
            "One open edge was cut where a point lies on it.",
            "Open edges were cut at %(count)s points that lie on them.",
            count,
        ),
        "degenerate": ngettext(
            "One face without area was removed.", "%(count)s faces without area were removed.", count
        ),
        "duplicate": ngettext("One doubled face was removed.", "%(count)s doubled faces were removed.", count),
        "flaps": ngettext(
            "One face that stuck out was removed.", "%(count)s faces that stuck out were removed.", count
        ),
        "specks": ngettext("One stray speck was removed.", "%(count)s stray specks were removed.", count),
        "winding": ngettext(
            "One face was turned to agree with its neighbours.",
            "%(count)s faces were turned to agree with their neighbours.",
            count,
        ),
        "fill-holes": ngettext("One hole was closed.", "%(count)s holes were closed.", count),
        "separated": ngettext(
            "Surfaces that only touched were parted at one point.",
            "Surfaces that only touched were parted at %(count)s points.",
            count,
        ),
        "inverted": ngettext("One body was inside out.", "%(count)s bodies were inside out.", count),
        "united": ngettext(
            "One body was united with itself.", "%(count)s bodies that overlap were united into one solid.", count
        ),
    }.get(done["code"], str(done["code"]))
    sentence %= {"count": words.quantity(count)}
    area = done.get("area_mm2")
    return f"{sentence} {_('New surface: %s.') % words.quantity(float(area), 'mm2')}" if area else sentence


def _moved(repaired: Mapping[str, Any]) -> str:
    moved = float(repaired["max_displacement_mm"])
    if moved <= 0:
        return _("No point was moved.")
    return _("No point moved by more than %s.") % (f"{moved:.1g} mm" if moved < 0.01 else words.quantity(moved, "mm"))


def _left(code: str, after: Mapping[str, Any]) -> str:
    sentence = {
        "not-watertight": _("Open edges: %s. The holes are too large to guess what was meant."),
        "non-manifold": _("Edges of more than two faces: %s. Slicers mostly cope with them."),
        "misoriented": _("Edges whose faces disagree on what is outside: %s."),
        "degenerate": _("Faces without an area: %s."),
        "duplicate": _("Doubled faces: %s."),
        "no-volume": _("There is no surface in it."),
    }.get(code)
    key = _COUNTED.get(code)
    if sentence is None:
        return code.replace("-", " ")
    return sentence % words.quantity(int(after[key])) if key else sentence


_COUNTED = {
    "not-watertight": "boundary_edges",
    "non-manifold": "non_manifold_edges",
    "misoriented": "winding_errors",
    "degenerate": "degenerate_triangles",
    "duplicate": "duplicate_triangles",
}


def _rows(repaired: Mapping[str, Any]) -> list[Row]:
    before, after = repaired["before"], repaired["after"]
    if not before or not after:
        return []
    labels = {
        "boundary_edges": (_("Open edges"), ""),
        "non_manifold_edges": (_("Non-manifold edges"), ""),
        "winding_errors": (_("Badly wound edges"), ""),
        "degenerate_triangles": (_("Degenerate triangles"), ""),
        "duplicate_triangles": (_("Doubled triangles"), ""),
        "shells": (_("Bodies"), ""),
        "volume_mm3": (_("Volume"), "mm3"),
        "triangles": (_("Triangles"), ""),
    }
    rows = []
    for key, (label, unit) in labels.items():
        if before[key] or after[key]:
            fault = key not in {"shells", "volume_mm3", "triangles"}
            tone = ("better" if after[key] < before[key] else "worse") if fault and after[key] != before[key] else ""
            rows.append(Row(label, words.quantity(before[key], unit), words.quantity(after[key], unit), "", tone))
    if "size_mm" in before and "size_mm" in after:
        rows.append(Row(_("Size"), *(words.dimensions(side["size_mm"]) for side in (before, after))))
    return rows

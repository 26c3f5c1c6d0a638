"""Two versions of a part in words: "What changed, should I reprint?" in one sentence, a table, and the places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from designs import words
from designs.words_changes import amount, change_in_words, finding_name, where

if TYPE_CHECKING:
    from designs.mesh.compare import Change

VISIBLE_MM = 0.1
LITTLE_SHARED = 0.3
UNIT_RATIOS = (25.4, 1000.0, 10.0, 100.0, 39.3701)
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Advice:
    """Code: same, cosmetic, reprint, better, worse, keep-old, different-part, unknown; and the reason's code."""

    code: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One line of the table. `tone` is "better", "worse" or ""."""

    label: str
    before: str
    after: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Summary:
    """What a page says of two versions: the answer in one sentence, what to know besides, the table, the places."""

    advice: Advice
    sentence: str
    notes: list[str]
    rows: list[Row]
    places: list[str]


def summary(
    compared: Facts | None,
    changes: Sequence["Change"],
    after: Facts | None = None,
    *,
    nozzle_mm: float = 0.4,
    density_g_cm3: float = 1.24,
) -> Summary:
    """Everything in words. `compared` is `Comparison.facts`, `after` the kernel's facts of the version after."""
    found = advice(compared, changes, nozzle_mm)
    frame = after or {}
    if compared is None:
        return Summary(found, _("The two versions could not be compared."), [], [], [])
    sentence = _sentence(found, compared, changes, frame)
    rows = _measures(compared, density_g_cm3) + [_finding_row(change, frame) for change in changes]
    return Summary(found, sentence, _notes(found, compared, changes, frame), rows, _places(compared, frame))


def advice(compared: Facts | None, changes: Sequence["Change"], nozzle_mm: float = 0.4) -> Advice:
    """Should one print again? The first rule that holds.

    A change of less than 0.1 mm, or a quarter of a nozzle, does not show in print (the wall of a filament printer
    repeats to about 0.1 mm). "keep-old": a finding of severity error is new or worse; "worse": a warning is.
    """
    if compared is None:
        return Advice("unknown", "not-compared")
    if compared["same_shape"]:
        return Advice("same", _way_of_being_same(compared))
    if factor := compared["scaled_by"]:
        return Advice("unknown", "units") if _is_unit_ratio(factor) else Advice("reprint", "scaled")
    if compared["mirrored"]:
        return Advice("different-part", "mirrored")
    if (compared["shared_share"] or 0.0) < LITTLE_SHARED:
        return Advice("different-part", "little-shared")
    bad, good = _sides(changes)
    if any(change.severity == "error" for change in bad):
        return Advice("keep-old", "error")
    farthest = compared["max_distance_mm"]
    if farthest is not None and farthest < max(VISIBLE_MM, nozzle_mm / 4):
        return Advice("cosmetic", "below-visible")
    if bad and good:
        return Advice("reprint", "mixed")
    if bad:
        return Advice("worse", "warning")
    return Advice("better", "finding") if good else Advice("reprint", "changed")


def _way_of_being_same(compared: Facts) -> str:
    for key, reason in (("turned", "turned"), ("rearranged", "rearranged"), ("moved_mm", "moved")):
        if compared[key]:
            return reason
    return "retessellated" if compared["only_retessellated"] else "identical"


def _is_unit_ratio(factor: float) -> bool:
    return any(abs(max(factor, 1 / factor) / ratio - 1.0) < 0.002 for ratio in UNIT_RATIOS)


def _sides(changes: Sequence["Change"]) -> tuple[list["Change"], list["Change"]]:
    """Warnings and errors that are new or worse, and those gone or better."""
    grave = [change for change in changes if change.severity in {"error", "warning"}]
    bad = [change for change in grave if change.kind in {"new", "worse"}]
    return bad, [change for change in grave if change.kind in {"gone", "better"}]


def _sentence(found: Advice, compared: Facts, changes: Sequence["Change"], frame: Facts) -> str:
    bad, good = _sides(changes)
    errors = [change for change in bad if change.severity == "error"]
    moved = sum(step * step for step in compared["moved_mm"] or ()) ** 0.5
    factor = compared["scaled_by"] or 1.0
    numbers = {
        "material": material(compared),
        "bad": _told(errors or bad, frame),
        "good": _told(good, frame),
        "distance": words.quantity(float(compared["max_distance_mm"] or 0.0), "mm"),
        "moved": words.quantity(moved, "mm"),
        "factor": words.number(factor if factor > 1 else 1 / factor),
    }
    larger, smaller = _("%(factor)s times as large"), _("%(factor)s times smaller")
    numbers["size"] = (larger if factor > 1 else smaller) % numbers
    table = {
        "identical": _("The shape is the same: no need to reprint."),
        "retessellated": _("The shape is the same, only cut into other triangles: no need to reprint."),
        "moved": _("The shape is the same, moved by %(moved)s: no need to reprint."),
        "turned": _("The shape is the same, turned: no need to reprint."),
        "rearranged": _("The parts are the same, placed differently: no need to reprint."),
        "below-visible": _("The surface moved by %(distance)s at most, less than a print shows: no need to reprint."),
        "units": _("The same shape, %(size)s: the unit seems to have changed. Check it before you print."),
        "scaled": _("The same shape, %(size)s: reprint if you need the new size."),
        "mirrored": _("This is the mirror image of the version before: a part for the other side."),
        "little-shared": _("This is a different part: the versions share little of their shape."),
        "error": _("Worse: %(bad)s. Keep the version before."),
        "warning": _("Worse: %(bad)s. Keep the version before, unless you need the change."),
        "mixed": _("Better: %(good)s. Worse: %(bad)s. Reprint only if you need the change."),
        "finding": _("%(material)s. Better: %(good)s. Reprint if yours broke or did not print well."),
        "changed": _("%(material)s: reprint if you need the change."),
    }
    return table[found.reason] % numbers


def _told(changes: Sequence["Change"], frame: Facts) -> str:
    return "; ".join(change_in_words(change, frame) for change in changes[:2])


def _notes(found: Advice, compared: Facts, changes: Sequence["Change"], frame: Facts) -> list[str]:
    bad, good = _sides(changes)
    notes = []
    if found.code in {"same", "cosmetic"}:
        if bad:
            notes.append(_("But the new file has a fault: %s. Print from the version before.") % _told(bad, frame))
        elif good:
            notes.append(_("The new file is sounder: %s. Use it for the next print.") % _told(good, frame))
    elif found.reason in {"error", "warning", "mixed", "mirrored", "little-shared"} and compared["changed_place_count"]:
        notes.append(material(compared) + ".")
    if compared["closed_for_it"]:
        notes.append(_("Small holes were closed for this comparison only; the files are as they were."))
    if compared["method"] == "surface" and not compared["same_shape"] and not compared["scaled_by"]:
        notes.append(_("A surface is open, so that the material added and removed has no volume: faces are compared."))
    if compared["moved_mm"] and not compared["same_shape"]:
        notes.append(_("The part was also moved; the versions are compared where they match."))
    return notes


def material(compared: Facts) -> str:
    """ "1.2 cm³ added at one place, 310 mm³ removed at 2 places", or of open surfaces how far they moved."""
    places = compared["changed_places"]
    listed = compared["changed_place_count"] == len(places)
    told = []
    for kind, key in (("added", "added_mm3"), ("removed", "removed_mm3")):
        volume = compared[key]
        if volume is None or volume <= 0:
            continue
        count = sum(place["kind"] == kind for place in places)
        numbers = {"volume": words.quantity(float(volume), "mm3"), "count": count}
        if not listed or not count:
            told.append((_("%(volume)s added") if kind == "added" else _("%(volume)s removed")) % numbers)
        elif kind == "added":
            told.append(
                ngettext("%(volume)s added at one place", "%(volume)s added at %(count)s places", count) % numbers
            )
        else:
            text = ngettext("%(volume)s removed at one place", "%(volume)s removed at %(count)s places", count)
            told.append(text % numbers)
    if told:
        return ", ".join(told)
    distance = words.quantity(float(compared["max_distance_mm"] or 0.0), "mm")
    return _("The surface changed by up to %s") % distance


def _finding_row(change: "Change", frame: Facts) -> Row:
    tone = "worse" if change.kind in {"new", "worse"} else "better"
    kinds = {
        "new": pgettext("finding", "new"),
        "gone": pgettext("finding", "gone"),
        "better": pgettext("finding", "better"),
        "worse": pgettext("finding", "worse"),
    }
    label = finding_name(change.code)
    label = label[:1].upper() + label[1:]
    if change.at_mm is not None:
        label = f"{label}, {where(change.at_mm, frame)}"
    before, after = (amount(value, change.unit) for value in (change.before, change.after))
    return Row(label, before or "-", after or "-", kinds[change.kind], tone if change.severity != "info" else "")


def _measures(compared: Facts, density: float) -> list[Row]:
    rows = []
    volumes = [float(compared[f"volume_{side}_mm3"]) for side in ("before", "after")]
    if compared["closed_before"] and compared["closed_after"]:
        rows.append(_pair(_("Volume"), volumes, "mm3"))
        rows.append(_pair(_("Mass, solid"), [volume / 1000 * density for volume in volumes], "g"))
    sizes = [words.dimensions(compared[f"size_{side}_mm"]) for side in ("before", "after")]
    rows.append(Row(_("Size"), *sizes))
    rows.append(_pair(_("Surface"), [float(compared[f"area_{side}_mm2"]) for side in ("before", "after")], "mm2"))
    rows.append(_pair(_("Triangles"), [int(compared[f"triangles_{side}"]) for side in ("before", "after")], ""))
    return rows


def _pair(label: str, values: Sequence[float], unit: str) -> Row:
    before, after = (words.quantity(value, unit) for value in values)
    change = values[1] - values[0]
    sign = "+" if change > 0 else "\N{MINUS SIGN}"
    told = "" if before == after else f"{sign}{words.quantity(abs(change), unit)}"
    return Row(label, before, after, told)


def _places(compared: Facts, frame: Facts) -> list[str]:
    told = []
    for place in compared["changed_places"]:
        size = words.dimensions(place["size_mm"])
        numbers = {"where": where(place["at_mm"], frame), "size": size, "volume": ""}
        if place["volume_mm3"] is None:
            numbers["distance"] = words.quantity(float(place["distance_mm"]), "mm")
            added = place["kind"] == "added"
            text = _("New surface at %(where)s: %(size)s, up to %(distance)s away from the old one")
            told.append((text if added else _("Surface gone at %(where)s: %(size)s")) % numbers)
            continue
        numbers["volume"] = words.quantity(float(place["volume_mm3"]), "mm3")
        added_text, removed_text = (
            _("%(volume)s added at %(where)s: %(size)s"),
            _("%(volume)s removed at %(where)s: %(size)s"),
        )
        told.append((added_text if place["kind"] == "added" else removed_text) % numbers)
    return told

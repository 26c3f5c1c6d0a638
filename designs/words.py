"""What findings and refusals mean, in the visitor's language: a title, a sentence, what to do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from designs.mesh.types import Finding
    from designs.results import Result


@dataclass(frozen=True)
class Words:
    """One finding or refusal for people."""

    code: str
    severity: str
    title: str
    sentence: str
    advice: str = ""


@dataclass(frozen=True)
class Report:
    """What a page says of one file."""

    grade: str
    title: str
    subtitle: str
    checks: list[Words]
    facts: list[tuple[str, str]]


def number(value: float, digits: int = 3) -> str:
    """A number with some significant digits, in the visitor's way of writing."""
    if value == 0 or value != value:
        return "0"
    magnitude = abs(value)
    places = 0 if magnitude >= 10 ** (digits - 1) else 1 if magnitude >= 10 else 2 if magnitude >= 0.1 else 4
    text = number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)
    return text


def quantity(value: Any, unit: str = "") -> str:
    """A value with its unit; areas over 1 cm² and volumes over 1 cm³ in those."""
    if not isinstance(value, int | float):
        return str(value)
    if unit in {"mm2", "mm²"}:
        return f"{number(value / 100)} cm²" if value >= 100 else f"{number(value)} mm²"
    if unit in {"mm3", "mm³"}:
        return f"{number(value / 1000)} cm³" if value >= 1000 else f"{number(value)} mm³"
    if isinstance(value, int) or float(value).is_integer() and not unit:
        value = number_format(int(value), use_l10n=True, force_grouping=True)
        return f"{value} {unit}".strip()
    return f"{number(value)} {unit}".strip()


def dimensions(size: Any) -> str:
    """Three lengths in mm."""
    return " × ".join(number(float(side)) for side in size) + " mm"


def grade(name: str) -> str:
    """A verdict in a few words."""
    return {
        "prints": _("Ready to print"),
        "care": _("Prints with care"),
        "fails": _("Needs repair"),
        "waiting": _("Being measured"),
    }.get(name, name)


def _known(code: str) -> tuple[str, str, str] | None:
    """Title, sentence and advice of a code; the sentence may use the finding's numbers."""
    table = {
        "watertight": (_("Closed surface"), _("No open edges: the inside and the outside are clear."), ""),
        "not-watertight": (
            _("The surface is open"),
            _("Edges with only one face: %(value)s."),
            _("Close the holes in your CAD program, or repair the mesh before you slice it."),
        ),
        "open-edges": (
            _("The surface is open"),
            _("Edges with only one face: %(value)s."),
            _("Close the holes in your CAD program, or repair the mesh before you slice it."),
        ),
        "non-manifold": (
            _("Edges shared by too many faces"),
            _("Edges with more than two faces: %(value)s."),
            _("Unite overlapping bodies with a boolean union before you export."),
        ),
        "winding": (
            _("Faces turned inside out"),
            _("Edges whose faces disagree on what is outside: %(value)s."),
            _("Recalculate the normals so that all of them point outwards."),
        ),
        "degenerate": (
            _("Faces without an area"),
            _("Triangles that are a line or a point: %(value)s."),
            _("Slicers skip them; merging close vertices removes them."),
        ),
        "fits-bed": (_("Fits the build volume"), _("An ordinary printer takes it."), ""),
        "too-large": (
            _("Larger than the build volume"),
            _("%(value)s, and an ordinary printer takes %(limit)s."),
            _("Turn it, cut it in parts, or look for a larger printer."),
        ),
        "too-small": (
            _("Very small"),
            _("%(value)s at its largest."),
            _("Check the units: it may have been drawn in inches or metres."),
        ),
        "overhang": (
            _("Overhangs"),
            _("%(value)s of the surface hangs over by more than 45°."),
            _("Print with supports, or turn the part."),
        ),
        "no-overhang": (_("No overhangs to speak of"), _("It prints without supports."), ""),
        "bed-contact": (_("Stands on the bed"), _("%(value)s touch the bed."), ""),
        "small-contact": (
            _("Little contact with the bed"),
            _("Only %(value)s touch the bed."),
            _("Add a brim, or turn a flat side down."),
        ),
        "thin-wall": (
            _("Thin walls"),
            _("The thinnest wall is %(value)s; %(limit)s is the least a nozzle of 0.4 mm lays down."),
            _("Make the wall thicker, or print with a finer nozzle."),
        ),
        "walls-ok": (_("Walls thick enough"), _("The thinnest wall is %(value)s."), ""),
        "units-guess": (
            _("The units are a guess"),
            _("The size suggests another unit than millimetres."),
            _("Say on the file's page in which unit it was drawn."),
        ),
        "multiple-shells": (_("Several bodies"), _("Separate bodies in the file: %(value)s."), ""),
    }
    return table.get(code)


def finding(found: "Finding") -> Words:
    """A finding in words; a code we have no words for shows the kernel's English sentence."""
    severity = str(getattr(found.severity, "value", found.severity))
    params = dict(found.params or {})
    numbers = {
        **params,
        "value": _value(found.value, found.unit),
        "limit": _value(found.limit, found.unit),
    }
    known = _known(found.code)
    if known is None:
        title = found.code.replace("-", " ").replace("_", " ").capitalize()
        return Words(found.code, severity, title, str(params.get("message") or getattr(found, "message", "") or ""))
    title, sentence, advice = known
    return Words(found.code, severity, title, sentence % numbers if "%" in sentence else sentence, advice)


def _value(value: Any, unit: Any) -> str:
    if isinstance(value, list | tuple):
        return dimensions(value)
    return "" if value is None else quantity(value, str(unit or ""))


def _refusal(code: str, params: dict[str, Any]) -> Words:
    table = {
        "empty": (_("The file is empty"), _("There is no geometry in it.")),
        "truncated": (_("The file is cut off"), _("It ends before it should. Export it again.")),
        "damaged": (_("The file is damaged"), _("It does not follow its format. Export it again.")),
        "timeout": (_("It takes too long"), _("We gave up measuring this file. A simpler mesh may work.")),
        "memory": (_("It needs too much memory"), _("This file is too large to measure here.")),
        "too-large": (_("It is too large"), _("This file is too large to measure here.")),
        "crash": (_("It could not be measured"), _("The program that reads this format broke on it.")),
    }
    title, sentence = table.get(code, (_("It could not be measured"), str(params.get("sentence", ""))))
    return Words(code, "error", title, sentence, _("The file itself is kept as it is, and can be downloaded."))


def facts(values: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts of a mesh as rows of a table."""
    rows: list[tuple[str, str]] = []
    if values.get("size_mm"):
        rows.append((_("Size"), dimensions(values["size_mm"])))
    labels = {
        "volume_mm3": (_("Volume"), "mm3"),
        "area_mm2": (_("Surface"), "mm2"),
        "triangles": (_("Triangles"), ""),
        "shells": (_("Bodies"), ""),
        "boundary_edges": (_("Open edges"), ""),
        "non_manifold_edges": (_("Non-manifold edges"), ""),
        "degenerate_triangles": (_("Degenerate triangles"), ""),
        "overhang_area_mm2": (_("Overhang over 45°"), "mm2"),
        "bed_contact_mm2": (_("Contact with the bed"), "mm2"),
    }
    for key, (label, unit) in labels.items():
        if isinstance(values.get(key), int | float):
            rows.append((label, quantity(values[key], unit)))
    unit = values.get("units")
    if unit:
        rows.append((_("Units"), _("unknown, read as mm") if unit == "unknown" else str(unit)))
    return rows


def report(result: "Result") -> Report:
    """Everything a page says of one file's analysis."""
    known = result.facts or {}
    rows = facts(known)
    if result.state == "waiting":
        return Report("waiting", grade("waiting"), _("The picture and the verdict appear here by themselves."), [], rows)
    if result.state == "refused" and result.analysis is not None:
        words = _refusal(result.analysis.refusal_code, result.analysis.refusal)
        return Report("fails", words.title, words.sentence, [words], rows)
    if result.state == "failed":
        sentence = _("We tried several times. The file itself is safe, and can be downloaded.")
        return Report("fails", _("It could not be measured"), sentence, [], rows)
    verdict = result.verdict
    if verdict is None:
        return Report("", "", "", [], rows)
    checks = [finding(one) for one in verdict.findings]
    return Report(str(verdict.grade), grade(str(verdict.grade)), _("On an ordinary filament printer"), checks, rows)

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
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def quantity(value: Any, unit: str = "") -> str:
    """A value with its unit; areas over 1 cm² and volumes over 1 cm³ in those."""
    if not isinstance(value, int | float):
        return str(value)
    if unit in {"mm2", "mm²"}:
        return f"{number(value / 100)} cm²" if value >= 100 else f"{number(value)} mm²"
    if unit in {"mm3", "mm³"}:
        return f"{number(value / 1000)} cm³" if value >= 1000 else f"{number(value)} mm³"
    if isinstance(value, int) or (float(value).is_integer() and not unit):
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
        "watertight": (_("Closed surface"), _("No open edges: inside and outside are clear."), ""),
        "not-watertight": (
            _("The surface is open"),
            _("Edges with only one face: %(value)s."),
            _("Close the holes in your CAD program, or repair the mesh before you slice it."),
        ),
        "non-manifold": (
            _("Edges shared by too many faces"),
            _("Edges with more than two faces: %(value)s."),
            _("Unite overlapping bodies with a boolean union before you export."),
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
        "inverted": (
            _("Inside out"),
            _("The surface encloses a negative volume: its faces point inwards."),
            _("Flip all normals."),
        ),
        "multi-shell": (_("Several bodies"), _("Separate bodies in this file: %(value)s."), ""),
        "cavities": (
            _("Closed cavities"),
            _("Hollows with no way out: %(value)s."),
            _("Resin and powder stay inside; filament does not mind."),
        ),
        "no-volume": (
            _("No volume"),
            _("The surface encloses nothing."),
            _("Give it a thickness in your CAD program."),
        ),
        "thin": (
            _("Very thin"),
            _("%(value)s at its thinnest side; a nozzle of 0.4 mm wants %(limit)s."),
            _("Make it thicker, or print with a finer nozzle."),
        ),
        "units-guess": (
            _("Which unit is it in?"),
            _("The file does not say. Its size suggests %(unit)s."),
            _("Its maintainers can say so on the file's page."),
        ),
        "fits-bed": (_("Fits the build volume"), _("%(size)s in %(bed)s."), ""),
        "fits-bed-turned": (
            _("Fits when laid down"),
            _("%(size)s in %(bed)s."),
            _("Turn it before you print."),
        ),
        "too-large": (
            _("Larger than the build volume"),
            _("%(size)s; an ordinary printer takes %(bed)s."),
            _("Cut it in parts, or look for a larger printer. Check the units too."),
        ),
        "overhang": (
            _("Overhangs over 45°"),
            _("%(value)s of the surface hangs over."),
            _("Print with supports, or turn the part."),
        ),
        "overhang-ok": (_("Prints without supports"), _("%(value)s of the surface hangs over."), ""),
    }
    return table.get(code)


def finding(found: "Finding") -> Words:
    """A finding in words; a code we have no words for shows the kernel's English sentence."""
    params = found.params
    numbers = {
        "value": _value(found.value, found.unit),
        "limit": _value(found.limit, found.unit),
        "unit": params.get("unit", ""),
        "size": dimensions(params.get("size_mm", [])),
        "bed": dimensions(params.get("bed_mm", [])),
    }
    known = _known(found.code)
    if known is None:
        title = found.code.replace("-", " ").capitalize()
        return Words(found.code, found.severity, title, str(params.get("message", "")))
    title, sentence, advice = known
    return Words(found.code, found.severity, title, sentence % numbers, advice)


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "share":
        return f"{number(100 * value)} %"
    return quantity(int(value)) if unit in {"", "edges"} else quantity(value, unit)


def _refusal(code: str, params: dict[str, Any]) -> Words:
    large = _("It is too large to measure")
    odd = _("This is not the format its name says")
    damaged = _("The file is damaged")
    table = {
        "empty": _("The file is empty"),
        "no-triangles": _("There is no surface in it"),
        "truncated": _("The file is cut off"),
        "unreadable": damaged,
        "bad-index": damaged,
        "non-finite": damaged,
        "missing-part": damaged,
        "xml-dtd": damaged,
        "component-cycle": damaged,
        "outside-target": damaged,
        "not-amf": odd,
        "not-gcode": odd,
        "not-step": odd,
        "not-stl": odd,
        "not-svg": odd,
        "lfs-pointer": _("Only a pointer is here, not the file"),
        "too-complex": large,
        "too-large": large,
        "too-many-instances": large,
        "too-many-pixels": large,
        "too-many-triangles": large,
        "unpacks-too-large": large,
    }
    title = table.get(code, _("It could not be measured"))
    ours = {
        "timeout": _("We gave up measuring this file. A simpler mesh may work."),
        "out-of-memory": _("It needs more memory than one file may have here. A simpler mesh may work."),
        "output-too-large": _("What it unfolds to is larger than is allowed here."),
        "crashed": _("The program that reads this format stopped on it."),
        "abandoned": _("The measurement was stopped."),
    }
    sentence = ours.get(code) or str(params.get("sentence", ""))
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
    if declared := values.get("units"):
        rows.append((_("Units"), _("unknown, read as mm") if declared == "unknown" else str(declared)))
    return rows


def report(result: "Result") -> Report:
    """Everything a page says of one file's analysis."""
    known = result.facts or {}
    rows = facts(known)
    if result.state == "waiting":
        return Report(
            "waiting", grade("waiting"), _("The picture and the verdict appear here by themselves."), [], rows
        )
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

"""What findings, refusals and facts mean, in the visitor's language: what a page says of one file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from designs.mesh.formats import CUT
from designs.words.findings import Words, finding
from designs.words.profiles import profile_name
from designs.words.refusals import refusal
from designs.words.tables import LayerRow, ObjectRow, Rows, facts, grade, layers, objects, others
from designs.words.values import dimensions, duration, number, quantity, span

if TYPE_CHECKING:
    from designs.results import Result

__all__ = [
    "Group", "Report", "Words", "dimensions", "duration", "facts", "finding", "grade", "number", "profile_name",
    "quantity", "refusal", "report", "span",
]  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Findings of one severity under their heading."""

    severity: str
    title: str
    checks: list[Words]


@dataclass(frozen=True)
class Report:
    """What a page says of one file."""

    grade: str
    title: str
    subtitle: str
    checks: list[Words]
    facts: Rows
    estimate: str = ""
    objects: list[ObjectRow] = field(default_factory=list)
    others: str = ""
    layers: list[LayerRow] = field(default_factory=list)

    is_cut: bool = False

    @property
    def groups(self) -> list[Group]:
        """Findings by severity, worst first, without the checks that passed."""
        titles = {"error": _("To repair"), "warning": _("To watch"), "info": _("Good to know")}
        by_severity = {each: [one for one in self.checks if one.severity == each] for each in titles}
        return [Group(each, titles[each], found) for each, found in by_severity.items() if found]

    @property
    def passed(self) -> list[Words]:
        """Checks that passed."""
        return [one for one in self.checks if one.severity == "ok"]


def report(result: "Result") -> Report:
    """Everything a page says of one file's analysis, for the profile that it is checked for."""
    known: dict[str, Any] = dict(result.facts or {})
    rows = facts(known, result.profile)
    if result.state == "waiting":
        told = _("The picture and the verdict appear here by themselves.")
        return Report("waiting", grade("waiting"), told, [], rows)
    if result.state == "refused" and result.analysis is not None:
        words = refusal(result.analysis.refusal_code, result.analysis.refusal)
        return Report("fails", words.title, words.sentence, [words], rows)
    if result.state == "failed":
        sentence = _("We tried several times. The file itself is safe, and can be downloaded.")
        return Report("fails", _("It could not be measured"), sentence, [], rows)
    verdict = result.verdict
    if verdict is None:
        return Report("", "", "", [], rows, layers=layers(known))
    return Report(
        str(verdict.grade),
        grade(str(verdict.grade), result.profile.process),
        profile_name(result.profile),
        [finding(one) for one in verdict.findings],
        rows,
        _estimate(result),
        objects(known, result.profile),
        others(known),
        layers(known),
        is_cut=result.file.format in CUT,
    )


def _estimate(result: "Result") -> str:
    """Material and time as ranges: "12 to 15 g of PLA, 50 min to 1 h 05 min"."""
    found = result.estimate
    if found is None:
        return ""
    grams: Sequence[str] = [quantity(float(value), "g") for value in (found.grams_low, found.grams_high)]
    times = [duration(value) for value in (found.seconds_low, found.seconds_high)]
    return _("About %(grams)s of %(material)s, %(time)s") % {
        "grams": span(*grams),
        "material": result.profile.material,
        "time": span(*times),
    }

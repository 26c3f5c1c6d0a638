"""What a page says of two versions of a part, or of a repair: the answer in one sentence, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from designs import words, words_compare, words_repair
from designs.comparisons import Compared
from designs.mesh import compare_findings
from designs.models import Repair

if TYPE_CHECKING:
    from designs.mesh.compare_findings import Change

SEVERITIES = {
    "same": "ok", "cosmetic": "ok", "better": "ok", "reprint": "info", "worse": "warning", "keep-old": "error",
    "different-part": "warning", "unknown": "info",
}  # fmt: skip

NAMED = 5


@dataclass(frozen=True)
class Told:
    """Advice code, severity, one sentence, notes, rows of a table, places of change or steps of a repair."""

    advice: str
    severity: str
    sentence: str
    notes: list[str] = field(default_factory=list)
    rows: list[words_compare.Row] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def tell(compared: Compared) -> Told:
    """What changed between two versions of a part, and whether to print it again."""
    if compared.before.file.sha256 == compared.after.file.sha256:
        return Told("same", "ok", _("The file is the same: no need to reprint."))
    if compared.state == "waiting":
        return Told("waiting", "info", _("The two versions are being compared…"))
    if compared.state != "ready":
        return Told("unknown", "info", _("The two versions could not be compared."))
    facts = compared.facts or {}
    summary = words_compare.summary(facts, _changes(compared, facts), compared.after.facts)
    advice = summary.advice.code
    return Told(advice, SEVERITIES[advice], summary.sentence, summary.notes, summary.rows, summary.places)


def overall(parts: Sequence[tuple[str, Told]]) -> Told | None:
    """Several parts in one answer: which to print again, which not, which to look at. None for less than two."""
    known = [(path, told) for path, told in parts if told.advice != "waiting"]
    if len(known) < 2:
        return None
    groups = (
        (_("Look before you reprint: %(names)s."), {"worse", "keep-old", "different-part", "unknown"}),
        (_("Reprint if you need the change: %(names)s."), {"reprint", "better"}),
        (_("No need to reprint: %(names)s."), {"same", "cosmetic"}),
    )
    named = [(words, [path for path, told in known if told.advice in codes]) for words, codes in groups]
    sentence = " ".join(words % {"names": _some(names)} for words, names in named if names)
    worst = max((told.severity for _path, told in known), key=["ok", "info", "warning", "error"].index)
    return Told("overall", worst, sentence)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(PurePosixPath(name).name for name in names[:NAMED])
    rest = len(names) - NAMED
    return (
        ngettext("%(shown)s and one more", "%(shown)s and %(n)d more", rest) % {"shown": shown, "n": rest}
        if rest > 0
        else shown
    )


def _changes(compared: Compared, facts: dict[str, Any]) -> "list[Change]":
    before, after = compared.before, compared.after
    if before.verdict is None or after.verdict is None or before.facts is None or after.facts is None:
        return []
    return compare_findings.findings(
        before.facts, after.facts, before.verdict, after.verdict, moved_mm=facts.get("moved_mm")
    )


def tell_repair(row: Repair | None) -> Told:
    """What a repair did; for one that is not done, why."""
    if row is None or row.state in {Repair.State.READY, Repair.State.RUNNING}:
        return Told("waiting", "info", _("It is being repaired…"))
    if row.facts is None:
        code, params = row.refusal_code or "failed", row.refusal
        return Told("unknown", "error", words.refusal(code, params).title)
    told = words_repair.report(row.facts)
    severity = "ok" if row.facts["fixed"] else "warning"
    return Told("repair", severity, f"{told.title}. {told.sentence}", told.left, told.rows, told.steps)

"""What a page says of two versions of a part, or of a repair: the answer in one sentence, and what it rests on."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

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

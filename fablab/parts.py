"""The parts of a request as the kernel knows them: by content, whatever became of the project since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from designs.mesh import printability
from designs.mesh.profiles import Profile
from designs.mesh.types import Verdict
from designs.mesh.verdicts import verdict
from designs.models import Analysis
from fablab.models import RequestPart
from jobs.models import State


@dataclass(frozen=True)
class Known:
    """A part with its facts in mm; None where it was never measured, or cannot be."""

    part: RequestPart
    analysis: Analysis | None
    facts: Mapping[str, Any] | None

    def verdict(self, profile: Profile) -> Verdict | None:
        """Whether this machine can make it."""
        return verdict(self.facts, profile) if self.facts else None

    def estimate(self, profile: Profile) -> tuple[float, float] | None:
        """Seconds and grams of one, by the kernel's own reckoning; None where it has none."""
        if not self.facts or not self.facts.get("print_terms") or profile.process != "fdm":
            return None
        from designs.mesh import estimate  # with numba, which no page needs at its start

        settings = estimate.Settings(
            layer_mm=profile.layer_mm, nozzle_mm=profile.nozzle_mm, density_g_cm3=profile.density_g_cm3
        )
        found = estimate.estimate(dict(self.facts), settings)
        return (found.seconds, found.grams) if found else None


def known(parts: Iterable[RequestPart]) -> list[Known]:
    """What is known of each, in their order, in one query."""
    parts = list(parts)
    rows = Analysis.objects.present().filter(sha256__in={part.sha256 for part in parts}, state=State.DONE)
    found = {(row.sha256, row.format, row.units): row for row in rows}
    return [_one(part, found) for part in parts]


def _one(part: RequestPart, found: Mapping[tuple[str, str, str], Analysis]) -> Known:
    stated = found.get((part.sha256, part.format, part.units)) if part.units else None
    row = stated or found.get((part.sha256, part.format, ""))
    if row is None or row.facts is None:
        return Known(part, row, None)
    return Known(part, row, row.facts if stated or not part.units else printability.in_units(row.facts, part.units))

"""Two versions of a part, joined by rows alone: what the kernel found between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from designs.mesh import formats, printability
from designs.models import Comparison
from designs.results import Result
from jobs.models import Job


@dataclass
class Compared:
    """A version of a file, the one before it, and what lies between, once the kernel has looked."""

    before: Result
    after: Result
    row: Comparison | None

    @property
    def state(self) -> str:
        """none, waiting, ready, refused or failed. It waits for the two analyses as well."""
        states = {self.before.state, self.after.state}
        if states & {"refused", "failed", "none"}:
            return "none"
        if self.row is None or "waiting" in states:
            return "waiting"
        if self.row.state == Job.State.DONE:
            return "refused" if self.row.refusal_code else "ready"
        return "failed" if self.row.state == Job.State.FAILED else "waiting"

    @property
    def facts(self) -> dict[str, Any] | None:
        """The kernel's facts, with lengths in mm once the owner has said the units."""
        if self.row is None or self.row.facts is None:
            return None
        units = self.after.file.units
        return printability.in_units(self.row.facts, units) if units else dict(self.row.facts)

    def _address(self, name: str) -> str:
        project = self.after.project
        owner = [project.namespace.handle, project.slug]
        return reverse(f"designs:{name}", args=[*owner, self.before.file.pk, self.after.file.pk])

    @property
    def diff_url(self) -> str:
        """The GLB of what stayed, came and went, or nothing."""
        return self._address("comparison_model") if self.row and self.row.diff else ""

    @property
    def poll_url(self) -> str:
        """The fragment that a page asks for until the result is there."""
        return self._address("comparison")


def is_shape(result: Result | None) -> bool:
    """Whether a file has a shape that can be compared."""
    return result is not None and result.file.format in formats.MESHES | formats.SOURCES


def of_pairs(pairs: Sequence[tuple[Result, Result]]) -> list[Compared]:
    """What is known of these pairs, in their order, in one query."""
    befores, afters = {pair[0].file.sha256 for pair in pairs}, {pair[1].file.sha256 for pair in pairs}
    rows = Comparison.objects.present().filter(before_sha256__in=befores, after_sha256__in=afters)
    known = {(row.before_sha256, row.before_format, row.after_sha256, row.after_format): row for row in rows}
    return [
        Compared(
            before,
            after,
            known.get((before.file.sha256, before.file.format, after.file.sha256, after.file.format)),
        )
        for before, after in pairs
    ]

"""What the kernel found, joined to files by rows alone: facts, verdict, pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.urls import reverse

from designs.mesh import formats, printability
from designs.mesh.profiles import DEFAULT_FDM, Profile
from designs.mesh.types import Verdict
from designs.mesh.verdicts import machine_for, verdict
from designs.models import Analysis, File, Project
from jobs.models import Job

if TYPE_CHECKING:
    from designs.mesh.estimate import Estimate

COMPUTED_MARKS = frozenset({"overhang", "bed-contact"})
MARKS = frozenset({
    "not-watertight", "non-manifold", "non-manifold-vertices", "misoriented", "crossing", "thin", "gap", "hole", "pin",
    "bridge",
})  # fmt: skip

REPAIRABLE = frozenset({
    "not-watertight", "non-manifold", "non-manifold-vertices", "misoriented", "inverted", "degenerate", "duplicate",
    "crossing", "no-volume",
})  # fmt: skip


@dataclass
class Result:
    """One file with its analysis, if its format has one, and the profile that it is judged for."""

    project: Project
    file: File
    analysis: Analysis | None
    profile: Profile = DEFAULT_FDM

    @property
    def state(self) -> str:
        """none, waiting, ready, refused or failed."""
        if self.analysis is None:
            return "none"
        if self.analysis.state == Job.State.DONE:
            return "refused" if self.analysis.refusal_code else "ready"
        return "failed" if self.analysis.state == Job.State.FAILED else "waiting"

    @cached_property
    def facts(self) -> dict[str, object] | None:
        """The kernel's facts, with lengths in mm once the owner has said the units."""
        if self.analysis is None or self.analysis.facts is None:
            return None
        facts: dict[str, object] = self.analysis.facts
        stated = self.analysis.units or not self.file.units
        return facts if stated else printability.in_units(facts, self.file.units)

    @cached_property
    def verdict(self) -> Verdict | None:
        """Whether it can be made with the profile, and why not; None for pictures and refusals."""
        return verdict(self.facts, self.profile) if self.facts else None

    @cached_property
    def estimate(self) -> "Estimate | None":
        """Material and time by filament, or None: other processes, or nothing measured that tells."""
        facts, profile = self.facts, self.profile
        if not facts or not facts.get("print_terms") or profile.process != "fdm":
            return None
        from designs.mesh import estimate  # with numba, which no page needs at its start

        settings = estimate.Settings(
            layer_mm=profile.layer_mm, nozzle_mm=profile.nozzle_mm, density_g_cm3=profile.density_g_cm3
        )
        return estimate.estimate(facts, settings)

    @property
    def rotation(self) -> str:
        """The best way up for the viewer: nine numbers, rows first; nothing where it is not known."""
        ways = (self.facts or {}).get("orientations")
        matrix = ways[0].get("matrix") if isinstance(ways, list) and ways and isinstance(ways[0], dict) else None
        rows = matrix if isinstance(matrix, list) and len(matrix) == 3 else []
        return " ".join(f"{float(value):.6g}" for row in rows for value in row)

    @property
    def shown_marks(self) -> frozenset[str]:
        """The marks of findings that the viewer of this file can show."""
        if not self.model_url:
            return frozenset()
        turned = {"turn"} if self.rotation else set()
        return COMPUTED_MARKS | turned | (MARKS if self.marks_url else frozenset())

    @property
    def is_measured(self) -> bool:
        """Whether there is a picture or a table of facts to show, now or soon."""
        return self.analysis is not None and not self.needs_program

    @property
    def needs_program(self) -> bool:
        """Whether it is a source whose program is not installed here."""
        return self.analysis is not None and self.analysis.refusal_code == "needs-openscad"

    @property
    def can_be_repaired(self) -> bool:
        """Whether there is a fault that a repair may mend."""
        if self.verdict is None or self.file.format not in formats.MESHES:
            return False
        return any(found.code in REPAIRABLE for found in self.verdict.findings)

    @property
    def bed(self) -> str:
        """The build volume for the viewer: three lengths in mm."""
        return " ".join(f"{side:g}" for side in self.profile.volume_mm)

    @property
    def triangles(self) -> int:
        """How many triangles the file has; 0 where none were counted."""
        count = (self.facts or {}).get("triangles")
        return count if isinstance(count, int) else 0

    def _address(self, name: str, *args: object) -> str:
        owner = [self.project.namespace.handle, self.project.slug]
        return reverse(f"designs:{name}", args=[*owner, self.file.pk, *args])

    def _drawn(self, field: str, name: str, *args: object) -> str:
        """The address of what the kernel drew, kept for ever by browsers: it changes with the content."""
        content: str = getattr(self.analysis, field, "")
        return f"{self._address(name, *args)}?v={content[:8]}" if content else ""

    @property
    def preview_url(self) -> str:
        """The picture of 1,024 px, or nothing."""
        return self._drawn("preview_1024", "preview", 1024)

    @property
    def thumbnail_url(self) -> str:
        """The picture of 256 px, or nothing."""
        return self._drawn("preview_256", "preview", 256)

    @property
    def model_url(self) -> str:
        """The light GLB for the viewer, or nothing."""
        return self._drawn("model", "model")

    @property
    def full_url(self) -> str:
        """The GLB of every triangle, or nothing where the light one has them all."""
        return self._drawn("model_full", "model_full")

    @property
    def marks_url(self) -> str:
        """Where the findings are, for the viewer, or nothing."""
        return self._drawn("marks", "marks")

    @property
    def poll_url(self) -> str:
        """The fragment that a page asks for until the result is there."""
        return self._address("analysis")


def of_files(project: Project, files: Sequence[File], profile: Profile = DEFAULT_FDM) -> list[Result]:
    """The results of these files of one project, in their order, in one query, judged for a profile."""
    return of_many([(project, file) for file in files], profile)


def of_many(pairs: Sequence[tuple[Project, File]], profile: Profile = DEFAULT_FDM) -> list[Result]:
    """The results of files of several projects, in their order, in one query."""
    found = _analyses(file for _, file in pairs if file.format)
    return [Result(project, file, found.get(file.pk), machine_for(file.format, profile)) for project, file in pairs]


def _analyses(files: Iterable[File]) -> dict[int, Analysis]:
    """File id -> its analysis: in the unit that its owner chose once that is done, until then in mm."""
    files = list(files)
    rows = Analysis.objects.present().filter(sha256__in={file.sha256 for file in files})
    known = {(row.sha256, row.format, row.units): row for row in rows}
    found = {}
    for file in files:
        row = known.get((file.sha256, file.format, ""))
        stated = known.get((file.sha256, file.format, file.units))
        if chosen := stated if stated and stated.state == Job.State.DONE else row:
            found[file.pk] = chosen
    return found


def at(project: Project, contents: Iterable[tuple[str, str]], profile: Profile = DEFAULT_FDM) -> dict[str, Result]:
    """Path -> result for (path, oid) pairs of one tree, in two queries, judged for a profile."""
    wanted = dict(contents)
    rows = project.files.filter(oid__in=set(wanted.values())).order_by("pk")
    exact = {(row.path, row.oid): row for row in rows}
    by_oid = {row.oid: row for row in rows}
    chosen = {
        path: row for path, oid in wanted.items() if (row := exact.get((path, oid)) or by_oid.get(oid)) is not None
    }
    results = of_files(project, list(chosen.values()), profile)
    return dict(zip(chosen, results, strict=True))


def covers(projects: Sequence[Project]) -> dict[int, Result]:
    """Project id -> the result that its card shows, in one query."""
    chosen = {project.pk: project.cover for project in projects if project.cover}
    found = _analyses(chosen.values())
    by_id = {project.pk: project for project in projects}
    return {
        pk: Result(by_id[pk], file, found.get(file.pk), machine_for(file.format, DEFAULT_FDM))
        for pk, file in chosen.items()
    }

"""What the kernel found, joined to files by rows alone: facts, verdict, pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from designs.mesh import printability
from designs.mesh.types import Verdict
from designs.models import Analysis, File, Project
from jobs.models import Job


@dataclass
class Result:
    """One file with its analysis, if its format has one."""

    project: Project
    file: File
    analysis: Analysis | None

    @property
    def state(self) -> str:
        """none, waiting, ready, refused or failed."""
        if self.analysis is None:
            return "none"
        if self.analysis.state == Job.State.DONE:
            return "refused" if self.analysis.refusal_code else "ready"
        return "failed" if self.analysis.state == Job.State.FAILED else "waiting"

    @property
    def facts(self) -> dict[str, object] | None:
        """The kernel's facts, with lengths in mm once the owner has said the units."""
        if self.analysis is None or self.analysis.facts is None:
            return None
        facts: dict[str, object] = self.analysis.facts
        return printability.in_units(facts, self.file.units) if self.file.units else facts

    @cached_property
    def verdict(self) -> Verdict | None:
        """Whether it prints on an ordinary FDM printer, and why not; None for drawings and refusals."""
        facts = self.facts
        return printability.judge(facts) if facts and facts.get("triangles") else None

    def _address(self, name: str, *args: object) -> str:
        owner = [self.project.namespace.handle, self.project.slug]
        return reverse(f"designs:{name}", args=[*owner, self.file.pk, *args])

    @property
    def preview_url(self) -> str:
        """The picture of 1,024 px, or nothing."""
        return self._address("preview", 1024) if self.analysis and self.analysis.preview_1024 else ""

    @property
    def thumbnail_url(self) -> str:
        """The picture of 256 px, or nothing."""
        return self._address("preview", 256) if self.analysis and self.analysis.preview_256 else ""

    @property
    def model_url(self) -> str:
        """The light GLB for the viewer, or nothing."""
        return self._address("model") if self.analysis and self.analysis.model else ""

    @property
    def poll_url(self) -> str:
        """The fragment that a page asks for until the result is there."""
        return self._address("analysis")


def of_files(project: Project, files: Sequence[File]) -> list[Result]:
    """The results of these files of one project, in their order, in one query."""
    found = {
        (row.sha256, row.format): row
        for row in Analysis.objects.present().filter(sha256__in={file.sha256 for file in files if file.format})
    }
    return [Result(project, file, found.get((file.sha256, file.format))) for file in files]


def at(project: Project, contents: Iterable[tuple[str, str]]) -> dict[str, Result]:
    """Path -> result for (path, oid) pairs of one tree, in two queries."""
    wanted = dict(contents)
    rows = project.files.filter(oid__in=set(wanted.values())).order_by("pk")
    exact = {(row.path, row.oid): row for row in rows}
    by_oid = {row.oid: row for row in rows}
    chosen = {
        path: row for path, oid in wanted.items() if (row := exact.get((path, oid)) or by_oid.get(oid)) is not None
    }
    results = of_files(project, list(chosen.values()))
    return dict(zip(chosen, results, strict=True))


def covers(projects: Sequence[Project]) -> dict[int, Result]:
    """Project id -> the result that its card shows, in one query."""
    chosen = {project.pk: project.cover for project in projects if project.cover}
    found = {
        (row.sha256, row.format): row
        for row in Analysis.objects.present().filter(sha256__in={file.sha256 for file in chosen.values()})
    }
    by_id = {project.pk: project for project in projects}
    return {pk: Result(by_id[pk], file, found.get((file.sha256, file.format))) for pk, file in chosen.items()}

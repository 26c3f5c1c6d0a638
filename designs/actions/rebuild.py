"""Restore every derived row from the repositories: revisions, files, analyses of the present kernel."""

from collections.abc import Iterator

from designs.actions.receive_push import BATCH, receive_push
from designs.models import Analysis, File, Project


def rebuild_project(project: Project) -> int:
    """Index every branch of a project again; what is already indexed stays. Returns the number of branches."""
    branches = project.repo.branches()
    for branch in branches:
        receive_push(project, branch.name, None, branch.commit, by=None, known={})
    return len(branches)


def queue_analyses() -> int:
    """Ask the present kernel about every content that it has not measured. Returns how many were asked for."""
    before = Analysis.objects.present().count()
    for batch in _batches():
        Analysis.objects.bulk_create(
            [Analysis(sha256=sha256, format=kind) for sha256, kind in batch], ignore_conflicts=True
        )
    return Analysis.objects.present().count() - before


def _batches() -> Iterator[list[tuple[str, str]]]:
    known = Analysis.objects.present().values("sha256")
    wanted = File.objects.exclude(format="").exclude(sha256__in=known).values_list("sha256", "format").distinct()
    batch = []
    for pair in wanted.iterator(BATCH):
        batch.append(pair)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch

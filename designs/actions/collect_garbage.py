"""Remove the large files that no commit names any more, then the contents that no row names."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Model
from django.utils import timezone

from designs.descriptions import describe_project
from designs.models import Analysis, Comparison, LfsObject, Project, Repair
from storage import gc, pruning
from storage.gc import Swept
from storage.git import many, walks
from storage.git.errors import GitError

log = logging.getLogger(__name__)
GRACE = timedelta(days=14)
LEAST_GRACE = timedelta(hours=2)
"""An upload straight to S3 may take an hour, and its commit comes after it."""
NAMES: list[tuple[type[Model], list[str]]] = [
    (LfsObject, ["sha256"]),
    (Analysis, ["preview_1024", "preview_256", "model", "model_full", "marks"]),
    (Comparison, ["diff"]),
    (Repair, ["content"]),
]
"""Every column that names an object of the store."""


@dataclass
class Collected:
    """What was found: large files that no commit names, with their bytes, and what the sweep of the store says."""

    large_files: int = 0
    large_bytes: int = 0
    store: Swept = field(default_factory=Swept)


def collect_garbage(*, grace: timedelta = GRACE, dry_run: bool = False, patience_seconds: float = 10) -> Collected:
    """Forget and remove what nobody has needed for `grace`. With `dry_run`, only count it.

    Raises ValueError for a grace under two hours: what is on its way in would be taken.
    """
    if grace < LEAST_GRACE:
        raise ValueError("the grace must be two hours or more")
    before = timezone.now() - grace
    found = Collected()
    for project in Project.objects.with_card().order_by("pk").iterator(chunk_size=200):
        for row in _forget(project, before, dry_run=dry_run):
            found.large_files += 1
            found.large_bytes += row.size
    found.store = gc.sweep(needed(None), needed, before=before, dry_run=dry_run, patience_seconds=patience_seconds)
    return found


def needed(among: Collection[str] | None) -> set[str]:
    """The objects that rows name: all of them, or those among a few."""
    named: set[str] = set()
    for model, columns in NAMES:
        for column in columns:
            rows = model._base_manager.exclude(**{column: ""})
            if among is not None:
                rows = rows.filter(**{f"{column}__in": among})
            named.update(rows.values_list(column, flat=True).iterator())
    return named


def _forget(project: Project, before: datetime, *, dry_run: bool) -> list[LfsObject]:
    """Take away the project's rows of large files that no ref of it reaches, and return them.

    Looked at twice: the second time while nobody can push or commit.
    """
    rows = list(_unreached(project, before))
    if not rows or dry_run:
        return rows
    with pruning.allowed() as may:
        if not may:
            return []
        rows = list(_unreached(project, before))
        LfsObject.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if rows:
        describe_project(project)
    return rows


def _unreached(project: Project, before: datetime) -> Iterator[LfsObject]:
    old = list(project.lfs_objects.filter(created_at__lt=before))
    if not old or not project.path.is_dir() or project.repo.unindexed_marks():
        return
    try:
        reached = {one.sha256 for one in many.pointers(project.path, walks.all_objects(project.path))}
    except GitError as error:
        log.warning("%s: its large files are kept, as git cannot be read: %s", project, error)
        return
    yield from (row for row in old if row.sha256 not in reached)

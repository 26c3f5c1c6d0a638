"""Who changed what last, and which release carried it: walked once, kept in rows, brought forward as commits come."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from designs.models import FolderHistory, Project, Release, ReleasedHistory, Revision
from storage.git import reads, walks
from storage.git.types import LastChange

KEPT = 4
"""Versions of one folder whose last changes are kept: the tips of branches that people look at."""
BATCH = 500


def last_changes(project: Project, commit: str, folder: str, names: Collection[str]) -> dict[str, LastChange]:
    """Name -> last commit, for the entries of a folder at a commit. After a push only the new commits are walked."""
    digest = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()
    rows = list(project.folder_histories.filter(folder=digest).order_by("-pk")[:KEPT])
    if same := next((row for row in rows if row.tip == commit), None):
        return _unpacked(same.entries)
    base = next((row for row in rows if reads.is_ancestor(project.path, row.tip, commit)), None)
    found = _brought_forward(project, base, commit, folder, names)
    entries = {name: [c.id, c.title, c.at.isoformat(), c.committed] for name, c in found.items()}
    row = FolderHistory(project=project, folder=digest, tip=commit, entries=entries)
    FolderHistory.objects.bulk_create([row], ignore_conflicts=True)
    if len(rows) >= KEPT:
        project.folder_histories.filter(folder=digest, pk__lte=rows[-1].pk).delete()
    return found


def _brought_forward(
    project: Project, base: FolderHistory | None, commit: str, folder: str, names: Collection[str]
) -> dict[str, LastChange]:
    if base is None:
        return walks.last_changes(project.path, commit, folder, names)
    before = _unpacked(base.entries)
    found = walks.last_changes(project.path, commit, folder, names, since=base.tip)
    for name in set(names) & before.keys():
        newer = found.get(name)
        if newer is None or before[name].committed > newer.committed:
            found[name] = before[name]
    if left := set(names) - found.keys():
        found |= walks.last_changes(project.path, commit, folder, left)
    return found


def _unpacked(entries: Mapping[str, Sequence[str | int]]) -> dict[str, LastChange]:
    return {
        name: LastChange(str(commit), str(title), datetime.fromisoformat(str(at)), int(committed))
        for name, (commit, title, at, committed) in entries.items()
    }


def released_in(project: Project, commits: Iterable[str]) -> dict[str, str]:
    """Commit -> tag of the first release that has it; those in no release are left out."""
    mark_released(project)
    wanted = project.revisions.filter(commit__in=set(commits), released_in__isnull=False)
    return dict(wanted.values_list("commit", "released_in__tag"))


def changed_in(project: Project, release: Release, files: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Path -> tag of the last release up to this one in which its content changed, for some files of a release."""
    mark_released(project)
    frozen = {file["path"]: file["oid"] for file in files}
    rows = project.files.filter(
        oid__in=set(frozen.values()), revision__released_in__created_at__lte=release.created_at
    ).order_by("pk")
    found = rows.values_list("path", "oid", "revision__released_in__tag")
    return {path: tag for path, oid, tag in found if frozen.get(path) == oid}


def mark_released(project: Project) -> None:
    """Note at each revision the first release that has it. Works only where a release has come or gone since."""
    releases = project.releases.order_by("pk").values_list("pk", "commit")
    now: list[list[int | str]] = [[pk, commit] for pk, commit in releases]
    row = ReleasedHistory.objects.filter(project=project).first()
    known = row.releases if row else []
    if now == known:
        return
    added = [pair for pair in now if pair not in known]
    grown = len(added) + len(known) == len(now)
    spread = _spread(project, added, [str(commit) for _, commit in known]) if grown else None
    if spread is None:
        spread = _spread(project, now, []) or {}
    with transaction.atomic():
        if not grown:
            project.revisions.exclude(released_in=None).update(released_in=None)
        for release, commits in spread.items():
            for start in range(0, len(commits), BATCH):
                rows = project.revisions.filter(commit__in=commits[start : start + BATCH])
                rows.update(released_in=release)
        ReleasedHistory.objects.bulk_create(
            [ReleasedHistory(project=project, releases=now)],
            update_conflicts=True,
            unique_fields=["project"],
            update_fields=["releases"],
        )


def _spread(project: Project, releases: Sequence[Sequence[int | str]], older: list[str]) -> dict[int, list[str]] | None:
    """Release -> the commits that no release before it has. None where an older release has one of these already."""
    gone = set(walks.missing(project.path, [*(str(commit) for _, commit in releases), *older]))
    here = [(int(pk), str(commit)) for pk, commit in releases if commit not in gone]
    parents = walks.parents(project.path, [c for _, c in here], [c for c in older if c not in gone]) if here else {}
    if any(commit not in parents for _, commit in here):
        return None
    order = {commit: number for number, commit in enumerate(parents)}
    taken: set[str] = set()
    found: dict[int, list[str]] = {}
    for pk, tip in sorted(here, key=lambda release: (order[release[1]], release[0])):
        found[pk] = []
        waiting = [tip]
        while waiting:
            commit = waiting.pop()
            if commit in parents and commit not in taken:
                taken.add(commit)
                found[pk].append(commit)
                waiting += parents[commit]
    return found


def forget(project: Project) -> None:
    """Delete what is kept, so that the next page walks the history anew."""
    project.folder_histories.all().delete()
    ReleasedHistory.objects.filter(project=project).delete()
    Revision.objects.filter(project=project).exclude(released_in=None).update(released_in=None)

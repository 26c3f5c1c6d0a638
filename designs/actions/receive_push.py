"""Index the commits that have reached a branch: Revision, File and Analysis rows in one transaction."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from designs.actions.ask_kernel import ask_analyses, ask_comparisons
from designs.actions.record_event import record_event
from designs.mesh import formats
from designs.models import Event, File, Project, Revision
from storage.git.types import Commit

BATCH = 200


@dataclass(frozen=True)
class Content:
    """What is already known of a git blob: its SHA-256 and its size in bytes."""

    sha256: str
    size: int


def receive_push(
    project: Project,
    branch: str,
    old: str | None,
    new: str,
    *,
    by: User | None,
    known: Mapping[str, Content],
    is_news: bool = True,
) -> Revision:
    """Index `old..new` of a branch, oldest first, and return the row of `new`. Commits already seen are left.

    `by` made `new`; whoever made the others says so when they are indexed in their own name. Where it `is_news`, an
    event tells of it.
    """
    commits = project.repo.between(old, new)
    seen = set(project.revisions.filter(commit__in=[c.id for c in commits]).values_list("commit", flat=True))
    changed = {commit.id: _changed(project, commit) for commit in commits if commit.id not in seen}
    contents = _contents(project, {oid for paths in changed.values() for oid in paths.values()}, known)
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        seen = set(project.revisions.filter(commit__in=changed).values_list("commit", flat=True))
        for commit in commits:
            if commit.id in changed and commit.id not in seen:
                revision = _add_revision(project, commit, by if commit.id == new else None)
                _add_files(revision, changed[commit.id], contents)
        project.revisions.filter(commit=new, author=None).update(author=by)
        if commits and is_news:
            record_event(project, Event.Kind.PUSH, by=by, branch=branch, old=old, new=new, commits=len(commits))
        if branch == project.default_branch:
            project.head = project.repo.tip(branch) or new
            project.updated_at = timezone.now()
            project.cover = locked.cover
            project.save(update_fields=["head", "updated_at"])
            _keep_cover(project)
    return project.revisions.get(commit=new)


def indexed_tip(project: Project, branch: str) -> str | None:
    """The commit up to which a branch is indexed: behind its tip where a process died between the two."""
    if branch == project.default_branch:
        return Project.objects.values_list("head", flat=True).get(pk=project.pk) or None
    return project.repo.tip(branch)


def catch_up() -> int:
    """Index what was committed to default branches and not indexed before a process died. Returns how many."""
    behind = 0
    for project in Project.objects.alive():
        tip = project.repo.tip(project.default_branch) if project.path.is_dir() else None
        if tip and tip != project.head:
            receive_push(project, project.default_branch, project.head or None, tip, by=None, known={})
            behind += 1
    return behind


def _changed(project: Project, commit: Commit) -> dict[str, str]:
    """Path -> oid of all that a commit added or changed against its first parent."""
    parent = commit.parents[0] if commit.parents else None
    return {c.path: c.new_oid for c in project.repo.changes(parent, commit.id) if c.new_oid and c.kind != "D"}


def _contents(project: Project, oids: set[str], known: Mapping[str, Content]) -> dict[str, Content]:
    """SHA-256 and size of each blob: as told, as indexed before, or else measured by reading it once."""
    found = dict(known)
    rows = project.files.filter(oid__in=oids - found.keys()).values_list("oid", "sha256", "size")
    found.update({oid: Content(sha256, size) for oid, sha256, size in rows})
    missing = oids - found.keys()
    if missing:
        with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as folder:
            file = Path(folder) / "blob"
            for oid in missing:
                sha256 = project.repo.copy_to(oid, file)
                found[oid] = Content(sha256, file.stat().st_size)
    return found


def _add_revision(project: Project, commit: Commit, by: User | None) -> Revision:
    return Revision.objects.create(
        project=project,
        commit=commit.id,
        author=by,
        author_name=commit.author_name[:200],
        message=commit.message,
        at=commit.at,
    )


def _add_files(revision: Revision, changed: Mapping[str, str], contents: Mapping[str, Content]) -> None:
    files = [
        File(
            project_id=revision.project_id,
            revision=revision,
            path=path,
            oid=oid,
            sha256=contents[oid].sha256,
            size=contents[oid].size,
            format=formats.format_of(path) or "",
        )
        for path, oid in changed.items()
    ]
    _inherit_units(revision.project, files)
    before = _versions_before(revision.project, files)
    File.objects.bulk_create(files, batch_size=BATCH)
    ask_comparisons((before[file.path], file) for file in files if file.path in before)
    ask_analyses((file.sha256, file.format, file.units) for file in files if file.format)


def _versions_before(project: Project, files: list[File]) -> dict[str, File]:
    """Path -> the newest version of a shape before these files."""
    shapes = [file.path for file in files if file.format in formats.MESHES]
    known = project.files.filter(path__in=shapes, format__in=formats.MESHES).order_by("pk")
    return {file.path: file for file in known}


def _inherit_units(project: Project, files: list[File]) -> None:
    """A new version of a file keeps the units that the owner chose for the one before."""
    chosen = project.files.exclude(units="").order_by("pk").values_list("path", "units")
    units = dict(chosen)
    for file in files:
        file.units = units.get(file.path, "")


def _keep_cover(project: Project) -> None:
    """The cover follows its path to the newest version; without one, the largest design file becomes it."""
    files = project.files.order_by("-pk")
    if project.cover:
        newest = files.filter(path=project.cover.path).first()
    else:
        newest = files.filter(format__in=formats.MESHES).order_by("-size", "-pk").first()
        newest = newest or files.exclude(format="").first()
    if newest and newest != project.cover:
        project.cover = newest
        project.save(update_fields=["cover"])

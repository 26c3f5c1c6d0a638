"""The rows of commits: revisions, files, and what the kernel is asked of them; few statements for many commits."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from designs.actions.ask_kernel import ask_analyses, ask_comparisons
from designs.contents import Content
from designs.mesh import formats
from designs.models import File, Project, Revision
from storage.git.types import Change, Commit

BATCH = 200
Walked = Sequence[tuple[Commit, Sequence[Change]]]
"""Commits, oldest first, each with what it did to its first parent."""


def add_commits(project: Project, walked: Walked, contents: Mapping[str, Content], authors: Mapping[str, User]) -> None:
    """Make the rows of commits that have none. `authors` are the people behind some, by the commit's id."""
    revisions = Revision.objects.bulk_create(
        [
            Revision(
                project=project,
                commit=commit.id,
                author=authors.get(commit.id),
                author_name=commit.author_name[:200],
                message=commit.message,
                at=commit.at,
            )
            for commit, _ in walked
        ],
        batch_size=BATCH,
    )
    units = dict(project.files.exclude(units="").order_by("pk").values_list("path", "units"))
    files = [
        _file(revision, change, contents[change.new_oid], units)
        for revision, (_, changes) in zip(revisions, walked, strict=True)
        for change in changes
        if change.new_oid in contents
    ]
    pairs = _pairs(project, files)
    File.objects.bulk_create(files, batch_size=BATCH)
    ask_comparisons(pairs)
    ask_analyses((file.sha256, file.format, file.units) for file in files if file.format)


def _file(revision: Revision, change: Change, content: Content, units: Mapping[str, str]) -> File:
    """The row of one path. A new version of a file keeps the units that the owner chose for the one before."""
    return File(
        project_id=revision.project_id,
        revision=revision,
        path=change.path,
        oid=change.new_oid,
        sha256=content.sha256,
        size=content.size,
        format=(content.is_here and formats.format_of(change.path)) or "",
        units=units.get(change.path, ""),
    )


def _pairs(project: Project, files: Sequence[File]) -> list[tuple[File, File]]:
    """Each new version of a shape with the one before it, known or just as new."""
    shapes = [file for file in files if file.format in formats.MESHES]
    paths = sorted({file.path for file in shapes})
    before: dict[str, File] = {}
    for start in range(0, len(paths), BATCH):
        known = project.files.filter(path__in=paths[start : start + BATCH], format__in=formats.MESHES)
        before |= {file.path: file for file in known.order_by("pk")}
    pairs = []
    for file in shapes:
        if file.path in before:
            pairs.append((before[file.path], file))
        before[file.path] = file
    return pairs

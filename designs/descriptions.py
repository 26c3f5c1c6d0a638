"""Write beside a repository what git does not know of its project, so that its row can be made again.

`partage.json` says address, owner, licence, visibility, releases and choices; `partage-lfs.txt` says which large files
the project has brought itself: a pointer alone proves nothing, as anybody can type one.
"""

import contextlib
import json
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Model

from accounts.models import Namespace
from designs.models import Project

DESCRIPTION, LARGE_FILES = "partage.json", "partage-lfs.txt"
FORMAT = 1
DERIVED = {"id", "repository_id", "shard", "head", "git_bytes", "updated_at"}
"""Fields of a project that its repository tells."""
_REACH = [Project.Visibility.PRIVATE, Project.Visibility.UNLISTED, Project.Visibility.PUBLIC]


def describe_project(project: Project) -> bool:
    """Bring the description up to date; whether it was not. Where there is no repository there is none."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        text = json.dumps(_describe(project), default=str, indent=1, sort_keys=True)
        held = project.lfs_objects.order_by("sha256").values_list("sha256", "size")
        lines = "".join(f"{sha256} {size}\n" for sha256, size in held)
        told = _write(project.path / DESCRIPTION, text)
        return _write(project.path / LARGE_FILES, lines) or told
    return False


def describe_before(project: Project, visibility: str) -> None:
    """Where a project is about to be seen by fewer, say so first: a kill between leaves no wider description."""
    if _REACH.index(Project.Visibility(visibility)) < _REACH.index(Project.Visibility(project.visibility)):
        with contextlib.suppress(FileNotFoundError):
            told = _describe(project) | {"visibility": visibility}
            _write(project.path / DESCRIPTION, json.dumps(told, default=str, indent=1, sort_keys=True))


def describe_all() -> int:
    """Bring every description up to date: handles change, and so do people's choices. Returns how many were not."""
    return sum(describe_project(project) for project in Project.objects.with_card().iterator(chunk_size=200))


def note_held(project: Project, contents: Iterable[tuple[str, int]]) -> None:
    """Note contents, each a (SHA-256, bytes), that the project has just brought."""
    lines = "".join(f"{sha256} {size}\n" for sha256, size in contents)
    with contextlib.suppress(FileNotFoundError), (project.path / LARGE_FILES).open("a") as out:
        out.write(lines)


def read_description(repo: Path) -> dict[str, Any]:
    """What is said of a repository; nothing where nothing is, or where it cannot be read."""
    try:
        told = json.loads((repo / DESCRIPTION).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def read_held(repo: Path) -> dict[str, int]:
    """SHA-256 -> bytes of the large files that the project of a repository has brought."""
    try:
        lines = (repo / LARGE_FILES).read_text().split("\n")
    except OSError:
        return {}
    pairs = (line.split(" ") for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _describe(project: Project) -> dict[str, Any]:
    owner: Namespace = project.namespace
    units = project.files.exclude(units="").order_by("pk").values_list("path", "units")
    return {
        "format": FORMAT,
        "owner": owner.handle,
        "owner_kind": "organisation" if owner.organisation_id else "person",
        **_plain(project, DERIVED),
        "created_by": project.created_by.username if project.created_by else "",
        "forked_from": project.forked_from.repository_id.hex if project.forked_from else "",
        "protected_branches": list(project.protected_branches.values_list("pattern", flat=True)),
        "cover": project.cover.path if project.cover else "",
        "units": dict(units),
        "releases": [
            {**_plain(release, {"id", "files"}), "author": release.author.username if release.author else ""}
            for release in project.releases.select_related("author").defer("files").order_by("pk")
        ],
    }


def _plain(row: Model, left_out: set[str]) -> dict[str, Any]:
    """The fields of a row that name no other row."""
    fields = [field for field in row._meta.concrete_fields if not field.is_relation and field.name not in left_out]
    return {field.name: field.value_from_object(row) for field in fields}


def _write(file: Path, text: str) -> bool:
    """Put a text in place at once; False where it is there already."""
    try:
        if file.read_text() == text:
            return False
    except FileNotFoundError:
        if not file.parent.is_dir():
            raise
    part = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        with part.open("w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return True

"""What is wrong with a site's content: repositories, blobs, and the rows held against them."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from designs.models import Analysis, LfsObject, Project
from jobs.models import State
from storage import blobs
from storage.git import walks

CHUNK = 1 << 20
DRAWN = ("preview_1024", "preview_256", "model", "model_full", "marks")
Tick = Callable[[int], None]


def of_project(project: Project) -> Iterator[str]:
    """A line for each fault of a repository and of the rows that index it."""
    if not project.path.is_dir():
        yield "its repository is missing"
        return
    faults = project.repo.fsck()
    yield from faults
    if faults:
        return
    if project.repo.unindexed_marks():
        return
    yield from _of_rows(project)


def _of_rows(project: Project) -> Iterator[str]:
    """Rows against git; nothing while a commit is on its way into both."""
    tip = project.repo.tip(project.default_branch) or "nothing"
    project.refresh_from_db(fields=["head"])
    head = project.head or "nothing"
    if tip != head and tip == (project.repo.tip(project.default_branch) or "nothing"):
        yield f"the row says that {project.default_branch} is at {head}, git says {tip}"
    indexed = list(project.revisions.values_list("commit", flat=True))
    for commit in walks.missing(project.path, indexed):
        yield f"commit {commit} has a row and is not in git"
    known = set(indexed)
    for ref in project.repo.branches():
        if ref.commit not in known:
            yield f"branch {ref.name}: commit {ref.commit} is not indexed (rebuild does that)"
    tags = {ref.name: ref.commit for ref in project.repo.tags()}
    for tag, commit in project.releases.values_list("tag", "commit"):
        if tags.get(tag) != commit:
            yield f"release {tag}: its tag is {'elsewhere' if tag in tags else 'missing'}"


def of_blobs(*, rehash: bool, tick: Tick) -> Iterator[str]:
    """A line for each blob that is not its name's content, and for each that a row names and the store has lost.

    `tick` hears how many have been looked at.
    """
    here: set[str] = set()
    for number, sha256 in enumerate(blobs.iter_keys(), start=1):
        here.add(sha256)
        if rehash and _digest(sha256) != sha256:
            yield f"blob {sha256}: its content is another"
        tick(number)
    for project, sha256, size in LfsObject.objects.order_by("pk").values_list("project", "sha256", "size").iterator():
        if sha256 not in here:
            yield f"large file {sha256} of project {project}: its content is missing"
        elif blobs.size(sha256) != size:
            yield f"large file {sha256} of project {project}: the row says {size} bytes, the store {blobs.size(sha256)}"
    done = Analysis.objects.present().filter(state=State.DONE)
    for sha256, *drawn in done.values_list("sha256", *DRAWN).iterator():
        if any(one and one not in here for one in drawn):
            yield f"content {sha256}: a picture or model is missing (rebuild draws it again)"


def _digest(sha256: str) -> str:
    digest = hashlib.sha256()
    with blobs.open_blob(sha256) as source:
        while piece := source.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def repositories_without_rows() -> Iterator[Path]:
    """Folders of repositories that no project has: left by a kill, or the rows are lost."""
    known = {found.hex for found in Project.objects.values_list("repository_id", flat=True)}
    for path in sorted(Path(settings.REPOSITORIES_DIR).glob("*/??/??/*.git")):
        if path.stem not in known:
            yield path

"""Which version a page shows: a branch, a tag or a commit, and a path in it."""

from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache

from designs.models import Project
from storage.git.types import LastChange

KEEP = 7 * 24 * 3600


@dataclass(frozen=True)
class Version:
    """A place in the history of a project."""

    ref: str
    commit: str
    path: str
    branches: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def is_branch(self) -> bool:
        """Whether new commits may follow here."""
        return self.ref in self.branches

    @property
    def parents(self) -> list[tuple[str, str]]:
        """(name, path) of each folder on the way, the last part included."""
        parts = self.path.split("/") if self.path else []
        return [(part, "/".join(parts[: number + 1])) for number, part in enumerate(parts)]


def version_of(project: Project, ref_path: str) -> Version:
    """The version and path of an address. Raises UnknownRevisionError."""
    repo = project.repo
    ref, commit, path = repo.split_ref(ref_path)
    branches = tuple(sorted(r.name for r in repo.branches()))
    tags = tuple(r.name for r in repo.tags())
    return Version(ref, commit, path.strip("/"), branches, tags)


def last_changes(project: Project, commit: str, folder: str) -> dict[str, LastChange]:
    """Name -> last commit of each entry of a folder; a commit never changes, so the answer is kept."""
    key = f"last-changes:{project.repository_id.hex}:{commit}:{sha256(folder.encode()).hexdigest()}"
    found: dict[str, LastChange] | None = cache.get(key)
    if found is None:
        found = project.repo.last_changes(commit, folder)
        cache.set(key, found, KEEP)
    return found

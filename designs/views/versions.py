"""Which version a page shows: a branch, a tag or a commit, and a path in it."""

from dataclasses import dataclass

from designs.models import Project


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
    heads, tags = project.repo.refs()
    ref, commit, path = project.repo.split_ref(ref_path, (*heads, *tags))
    branches = tuple(sorted((one.name for one in heads), key=lambda name: (name != project.default_branch, name)))
    return Version(ref, commit, path.strip("/"), branches, tuple(one.name for one in tags))

"""What a project is when it is taken away: its history as a bundle, its large files, and how to put them together."""

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from designs import archives
from designs.models import Project
from storage import blobs, serving
from storage.git import transfer
from storage.git.http import Slot
from storage.zips import Member, stream_zip


class Sending:
    """Pieces that hold one of git's slots while they are read. Raises BusyError when none gets free in time."""

    def __init__(self, pieces: Callable[[], Iterable[bytes]]) -> None:
        self._slot = Slot()
        self._pieces = iter(pieces())

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self._slot.free()
            raise

    def close(self) -> None:
        """Stop git if it still runs, and free its slot."""
        end = getattr(self._pieces, "close", None)
        if end:
            end()
        self._slot.free()


def bundle(project: Project) -> Sending:
    """Every branch and tag in one file that `git clone` takes."""
    return Sending(lambda: transfer.bundle(project.path))


def with_history(project: Project) -> Sending:
    """A ZIP of the files, the bundle, every large file of every version, and how to restore it all."""
    return Sending(lambda: stream_zip(members(project, f"{project.slug}/")))


def members(project: Project, prefix: str) -> Iterator[Member]:
    """The same as files of a ZIP below `prefix`."""
    yield Member(f"{prefix}RESTORE.md", [restore_words(project).encode()])
    commit = project.repo.tip(project.default_branch)
    if commit is None:
        return
    yield Member(f"{prefix}history.bundle", transfer.bundle(project.path))
    held = set(project.lfs_objects.values_list("sha256", flat=True))
    yield from archives.members(project, project.repo.commit_info(commit), f"{prefix}files/", {})
    for sha256 in sorted(held):
        if blobs.exists(sha256):
            yield Member(f"{prefix}lfs/objects/{sha256[:2]}/{sha256[2:4]}/{sha256}", _blob(sha256))


def _blob(sha256: str) -> Iterator[bytes]:
    yield from serving.stream(sha256)


def restore_words(project: Project) -> str:
    """The page that tells how to put the parts together again."""
    return "\n".join(
        [
            f"# {project.name}",
            "",
            project.url,
            "",
            "- `files/` " + _("the files of the present version, as they are"),
            "- `history.bundle` " + _("every version, branch and tag, for git"),
            "- `lfs/` " + _("the large files of every version, where there are any"),
            "",
            "## " + _("Restore it with git"),
            "",
            "```sh",
            f"GIT_LFS_SKIP_SMUDGE=1 git clone history.bundle {project.slug}",
            f"cd {project.slug}",
            "mkdir -p .git/lfs && cp -r ../lfs/objects .git/lfs/    # " + _("where there is lfs/"),
            "git lfs install --local && git lfs checkout",
            "```",
            "",
            "## " + _("Bring it to another Partage"),
            "",
            _("New design, Bring one in, ZIP: choose this whole ZIP."),
            "",
        ]
    )

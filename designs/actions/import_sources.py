"""Where an import comes from: a git address, a bundle, a ZIP. Each gives a repository in a folder, to be checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from designs import quota, words_transfers
from designs.actions.errors import RefusedError
from designs.actions.import_watch import Watch
from designs.actions.remotes import bounds, remote
from designs.models import Import
from storage import names
from storage.archives import ArchiveRefusedError, Unpacked, unpack_zip
from storage.git import inspect, transfer, walks
from storage.git.errors import GitError
from storage.git.process import environment
from storage.git.repo import Repo
from storage.git.types import Put

MAX_REFS = 2_000
MAX_ZIP_FILES = 50_000
HISTORY = "history.bundle"
_LFS = re.compile(r"lfs/objects/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")


@dataclass
class Received:
    """A repository that nobody sees yet, or `files` to be committed to it. `contents` are large files by SHA-256."""

    repo: Repo
    default_branch: str
    contents: Mapping[str, Path] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    files: list[Put] = field(default_factory=list)


def receive(row: Import, room: Path, watch: Watch) -> Received:
    """Bring the source into a new repository in `room`.

    Raises RefusedError, GitError, TooMuchError, and what the watch raises.
    """
    repo = Repo.create(room / "received.git")
    match row.source:
        case Import.Source.URL:
            return _from_url(row, repo, watch)
        case Import.Source.BUNDLE:
            return _from_bundle(repo, row.upload, watch)
    return _from_zip(row, repo, room, watch)


def check(row: Import, received: Received, room: Path, watch: Watch) -> None:
    """Judge every object and name as a push is judged, drop refs that have no place here, choose what HEAD is.

    Raises RefusedError with the problems as sentences.
    """
    watch.start(Import.Phase.CHECKING)
    left = quota.Room(row.namespace)
    if not left.take(received.repo.bytes_on_disk() + sum(put.source.stat().st_size for put in received.files)):
        raise RefusedError(left.sentence, "over-quota")
    if received.files:
        return
    path = received.repo.path
    refs = transfer.all_refs(path)
    if len(refs) > MAX_REFS:
        raise RefusedError(
            _("It has %(n)d branches and tags; %(most)d are the most.") % {"n": len(refs), "most": MAX_REFS}
        )
    bad = {ref for ref, (oid, kind) in refs.items() if not _has_place(ref, kind)}
    transfer.delete_refs(path, sorted(bad))
    received.left_out += sorted(ref.removeprefix("refs/") for ref in bad)
    tips = sorted({oid for ref, (oid, _kind) in refs.items() if ref not in bad})
    blank = Repo.create(room / "blank.git")
    env = environment(GIT_OBJECT_DIRECTORY=str(path / "objects"))
    try:
        arrived = inspect.inspect(blank.path, tips, inspect.Limits(plain=settings.MAX_PLAIN), env=env)
    except GitError as error:
        raise RefusedError(words_transfers.damaged(str(error))) from error
    if arrived.problems:
        raise RefusedError("\n".join(arrived.problems), "refused")
    transfer.fsck(path, bounds=bounds(), tick=watch.tick)
    _choose_head(received)
    walks.write_commit_graph(path)


def _has_place(ref: str, kind: str) -> bool:
    """Branches and tags that lead to commits and whose names addresses can carry."""
    _, group, name = ref.split("/", 2)
    return group in {"heads", "tags"} and kind == "commit" and names.is_branch(name)


def _choose_head(received: Received) -> None:
    branches = [ref.name for ref in received.repo.branches()]
    if not branches:
        raise RefusedError(_("There is no branch with a commit in it."), "empty")
    usual = [name for name in (received.default_branch, "main", "master") if name in branches]
    received.default_branch = (usual or branches)[0]
    received.repo.set_head(received.default_branch)


def _from_url(row: Import, repo: Repo, watch: Watch) -> Received:
    there = remote(row.url, row.credential)
    refs, head = transfer.remote_refs(repo.path, there)
    if not any(ref.startswith("refs/heads/") for ref in refs):
        raise RefusedError(_("The repository at this address is empty."), "empty")
    if len(refs) > MAX_REFS:
        raise RefusedError(
            _("It has %(n)d branches and tags; %(most)d are the most.") % {"n": len(refs), "most": MAX_REFS}
        )
    transfer.fetch(repo.path, there, bounds=bounds(), tick=watch.tick)
    return Received(repo, head)


def _from_bundle(repo: Repo, bundle: Path, watch: Watch) -> Received:
    if not bundle.exists():
        raise RefusedError(_("The file that you sent is no longer here: send it again."), "expired")
    if not transfer.is_bundle(bundle):
        raise RefusedError(_("This is not a git bundle. Make one with: git bundle create project.bundle --all"))
    try:
        head = transfer.unbundle(repo.path, bundle, bounds=bounds(), tick=watch.tick)
    except transfer.TooMuchError:
        raise
    except GitError as error:
        if "prerequisite" in str(error):
            raise RefusedError(
                _(
                    "The bundle holds only part of a history, and rests on commits that are not in it. "
                    "Make it whole: git bundle create project.bundle --all"
                )
            ) from error
        raise RefusedError(words_transfers.damaged(str(error))) from error
    if not transfer.all_refs(repo.path):
        raise RefusedError(_("The bundle holds no branch. Make one with: git bundle create project.bundle --all"))
    return Received(repo, head)


def _from_zip(row: Import, repo: Repo, room: Path, watch: Watch) -> Received:
    if not row.upload.exists():
        raise RefusedError(_("The file that you sent is no longer here: send it again."), "expired")
    try:
        files = unpack_zip(
            row.upload,
            room / "files",
            max_entries=MAX_ZIP_FILES,
            max_bytes=min(settings.MAX_COMMIT, settings.MAX_IMPORT),
        )
    except ArchiveRefusedError as refused:
        cause = refused.__cause__
        if isinstance(cause, names.NameRefusedError) and cause.code == "dot-git":
            raise RefusedError(
                _(
                    "This ZIP holds a “.git” folder, which could do harm. Leave it out, or bring the history "
                    "as a bundle: git bundle create project.bundle --all"
                ),
                "dot-git",
            ) from refused
        raise RefusedError(str(refused), "bad-archive") from refused
    watch.start(Import.Phase.FETCHING)
    files = _without_common_folder(files)
    if history := next((one for one in files if one.path == HISTORY), None):
        received = _from_bundle(repo, history.file, watch)
        received.contents = {found[1]: one.file for one in files if (found := _LFS.fullmatch(one.path))}
        return received
    return Received(repo, "main", files=_puts(files))


def _without_common_folder(files: list[Unpacked]) -> list[Unpacked]:
    """The same files without the one folder that they all lie in, as forges pack them."""
    tops = {one.path.partition("/")[0] for one in files}
    if len(tops) != 1 or any("/" not in one.path for one in files):
        return files
    return [Unpacked(one.path.partition("/")[2], one.file, one.size) for one in files]


def _puts(files: list[Unpacked]) -> list[Put]:
    """What to commit. Raises RefusedError for too many files, or one that is too large."""
    if not files:
        raise RefusedError(_("This ZIP is empty."), "empty")
    if len(files) > settings.MAX_COMMIT_FILES:
        raise RefusedError(
            _("This ZIP has %(n)d files; %(most)d are the most at a time.")
            % {"n": len(files), "most": settings.MAX_COMMIT_FILES}
        )
    return [Put(one.path, one.file) for one in files]

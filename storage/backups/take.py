"""Take a backup while people write.

The order makes it whole: rows first, then each repository's refs before its objects, blobs last; what rows name is in
the refs, what refs name is in the objects, and nothing is pruned meanwhile. Files that never change are hard links to
those of the backup before.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import connection

from storage import blobs, pruning
from storage.backups import database, manifest
from storage.backups.errors import BackupError
from storage.backups.manifest import CHUNK, FILES, PARTIAL, Kept, Manifest

REPOSITORIES, BLOBS, MEDIA, SECRET = "repositories", "blobs", "media", "secret_key"
SLOW = 500
"""Files between two lines of progress."""
Say = Callable[[str], None]


def take(target: Path, *, portable: bool = False, say: Say = lambda line: None) -> Path:
    """Write a new dated folder in `target` and return it. Raises BackupError, OSError on a full disk."""
    target.mkdir(parents=True, exist_ok=True)
    if Path(settings.DATA_DIR) in (target, *target.parents):
        raise BackupError(f"{target} lies in the site's own data: choose a folder elsewhere, best on another disk.")
    with _alone(target), pruning.forbidden():
        for half in target.glob(f"*{PARTIAL}"):
            say(f"Removing {half.name}: it was stopped before its end.")
            shutil.rmtree(half)
        before = manifest.newest(target)
        now = datetime.now(UTC)
        folder = target / f"{now:%Y-%m-%dT%H-%M-%S.%f}Z"
        part = folder.with_name(folder.name + PARTIAL)
        part.mkdir(mode=0o700)
        with (part / FILES).open("w") as listing:
            copier = Copier(part, before, listing)
            kind = _copy_all(copier, portable, say)
            listing.flush()
            os.fsync(listing.fileno())
        whole = Manifest(
            made_at=now.isoformat(),
            version=settings.VERSION,
            engine=connection.vendor,
            database=kind,
            files=copier.files,
            bytes=copier.bytes,
            files_sha256=manifest.digest(part / FILES),
            migrations=database.applied(),
        )
        os.sync()
        whole.write(part)
        part.replace(folder)
        manifest.sync(target)
    say(f"{folder}: {copier.files} files, {copier.bytes:,} bytes, {copier.linked} of them as in the backup before.")
    return folder


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    with (target / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise BackupError(f"Another backup into {target} is under way.") from busy
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a child that another thread has just forked may hold the file too


def _copy_all(copier: "Copier", portable: bool, say: Say) -> str:
    """Media before and after the rows: those that a row names may be replaced at any time. Returns the rows' kind."""
    media = storages["default"]
    _copy_media(copier, media)
    kind = database.kind_here(portable=portable)
    say("The database, by " + {"sqlite": "SQLite's online backup", "pg_dump": "pg_dump"}.get(kind, "Django's own form"))
    copier.note(database.dump(kind, copier.folder))
    say("Repositories: refs, then objects")
    for number, repo in enumerate(repositories(), start=1):
        with contextlib.suppress(FileNotFoundError):
            _copy_repository(copier, repo)
        if number % SLOW == 0:
            say(f"  {number} repositories")
    say("Blobs")
    for number, sha256 in enumerate(blobs.iter_keys(), start=1):
        with contextlib.suppress(FileNotFoundError):
            copier.copy(f"{BLOBS}/{blobs.key(sha256)}", blobs.size(sha256), partial(blobs.open_blob, sha256))
        if number % SLOW == 0:
            say(f"  {number} blobs")
    _copy_media(copier, media)
    secret = Path(settings.DATA_DIR) / SECRET
    if secret.is_file():
        copier.copy_file(secret, SECRET, stays=False)
    return kind


def repositories() -> Iterator[Path]:
    """Every repository's folder, with or without a row."""
    yield from sorted(Path(settings.REPOSITORIES_DIR).glob("*/??/??/*.git"))


def _copy_repository(copier: "Copier", repo: Path) -> None:
    root = Path(settings.REPOSITORIES_DIR)

    def name(path: Path) -> str:
        return f"{REPOSITORIES}/{path.relative_to(root)}"

    loose = [path for path in sorted((repo / "refs").rglob("*")) if path.is_file() and path.suffix != ".lock"]
    top = [path for path in sorted(repo.iterdir()) if path.is_file() and path.suffix != ".lock"]
    for path in [*loose, *top]:
        copier.copy_file(path, name(path), stays=False)
    for path in _objects(repo / "objects"):
        if path.relative_to(repo).parts[1] != "info" and path.suffix != ".lock":
            copier.copy_file(path, name(path), stays=True)


def _objects(folder: Path) -> Iterator[Path]:
    """Every object and pack, without what git is just receiving."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("tmp_"))
        yield from (Path(here) / file for file in sorted(files) if not file.startswith("tmp_"))


def _copy_media(copier: "Copier", media: Storage, folder: str = "") -> None:
    try:
        folders, files = media.listdir(folder)
    except FileNotFoundError:
        return
    for file in sorted(files):
        path = f"{folder}{file}"
        with contextlib.suppress(FileNotFoundError):
            copier.copy(f"{MEDIA}/{path}", media.size(path), partial(media.open, path, "rb"))
    for one in sorted(folders):
        _copy_media(copier, media, f"{folder}{one}/")


class Copier:
    """Files into one backup, each listed with its SHA-256; what stays the same is linked to the backup before."""

    def __init__(self, folder: Path, before: Path | None, listing: IO[str]) -> None:
        self.folder, self._before, self._listing = folder, before, listing
        self._known = dict(manifest.listed(before)) if before else {}
        self._done: set[str] = set()
        self.files = self.bytes = self.linked = 0

    def copy_file(self, source: Path, name: str, *, stays: bool) -> None:
        """Copy a file, or link it where `stays` says that its name stands for its content. Vanished ones are left."""
        with contextlib.suppress(FileNotFoundError):
            self.copy(name, source.stat().st_size if stays else None, lambda: source.open("rb"))

    def copy(self, name: str, size: int | None, opened: Callable[[], IO[bytes]]) -> None:
        """Copy a content; one of this name and `size` in the backup before is linked. Raises FileNotFoundError."""
        if name in self._done:
            return
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = self._known.get(name)
        if kept is None or kept.size != size or not self._link(name, target):
            digest, total = hashlib.sha256(), 0
            with opened() as source, target.open("wb") as out:
                while piece := source.read(CHUNK):
                    digest.update(piece)
                    total += len(piece)
                    out.write(piece)
            kept = Kept(digest.hexdigest(), total)
        self._list(name, kept)

    def note(self, file: Path) -> None:
        """List a file that has been written in place."""
        self._list(str(file.relative_to(self.folder)), Kept(manifest.digest(file), file.stat().st_size))

    def _link(self, name: str, target: Path) -> bool:
        """Whether the file of the backup before could be linked: not beyond a disk's end, or where it is gone."""
        if self._before is None:
            return False
        try:
            os.link(self._before / name, target)
        except OSError:
            return False
        self.linked += 1
        return True

    def _list(self, name: str, kept: Kept) -> None:
        self._done.add(name)
        self._listing.write(f"{kept.sha256} {kept.size} {name}\n")
        self.files += 1
        self.bytes += kept.size

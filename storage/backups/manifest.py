"""What a backup holds: `files.txt` with each file's SHA-256 and size, and `manifest.json`, written last.

A folder without a manifest is half a backup.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from storage.backups.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files.txt"
PARTIAL = ".partial"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup: the SHA-256 of its content, and bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """A whole backup. `database` is sqlite, pg_dump or portable; `migrations` are [app, name]."""

    made_at: str
    version: str
    engine: str
    database: str
    files: int
    bytes: int
    files_sha256: str
    migrations: list[list[str]] = field(default_factory=list)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Put it in place at once, so that it is either whole or not there."""
        part = folder / f".{MANIFEST}"
        with part.open("w") as out:
            json.dump(asdict(self), out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        part.replace(folder / MANIFEST)
        sync(folder)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup. Raises BackupError for half a one, and for one that a newer Partage made."""
    try:
        told = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(**told)
    except FileNotFoundError as missing:
        raise BackupError(f"{folder} has no {MANIFEST}: it is half a backup, or none. Take another one.") from missing
    except (ValueError, TypeError) as broken:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {broken}") from broken
    if manifest.format > FORMAT:
        raise BackupError(f"{folder} was made by a newer Partage ({manifest.version}): upgrade this one first.")
    return manifest


def listed(folder: Path) -> Iterator[tuple[str, Kept]]:
    """(path below the folder, what it is) of every file. Raises BackupError for a line that is none."""
    with (folder / FILES).open() as lines:
        for line in lines:
            words = line.rstrip("\n").split(" ", 2)
            if len(words) != 3 or not words[1].isdigit() or Path(words[2]).is_absolute() or ".." in words[2].split("/"):
                raise BackupError(f"{folder / FILES} has a line that is none of ours: {line[:80]!r}")
            yield words[2], Kept(words[0], int(words[1]))


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def wrong(folder: Path, manifest: Manifest) -> Iterator[str]:
    """A sentence for each file that is missing or is not what the manifest says. Reads everything once."""
    if not (folder / FILES).is_file() or digest(folder / FILES) != manifest.files_sha256:
        yield f"{FILES} is not the one that {MANIFEST} was written for"
        return
    for name, kept in listed(folder):
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif path.stat().st_size != kept.size or digest(path) != kept.sha256:
            yield f"{name} has been changed or damaged"


def newest(target: Path) -> Path | None:
    """The last whole backup in a folder of backups; the folder itself where it is one."""
    if (target / MANIFEST).is_file():
        return target
    whole = [path.parent for path in target.glob(f"*/{MANIFEST}") if not path.parent.name.endswith(PARTIAL)]
    return max(whole, default=None)

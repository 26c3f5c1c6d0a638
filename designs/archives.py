"""A version as one ZIP, streamed: the contents themselves, whether git holds them or Git LFS does."""

import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, cast

from django.utils.translation import gettext as _

from designs.models import Project
from storage import serving
from storage.git.blob_reader import BlobReader
from storage.git.types import Commit, Entry
from storage.lfs import pointer

LEVEL = 1
EARLIEST = (1980, 1, 1, 0, 0, 0)
PACKED = frozenset(
    {".3mf", ".f3d", ".f3z", ".fcstd", ".glb", ".gz", ".jpeg", ".jpg", ".mp4", ".pdf", ".png", ".webp", ".zip"}
)
"""Already compressed: doing it again takes time and saves nothing."""


class _Outbox:
    """What the ZIP writer has written and nobody has taken yet. It cannot seek, and says so by having no way to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> Iterator[bytes]:
        """All that has been written since."""
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def zip_of(project: Project, commit: str, folder: str, *, more: Mapping[str, bytes] | None = None) -> Iterator[bytes]:
    """All files of a commit below `folder`, in pieces, and `more` (path -> content) where nothing lies yet.

    A content that has not arrived leaves its pointer, and a text file that names it. Raises UnknownRevisionError.
    """
    about = project.repo.commit_info(commit)
    entries = [entry for entry in project.repo.tree(about.id, recursive=True) if entry.kind == "blob"]
    here = dict(project.lfs_objects.values_list("sha256", "size"))
    return _pack(project, about, entries, here, folder, more or {})


def _pack(
    project: Project,
    about: Commit,
    entries: list[Entry],
    here: Mapping[str, int],
    folder: str,
    more: Mapping[str, bytes],
) -> Iterator[bytes]:
    out = _Outbox()
    missing = []
    with zipfile.ZipFile(cast(IO[bytes], out), "w") as packed, BlobReader(project.path) as reader:
        for entry in entries:
            size, pieces, is_here = _content(reader, entry, here)
            if not is_here:
                missing.append(entry.path)
            with packed.open(_info(entry, about, folder), "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as member:
                for piece in pieces:
                    member.write(piece)
                    yield from out.take()
        taken = {entry.path for entry in entries}
        extra = {path: content for path, content in more.items() if path not in taken}
        if missing:
            extra[_free("MISSING.txt", taken)] = _named(missing)
        for path, content in extra.items():
            packed.writestr(_info(Entry("100644", "blob", "", len(content), path), about, folder), content)
            yield from out.take()
    yield from out.take()


def _content(reader: BlobReader, entry: Entry, here: Mapping[str, int]) -> tuple[int, Iterator[bytes], bool]:
    """(bytes, content in pieces, whether it is the content and not its pointer)."""
    size, pieces = reader.open(entry.oid)
    if size >= pointer.MAX_BYTES or entry.is_link:
        return size, pieces, True
    text = b"".join(pieces)
    found = pointer.parse(text)
    if found is None:
        return size, iter([text]), True
    if here.get(found.sha256) == found.size:
        try:
            return found.size, serving.stream(found.sha256), True
        except FileNotFoundError:
            pass
    return size, iter([text]), False


def _info(entry: Entry, about: Commit, folder: str) -> zipfile.ZipInfo:
    """The head of one file: its mode and the time of the commit."""
    info = zipfile.ZipInfo(f"{folder}/{entry.path}", max(about.at.timetuple()[:6], EARLIEST))
    mode = stat.S_IFLNK | 0o777 if entry.is_link else stat.S_IFREG | (0o755 if entry.mode == "100755" else 0o644)
    info.create_system = 3
    info.external_attr = mode << 16
    is_packed = PurePosixPath(entry.path).suffix.lower() in PACKED
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    info._compresslevel = LEVEL  # type: ignore[attr-defined]
    return info


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _named(missing: list[str]) -> bytes:
    head = _("These files are stored with Git LFS and their content has not arrived; here are their pointers:")
    return "\n".join([head, "", *missing, ""]).encode()

"""The content of a file at a version, wherever it lies: in git itself, or behind a Git LFS pointer.

A pointer names its content by SHA-256 alone, and whoever can type one could ask for anybody's bytes. So a project has
the contents that it has brought itself (its LfsObject rows) and no others.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from designs.models import Project
from storage import serving
from storage.git.blob_reader import BlobReader
from storage.git.errors import MissingPathError
from storage.git.types import Entry
from storage.lfs import pointer
from storage.lfs.pointer import Pointer

AT_ONCE = 5000
"""Ids in one query."""


class MissingContentError(LookupError):
    """A pointer whose content this project does not hold; `str()` is a sentence."""

    def __init__(self, found: Pointer) -> None:
        super().__init__(_("This file is stored with Git LFS; the content has not arrived yet."))
        self.pointer = found


@dataclass(frozen=True)
class Content:
    """What a git blob stands for: SHA-256 and size in bytes. Where `is_here` is false, they are the pointer's own."""

    sha256: str
    size: int
    is_here: bool = True


@dataclass(frozen=True)
class Opened:
    """A content that can be sent: `size` in bytes, `stored` its SHA-256 where the store of blobs holds it."""

    project: Project
    oid: str
    size: int
    stored: str = ""
    small: bytes | None = None

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `stop`, in pieces. Raises FileNotFoundError where the store has lost them."""
        if self.stored:
            return serving.stream(self.stored, start, stop)
        if self.small is not None:
            return iter([self.small[start:stop]])
        return _cut(self.project.repo.stream(self.oid), start, self.size if stop is None else stop)

    def read(self, limit: int) -> bytes:
        """At most `limit` bytes. Raises MissingContentError where the store has lost them."""
        try:
            return b"".join(self.stream(0, min(limit, self.size)))
        except FileNotFoundError as lost:
            raise MissingContentError(Pointer(self.stored, self.size)) from lost


def _cut(pieces: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    """What lies from `start` up to `stop`: git cannot begin in the middle."""
    at = 0
    for piece in pieces:
        wanted = piece[max(start - at, 0) : max(stop - at, 0)]
        at += len(piece)
        if wanted:
            yield wanted
        if at >= stop:
            return


def open_content(project: Project, oid: str, size: int | None = None) -> Opened:
    """The content behind a git blob; `size` is git's, where it is known already.

    Raises MissingContentError where it has not arrived, MissingPathError where there is no such blob.
    """
    if size is not None and size >= pointer.MAX_BYTES:
        return Opened(project, oid, size)
    with BlobReader(project.path) as reader:
        whole, _pieces = reader.open(oid)
        if whole >= pointer.MAX_BYTES:
            return Opened(project, oid, whole)
        text = b"".join(_pieces)
    found = pointer.parse(text)
    if found is None:
        return Opened(project, oid, whole, small=text)
    if not project.lfs_objects.filter(sha256=found.sha256, size=found.size).exists():
        raise MissingContentError(found)
    return Opened(project, oid, found.size, stored=found.sha256)


def read(project: Project, oid: str, limit: int, size: int | None = None) -> bytes:
    """At most `limit` bytes of the content behind a blob. Raises MissingContentError, MissingPathError."""
    return open_content(project, oid, size).read(limit)


def read_many(project: Project, oids: Iterable[str], limit: int) -> dict[str, bytes]:
    """Blob -> the content behind it, for those of at most `limit` bytes that are here; by one git child."""
    found: dict[str, bytes] = {}
    pointers: dict[str, Pointer] = {}
    with BlobReader(project.path) as reader:
        for oid in set(oids):
            size, pieces = reader.open(oid)
            if size > limit:
                continue
            found[oid] = b"".join(pieces)
            if one := pointer.parse(found[oid]):
                pointers[oid] = one
    here = held(project, pointers.values())
    for oid, one in pointers.items():
        del found[oid]
        if here.get(one.sha256) == one.size <= limit:
            found[oid] = Opened(project, oid, one.size, stored=one.sha256).read(limit)
    return found


def copy_stored(sha256: str, target: Path) -> bool:
    """Write a content of the store of blobs to a file; False where it is not there."""
    try:
        with target.open("wb") as out:
            out.writelines(serving.stream(sha256))
    except FileNotFoundError:
        return False
    return True


def known(project: Project, oids: Iterable[str]) -> dict[str, Content]:
    """What the database has of these blobs, as it was indexed."""
    found = {}
    wanted = list(set(oids))
    for at in range(0, len(wanted), AT_ONCE):
        rows = project.files.filter(oid__in=wanted[at : at + AT_ONCE]).values_list("oid", "sha256", "size")
        found.update({oid: Content(sha256, size) for oid, sha256, size in rows})
    return found


def contents_of(project: Project, oids: Iterable[str]) -> dict[str, Content]:
    """SHA-256 and size of what each blob stands for: as indexed before, or else measured by reading it once."""
    wanted = set(oids)
    found = {oid: one for oid, one in known(project, wanted).items() if one.size >= pointer.MAX_BYTES}
    return found | describe(project, wanted - found.keys())


def describe(project: Project, oids: Iterable[str]) -> dict[str, Content]:
    """SHA-256 and size of the content behind each blob, by one git child. Blobs that are not there are left out."""
    found: dict[str, Content] = {}
    pointers: dict[str, Pointer] = {}
    with BlobReader(project.path) as reader:
        for oid in oids:
            try:
                found[oid] = _measured(reader, oid, pointers)
            except MissingPathError:
                continue
    here = held(project, pointers.values())
    for oid, one in pointers.items():
        if here.get(one.sha256) == one.size:
            found[oid] = Content(one.sha256, one.size)
        else:
            found[oid] = replace(found[oid], is_here=False)
    return found


def _measured(reader: BlobReader, oid: str, pointers: dict[str, Pointer]) -> Content:
    """The blob's own measure; if it is a pointer, it is noted."""
    size, pieces = reader.open(oid)
    digest = hashlib.sha256()
    if size < pointer.MAX_BYTES:
        text = b"".join(pieces)
        digest.update(text)
        if one := pointer.parse(text):
            pointers[oid] = one
    else:
        for piece in pieces:
            digest.update(piece)
    return Content(digest.hexdigest(), size)


def held(project: Project, pointers: Iterable[Pointer]) -> dict[str, int]:
    """SHA-256 -> bytes of those contents that the project holds."""
    wanted = list({one.sha256 for one in pointers})
    found: dict[str, int] = {}
    for at in range(0, len(wanted), AT_ONCE):
        rows = project.lfs_objects.filter(sha256__in=wanted[at : at + AT_ONCE])
        found.update(rows.values_list("sha256", "size"))
    return found


def sized(project: Project, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with the sizes of their contents, not of their pointers; in one query whatever their number."""
    small = [one.oid for one in entries if one.kind == "blob" and (one.size or 0) < pointer.MAX_BYTES]
    sizes: Mapping[str, Content] = known(project, small)
    if new := set(small) - sizes.keys():
        sizes = {**sizes, **describe(project, new)}
    other = {one.oid for one in entries if one.oid in sizes and sizes[one.oid].size != one.size}
    return [replace(one, size=sizes[one.oid].size) if one.oid in other else one for one in entries]

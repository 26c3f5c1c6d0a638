"""A version as one ZIP, streamed: the contents themselves, whether git holds them or Git LFS does."""

import stat
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from designs.models import Project
from storage import serving
from storage.git.blob_reader import BlobReader
from storage.git.types import Commit, Entry
from storage.lfs import pointer
from storage.zips import Member, stream_zip


def zip_of(project: Project, commit: str, folder: str, *, more: Mapping[str, bytes] | None = None) -> Iterator[bytes]:
    """All files of a commit below `folder`, in pieces, and `more` (path -> content) where nothing lies yet.

    A content that has not arrived leaves its pointer, and a text file that names it. Raises UnknownRevisionError.
    """
    return stream_zip(members(project, project.repo.commit_info(commit), f"{folder}/", more or {}))


def members(project: Project, about: Commit, prefix: str, more: Mapping[str, bytes]) -> Iterator[Member]:
    """The same as files of a ZIP below `prefix`."""
    entries = [entry for entry in project.repo.tree(about.id, recursive=True) if entry.kind == "blob"]
    here = dict(project.lfs_objects.values_list("sha256", "size"))
    missing = []
    with BlobReader(project.path) as reader:
        for entry in entries:
            pieces, is_here = _content(reader, entry, here)
            if not is_here:
                missing.append(entry.path)
            yield Member(prefix + entry.path, pieces, _mode(entry), about.at)
    taken = {entry.path for entry in entries}
    extra = {path: content for path, content in more.items() if path not in taken}
    if missing:
        extra[_free("MISSING.txt", taken)] = _named(missing)
    for path, content in extra.items():
        yield Member(prefix + path, [content], at=about.at)


def _content(reader: BlobReader, entry: Entry, here: Mapping[str, int]) -> tuple[Iterator[bytes], bool]:
    """(content in pieces, whether it is the content and not its pointer)."""
    size, pieces = reader.open(entry.oid)
    if size >= pointer.MAX_BYTES or entry.is_link:
        return pieces, True
    text = b"".join(pieces)
    found = pointer.parse(text)
    if found is None:
        return iter([text]), True
    if here.get(found.sha256) == found.size:
        try:
            return serving.stream(found.sha256), True
        except FileNotFoundError:
            pass
    return iter([text]), False


def _mode(entry: Entry) -> int:
    if entry.is_link:
        return stat.S_IFLNK | 0o777
    return stat.S_IFREG | (0o755 if entry.mode == "100755" else 0o644)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _named(missing: list[str]) -> bytes:
    head = _("These files are stored with Git LFS and their content has not arrived; here are their pointers:")
    return "\n".join([head, "", *missing, ""]).encode()

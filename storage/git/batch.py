"""Many blobs through one git process."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from storage.git.errors import GitError, MissingPathError
from storage.git.process import CHUNK, end, spawn


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 of a blob's content and its size in bytes; `head` is the whole content where that is short."""

    sha256: str
    size: int
    head: bytes


class Batch:
    """A `git cat-file` that answers one question after another."""

    def __init__(self, ask: IO[bytes], answer: IO[bytes]) -> None:
        self._ask, self._answer = ask, answer

    def size(self, oid: str) -> int:
        """Bytes of an object. Raises MissingPathError."""
        return self._head(f"info {oid}")

    def pieces(self, oid: str) -> Iterator[bytes]:
        """An object's content, to be read to its end. Raises MissingPathError, GitError when git dies."""
        left = self._head(f"contents {oid}")
        while left:
            piece = self._answer.read(min(left, CHUNK))
            if not piece:
                raise GitError("git cat-file ended early")
            left -= len(piece)
            yield piece
        self._answer.read(1)

    def _head(self, question: str) -> int:
        self._ask.write(f"{question}\n".encode())
        self._ask.flush()
        words = self._answer.readline().split()
        if len(words) != 3:
            raise MissingPathError(question.split()[1]) if words else GitError("git cat-file ended early")
        return int(words[2])


@contextmanager
def opened(repo: Path) -> Iterator[Batch]:
    """A batch on this repository; git is ended at the end."""
    child = spawn(repo, ["cat-file", "--batch-command"])
    if child.stdin is None or child.stdout is None:
        raise GitError("git has no pipes")
    try:
        with open(child.stdout.fileno(), "rb", closefd=False) as answer:
            yield Batch(child.stdin, answer)
    finally:
        end(child)


def read_many(repo: Path, oids: Iterable[str], limit: int) -> dict[str, bytes]:
    """Blob -> its content, for those of at most `limit` bytes. Raises MissingPathError."""
    with opened(repo) as batch:
        return {oid: b"".join(batch.pieces(oid)) for oid in set(oids) if batch.size(oid) <= limit}


def digests(repo: Path, oids: Iterable[str], head: int = 1024) -> Iterator[tuple[str, Digest]]:
    """(blob, its SHA-256 and size), with the content itself where it is shorter than `head` bytes.

    Raises MissingPathError.
    """
    with opened(repo) as batch:
        for oid in oids:
            digest, size, start = hashlib.sha256(), 0, b""
            for piece in batch.pieces(oid):
                digest.update(piece)
                start = piece if size == 0 and len(piece) < head else b""
                size += len(piece)
            yield oid, Digest(digest.hexdigest(), size, start)

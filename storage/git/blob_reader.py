"""Many blobs by one git child, in the order that the reader asks for them."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from storage.git.errors import GitError, MissingPathError
from storage.git.process import CHUNK, end, spawn
from storage.git.reads import HEX


class BlobReader:
    """`git cat-file --batch`, held open. To be used in a `with`; one reader at a time."""

    def __init__(self, repo: Path) -> None:
        self._repo = repo
        self._child: subprocess.Popen[bytes] | None = None
        self._out: io.BufferedReader | None = None
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child:
            end(self._child)

    def open(self, oid: str) -> tuple[int, Iterator[bytes]]:
        """(bytes, content in pieces) of a blob; what was left of the one before is skipped.

        Raises MissingPathError where there is no such blob, GitError where git ends early.
        """
        out = self._ask(oid)
        head = out.readline().split()
        if len(head) != 3:
            raise MissingPathError(oid)
        size = int(head[2])
        self._left = size + 1
        if head[1] != b"blob":
            raise MissingPathError(oid)
        return size, self._pieces()

    def read(self, oid: str, limit: int | None = None) -> bytes:
        """A blob's bytes, or its first `limit` ones. Raises as `open` does."""
        _, pieces = self.open(oid)
        found = bytearray()
        for piece in pieces:
            found += piece
            if limit is not None and len(found) >= limit:
                return bytes(found[:limit])
        return bytes(found)

    def _ask(self, oid: str) -> io.BufferedReader:
        if self._child is None or self._out is None:
            self._child = spawn(self._repo, ["cat-file", "--batch"])
            self._out = io.BufferedReader(io.FileIO(_pipe(self._child.stdout), closefd=False), CHUNK)
        while self._left:
            self._take(self._out, self._left)
        if self._child.stdin is None or not HEX.fullmatch(oid):
            raise MissingPathError(oid)
        self._child.stdin.write(f"{oid}\n".encode())
        return self._out

    def _pieces(self) -> Iterator[bytes]:
        """The content, without the line end that git puts behind it."""
        while self._left > 1 and self._out:
            yield self._take(self._out, self._left - 1)

    def _take(self, out: io.BufferedReader, most: int) -> bytes:
        piece = out.read1(min(most, CHUNK))
        if not piece:
            raise GitError("git cat-file ended early")
        self._left -= len(piece)
        return piece


def _pipe(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise GitError("git has no pipes")
    return stream.fileno()

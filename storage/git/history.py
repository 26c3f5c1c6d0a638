"""Walk what a repository holds, in few processes: pointers to large files, new contents."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from storage.git.errors import GitError
from storage.git.process import CHUNK, end, run, spawn
from storage.lfs import pointer


def pointers(repo: Path) -> dict[pointer.Pointer, str]:
    """Every pointer that a branch or tag leads to, with one of its paths. Raises GitError."""
    with tempfile.TemporaryFile() as listed:
        _to_file(repo, ["rev-list", "--objects", "--branches", "--tags"], listed)
        listed.seek(0)
        check = ["cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname) %(rest)", "--buffer"]
        described = run(repo, check, stdin=listed.read()).split(b"\n")
    small: dict[str, str] = {}
    for line in described:
        if line.startswith(b"blob "):
            _kind, size, oid, path = line.decode("utf-8", "replace").split(" ", 3)
            if 0 < int(size) < pointer.MAX_BYTES:
                small[oid] = path
    found: dict[pointer.Pointer, str] = {}
    for name, _size, pieces in _streamed(repo, small):
        if parsed := pointer.parse(b"".join(pieces)):
            found.setdefault(parsed, small[name])
    return found


def new_blobs(repo: Path, old: str | None, new: str, *, least: int) -> list[str]:
    """Every blob of at least so many bytes that `new` reaches and `old` does not. Raises GitError."""
    with tempfile.TemporaryFile() as listed:
        _to_file(repo, ["rev-list", "--objects", "--no-object-names", new, *([f"^{old}"] if old else [])], listed)
        listed.seek(0)
        check = ["cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname)", "--buffer"]
        described = run(repo, check, stdin=listed.read()).decode().splitlines()
    split = (line.split() for line in described)
    return [oid for kind, size, oid in split if kind == "blob" and int(size) >= least]


def _to_file(repo: Path, args: Sequence[str], into: IO[bytes]) -> None:
    child = spawn(repo, args)
    try:
        while child.stdout and (chunk := os.read(child.stdout.fileno(), CHUNK)):
            into.write(chunk)
        if child.wait():
            raise GitError(f"git {args[0]} failed")
    finally:
        end(child)


def _streamed(repo: Path, oids: Iterable[str]) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """(oid, bytes, its content in pieces) of each blob; the pieces must be read to their end."""
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{oid}\n" for oid in oids).encode())
        wanted.seek(0)
        child = spawn(repo, ["cat-file", "--batch", "--buffer"], stdin=wanted)
        try:
            if child.stdout is None:
                raise GitError("git has no pipes")
            with os.fdopen(os.dup(child.stdout.fileno()), "rb", buffering=CHUNK) as out:
                while head := out.readline().split():
                    if len(head) != 3 or head[1] != b"blob":
                        raise GitError(f"{head[0].decode()} is not there")
                    size = int(head[2])
                    yield head[0].decode(), size, _pieces(out, size)
                    out.read(1)
        finally:
            end(child)


def _pieces(out: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        piece = out.read(min(size, CHUNK))
        if not piece:
            raise GitError("git broke off")
        size -= len(piece)
        yield piece

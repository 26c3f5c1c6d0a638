"""Many objects at once, in two git children: what their contents begin with, which of them are pointers."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from storage.git.process import run
from storage.lfs import pointer
from storage.lfs.pointer import Pointer

AT_ONCE_BYTES = 16 << 20


def small_blobs(
    repo: Path, oids: Iterable[str], limit: int, *, env: Mapping[str, str] | None = None
) -> Iterator[tuple[str, bytes]]:
    """(id, content) of those objects that are blobs of at most `limit` bytes. Raises GitError."""
    check = ["cat-file", "--buffer", "--batch-check=%(objecttype) %(objectsize) %(objectname)"]
    described = run(repo, check, stdin="".join(f"{oid}\n" for oid in oids).encode(), env=env).splitlines()
    batch: list[str] = []
    total = 0
    for kind, size, oid in (line.decode().split(" ", 2) for line in described if line.startswith(b"blob ")):
        if kind == "blob" and int(size) <= limit:
            batch.append(oid)
            total += int(size) + 100
        if total > AT_ONCE_BYTES:
            yield from _contents(repo, batch, env)
            batch, total = [], 0
    yield from _contents(repo, batch, env)


def _contents(repo: Path, oids: list[str], env: Mapping[str, str] | None) -> Iterator[tuple[str, bytes]]:
    if not oids:
        return
    raw = run(repo, ["cat-file", "--buffer", "--batch"], stdin="".join(f"{o}\n" for o in oids).encode(), env=env)
    at = 0
    for oid in oids:
        end = raw.index(b"\n", at)
        size = int(raw[at:end].split(b" ")[2])
        yield oid, raw[end + 1 : end + 1 + size]
        at = end + size + 2


def changed(repo: Path, old: str | None, new: str, *, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path -> id of each blob that `new` has and `old` has not at that place; all of `new` without an `old`."""
    flags = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--diff-filter=d", "--no-commit-id"]
    raw = run(repo, ["diff-tree", *flags, *([old, new] if old else ["--root", new]), "--"], env=env).split(b"\0")
    pairs = zip(raw[::2], raw[1::2], strict=False)
    return {path.decode("utf-8", "replace"): head.split()[3].decode() for head, path in pairs}


def pointers(repo: Path, oids: Iterable[str]) -> set[Pointer]:
    """The Git LFS pointers among these objects."""
    return {one for _, content in small_blobs(repo, oids, pointer.MAX_BYTES) if (one := pointer.parse(content))}

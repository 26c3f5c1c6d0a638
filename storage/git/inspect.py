"""Judge objects that have just arrived, before any ref leads to them: names, kinds, sizes, pointers to large files.

Every new object is looked at once, in three git children whatever their number; git's own fsck has run before.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from storage import names
from storage.git.errors import GitError
from storage.git.process import CHUNK, end, run, spawn
from storage.lfs import pointer

MAX_PROBLEMS = 10
_MODES = {"120000": "symlink", "160000": "submodule"}


@dataclass(frozen=True, slots=True)
class Limits:
    """`plain` bytes in one file that git itself holds; `files` in one version; `objects` that arrive at once."""

    plain: int
    files: int = 50_000
    objects: int = 1_000_000


@dataclass
class Arrived:
    """What came: `problems` (sentences with the way out), `pointers` with their paths, `paths` that commits touch."""

    problems: list[str] = field(default_factory=list)
    pointers: list[tuple[str, pointer.Pointer]] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def blame(self, sentence: str) -> None:
        """Note a problem once; the first few are enough to begin with."""
        if sentence not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(sentence)


def inspect(repo: Path, tips: Sequence[str], limits: Limits, *, env: Mapping[str, str] | None = None) -> Arrived:
    """Look at all that `tips` reach and no ref of the repository does yet. `env` is a git environment that sees it.

    Raises GitError where git cannot read it.
    """
    arrived = Arrived()
    if not tips:
        return arrived
    trees, small = _weigh(repo, tips, limits, arrived, env)
    for path, content in _contents(repo, trees, env):
        _judge_tree(path, content, arrived)
    for path, content in _contents(repo, small, env):
        if found := pointer.parse(content):
            arrived.pointers.append((path, found))
    for tip in tips:
        if _unfolds_beyond(limits.files, repo, tip, env):
            arrived.blame(f"A version has more than {limits.files:,} files: split it into several projects.")
            return arrived
    _touch(repo, tips, limits, arrived, env)
    return arrived


def _weigh(
    repo: Path, tips: Sequence[str], limits: Limits, arrived: Arrived, env: Mapping[str, str] | None
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(path, oid) of the new trees, and of the new blobs so small that they may be pointers."""
    trees, small = [], []
    with tempfile.TemporaryFile() as listed:
        _list(repo, ["rev-list", "--objects", *tips, "--not", "--all"], listed, limits, env)
        listed.seek(0)
        for kind, size, oid, path in _described(repo, listed, env):
            if kind == "tree":
                trees.append((path, oid))
            elif kind == "blob":
                if size < pointer.MAX_BYTES:
                    small.append((path, oid))
                elif size > limits.plain:
                    arrived.blame(_too_large(path, size, limits.plain))
    return trees, small


def _list(repo: Path, args: Sequence[str], into: IO[bytes], limits: Limits, env: Mapping[str, str] | None) -> None:
    child = spawn(repo, args, env=env)
    lines = 0
    try:
        while child.stdout and (chunk := os.read(child.stdout.fileno(), CHUNK)):
            lines += chunk.count(b"\n")
            if lines > limits.objects:
                raise GitError(f"more than {limits.objects:,} objects at once")
            into.write(chunk)
        if child.wait():
            raise GitError("the new commits cannot be read")
    finally:
        end(child)
    into.flush()


def _described(repo: Path, listed: IO[bytes], env: Mapping[str, str] | None) -> Iterator[tuple[str, int, str, str]]:
    """(kind, bytes, oid, path) of each `oid path` line."""
    check = ["cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname) %(rest)", "--buffer"]
    for line in run(repo, check, stdin=listed.read(), env=env).split(b"\n"):
        if line:
            kind, size, oid, path = line.split(b" ", 3)
            yield kind.decode(), int(size), oid.decode(), path.decode("utf-8", "surrogateescape")


def _contents(
    repo: Path, wanted: Sequence[tuple[str, str]], env: Mapping[str, str] | None
) -> Iterator[tuple[str, bytes]]:
    """(path, content) of each object; they are read from one child, a batch at a time."""
    for start in range(0, len(wanted), 5000):
        batch = wanted[start : start + 5000]
        raw = run(
            repo, ["cat-file", "--batch", "--buffer"], stdin="".join(f"{o}\n" for _, o in batch).encode(), env=env
        )
        at = 0
        for path, _ in batch:
            head, _, _ = raw[at : at + 100].partition(b"\n")
            size = int(head.split()[2])
            at += len(head) + 1
            yield path, raw[at : at + size]
            at += size + 1


_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0.{20}", re.DOTALL)


def _judge_tree(folder: str, content: bytes, arrived: Arrived) -> None:
    """Each entry's name and kind, and that no two differ only by case or accents' form."""
    entries = []
    for mode, raw in _ENTRY.findall(content):
        name = raw.decode("utf-8", "surrogateescape")
        path = f"{folder}/{name}" if folder else name
        entries.append(name)
        _judge_kind(mode.decode(), path, arrived)
        _judge_name(name, path, arrived)
    if clash := names.find_collision(entry for entry in entries if "/" not in entry):
        arrived.blame(
            f"“{_shown(folder, clash[0])}” and “{_shown(folder, clash[1])}” differ only by case or accents' form, "
            "and would overwrite one another on some computers: rename one (git mv)."
        )


def _judge_kind(mode: str, path: str, arrived: Arrived) -> None:
    match _MODES.get(mode):
        case "symlink":
            arrived.blame(f"“{_plain(path)}” is a symbolic link: put the file itself in its place.")
        case "submodule":
            arrived.blame(f"“{_plain(path)}” is a submodule: put its files in the project (git rm --cached, then add).")


def _judge_name(name: str, path: str, arrived: Arrived) -> None:
    try:
        if "/" in name:
            raise names.NameRefusedError("slash", path, f"“{_plain(path)}”: a name may hold no slash.")
        names.check_path(name)
        names.check_path(path)
    except names.NameRefusedError as error:
        arrived.blame(f"{error} Rename it (git mv), in every commit that has it.")


def _unfolds_beyond(files: int, repo: Path, tip: str, env: Mapping[str, str] | None) -> bool:
    """Whether a version has more files and folders than this: folders within folders, told in few bytes."""
    names = _names(repo, ["ls-tree", "-r", "-t", "--name-only", "-z", f"{tip}^{{tree}}"], env)
    return any(number >= files for number, _ in enumerate(names))


def _touch(repo: Path, tips: Sequence[str], limits: Limits, arrived: Arrived, env: Mapping[str, str] | None) -> None:
    """Note every path that a new commit changes."""
    args = ["log", "--format=", "--name-only", "--no-renames", "-c", "-z", *tips, "--not", "--all"]
    for number, name in enumerate(_names(repo, args, env)):
        if number >= limits.objects:
            arrived.blame("The new commits change too many files at once: push them in parts.")
            return
        arrived.paths.add(name)


def _names(repo: Path, args: Sequence[str], env: Mapping[str, str] | None) -> Iterator[str]:
    """What git prints, cut at its zero bytes. Git is ended when the reader has seen enough."""
    child = spawn(repo, args, env=env)
    rest = b""
    try:
        while child.stdout and (chunk := os.read(child.stdout.fileno(), CHUNK)):
            *names, rest = (rest + chunk).split(b"\0")
            for name in names:
                if name := name.lstrip(b"\n"):
                    yield name.decode("utf-8", "surrogateescape")
    finally:
        end(child)


def _too_large(path: str, size: int, limit: int) -> str:
    kind = Path(path).suffix
    pattern = f"*{kind}" if kind and kind.isascii() else path
    return (
        f"“{_plain(path)}” has {size >> 20} MiB, more than the {limit >> 20} MiB that git should hold. "
        "Store it with Git LFS, then push again: "
        f"git lfs install && git lfs migrate import --everything --include='{_plain(pattern)}'"
    )


def _shown(folder: str, name: str) -> str:
    return _plain(f"{folder}/{name}" if folder else name)


def _plain(text: str) -> str:
    """Fit to be printed on somebody's terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)[:200]

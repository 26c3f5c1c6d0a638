"""Walk a history in one git process: what each commit changed, what a folder's entries were last changed by."""

import contextlib
import os
import re
from collections.abc import Collection, Generator, Iterator, Sequence
from pathlib import Path

from storage.git import reads
from storage.git.errors import GitError
from storage.git.process import CHUNK, end, run, spawn
from storage.git.types import Change, Commit, LastChange

_HEAD = "--format=%x01%H%x00%P%x00%an%x00%ae%x00%aI%x00%B%x00"
_HEAD_FIELDS = 6
_OID = re.compile(rb"[0-9a-f]{40}")


def changes_of(repo: Path, old: Sequence[str], new: str) -> Iterator[tuple[Commit, list[Change]]]:
    """Each commit reachable from `new` and from none of `old`, oldest first, with what it did to its first parent.

    One git child for all of them, ended when the reader stops. A rename is a deletion and an addition.
    Raises GitError when git fails.
    """
    order = ["--reverse", "--topo-order", "--diff-merges=first-parent", "--no-renames"]
    walk = [_HEAD, "-z", "--raw", "--no-abbrev", *order, new, *(f"^{commit}" for commit in old), "--"]
    commit: Commit | None = None
    changes: list[Change] = []
    with contextlib.closing(_tokens(repo, ["log", *walk])) as tokens:
        for token in tokens:
            line = token.lstrip(b"\n")
            if line.startswith(b"\x01"):
                if commit:
                    yield commit, changes
                fields = [line[1:], *(next(tokens, b"") for _ in range(_HEAD_FIELDS - 1))]
                commit, changes = reads.commit_of(fields), []
            elif line.startswith(b":"):
                changes.append(reads.change_of(line, next(tokens, b"")))
    if commit:
        yield commit, changes


def last_changes(
    repo: Path, tip: str, folder: str, names: Collection[str], *, since: str | None = None
) -> dict[str, LastChange]:
    """Name -> the newest commit of `since..tip` (or of all before `tip`) that changed it, for entries of a folder.

    The walk ends as soon as every name is known; names that nothing changed since are left out.
    """
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    wanted = set(names)
    found: dict[str, tuple[str, int]] = {}
    args = ["log", "--format=%x01%H %ct", "-c", "--no-renames", "--name-only", "-z", tip]
    limits = [f"^{since}"] if since else []
    current = ("", 0)
    with contextlib.closing(_tokens(repo, [*args, *limits, "--", *([prefix.rstrip("/")] if prefix else [])])) as tokens:
        for token in tokens:
            text = token.lstrip(b"\n").decode("utf-8", "replace")
            if text.startswith("\x01"):
                commit, _, seconds = text[1:].partition(" ")
                current = (commit, int(seconds))
            elif text.startswith(prefix) and (name := text[len(prefix) :].split("/", 1)[0]) in wanted:
                wanted.discard(name)
                found[name] = current
                if not wanted:
                    break
    known = {c.id: c for c in reads.commits_by_id(repo, sorted({commit for commit, _ in found.values()}))}
    return {
        name: LastChange(commit, known[commit].title, known[commit].at, seconds)
        for name, (commit, seconds) in found.items()
        if commit in known
    }


def parents(repo: Path, tips: Sequence[str], exclude: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Commit -> its parents, for all that `tips` reach and `exclude` do not; parents come before their children."""
    stdin = "\n".join([*tips, *(f"^{commit}" for commit in exclude), ""]).encode()
    raw = run(repo, ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"], stdin=stdin)
    lines = (line.split() for line in raw.decode().splitlines())
    return {commit: tuple(rest) for commit, *rest in lines}


def objects_at(repo: Path, places: Sequence[tuple[str, str]]) -> list[str]:
    """The id of what lies at each (commit, path); empty where nothing does. One process for all."""
    if not places:
        return []
    stdin = b"".join(f"{commit}:{path}".encode() + b"\0" for commit, path in places)
    raw = run(repo, ["cat-file", "--batch-check=%(objectname)", "-z"], stdin=stdin)
    lines = [line for line in raw.split(b"\n") if _OID.fullmatch(line) or line.endswith(b" missing")]
    return [line.decode() if _OID.fullmatch(line) else "" for line in lines]


def missing(repo: Path, commits: Sequence[str]) -> list[str]:
    """Those of these ids that name no object here."""
    if not commits:
        return []
    raw = run(repo, ["cat-file", "--batch-check=%(objectname)"], stdin="\n".join([*commits, ""]).encode())
    return [line.split()[0] for line in raw.decode().splitlines() if line.endswith(" missing")]


def all_objects(repo: Path) -> list[str]:
    """The id of everything that any ref reaches. Raises GitError."""
    return run(repo, ["rev-list", "--objects", "--no-object-names", "--all"]).decode().split()


def write_commit_graph(repo: Path) -> None:
    """Let git answer "who changed this path" quickly for all that is there. Raises GitError."""
    run(repo, ["commit-graph", "write", "--reachable", "--changed-paths", "--split"])


def _tokens(repo: Path, args: Sequence[str]) -> Generator[bytes, None, None]:
    """What git prints, cut at its zero bytes; git is ended when the reader stops. Raises GitError when git fails."""
    child = spawn(repo, args)
    rest = b""
    try:
        while child.stdout and (chunk := os.read(child.stdout.fileno(), CHUNK)):
            *tokens, rest = (rest + chunk).split(b"\0")
            yield from tokens
        if rest:
            yield rest
        if child.wait():
            raise GitError(f"git {args[0]} failed")
    finally:
        end(child)

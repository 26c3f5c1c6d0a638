"""Merge without a work tree: bring commits over, try them, settle conflicts side by side, move the branch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from storage.git import reads
from storage.git.commits import locked, plain_name
from storage.git.errors import ConflictError, GitError, MissingPathError
from storage.git.process import end, environment, run, spawn
from storage.git.types import Signature

Side = Literal["ours", "theirs"]


@dataclass(frozen=True)
class Tried:
    """What merging would give: a tree, and the paths at which the two sides disagree."""

    tree: str
    conflicts: tuple[str, ...]


def fetch_from(repo: Path, source: Path, branch: str, into: str) -> str:
    """Bring a branch of another repository of ours over, objects and all, to the ref `into`. Returns its commit."""
    env = environment({"protocol.file.allow": "always"}, GIT_ALLOW_PROTOCOL="file")
    args = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--end-of-options"]
    run(repo, [*args, str(source), f"+refs/heads/{branch}:{into}"], env=env)
    return run(repo, ["rev-parse", "--verify", into]).decode().strip()


def keep(repo: Path, ref: str, commit: str) -> None:
    """Let a ref lead to a commit, so that it stays."""
    run(repo, ["update-ref", ref, commit])


def borrowing(repo: Path, source: Path) -> dict[str, str]:
    """A git environment that sees the objects of both repositories, to look before anything is brought over."""
    return environment(
        GIT_OBJECT_DIRECTORY=str(repo / "objects"), GIT_ALTERNATE_OBJECT_DIRECTORIES=str(source / "objects")
    )


def base(repo: Path, ours: str, theirs: str, *, env: Mapping[str, str] | None = None) -> str | None:
    """Where two commits parted; None where they have nothing in common."""
    try:
        return run(repo, ["merge-base", ours, theirs], env=env).decode().split()[0]
    except GitError:
        return None


def ahead_behind(repo: Path, ours: str, theirs: str) -> tuple[int, int]:
    """(commits that only `ours` has, commits that only `theirs` has)."""
    ahead, behind = run(repo, ["rev-list", "--left-right", "--count", f"{ours}...{theirs}"]).split()
    return int(ahead), int(behind)


def attempt(repo: Path, ours: str, theirs: str) -> Tried:
    """Merge two commits in memory. Raises GitError where they have nothing in common."""
    child = spawn(repo, ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs])
    try:
        said = child.stdout.read() if child.stdout else b""
        if child.wait() not in {0, 1}:
            raise GitError("these two histories cannot be merged")
    finally:
        end(child)
    tree, *paths = said.rstrip(b"\0").split(b"\0")
    conflicts = tuple(dict.fromkeys(path.decode("utf-8", "replace") for path in paths if path))
    return Tried(tree.decode(), conflicts)


def settle(repo: Path, tried: Tried, ours: str, theirs: str, sides: Mapping[str, Side]) -> str:
    """The tree in which each conflict has the chosen side, as a whole file. Raises ConflictError where one has none."""
    open_still = [path for path in tried.conflicts if path not in sides]
    if open_still:
        raise ConflictError(f"Choose a side for “{open_still[0]}”.")
    lines = []
    for path in tried.conflicts:
        try:
            entry = reads.entry(repo, ours if sides[path] == "ours" else theirs, path)
            lines.append(f"{entry.mode} {entry.oid}\t{path}\0")
        except MissingPathError:
            lines.append(f"0 {reads.ZERO}\t{path}\0")
    with TemporaryDirectory(prefix="partage-index-") as folder:
        env = environment(None, GIT_INDEX_FILE=f"{folder}/index")
        run(repo, ["read-tree", tried.tree], env=env)
        run(repo, ["update-index", "-z", "--index-info"], stdin="".join(lines).encode(), env=env)
        return run(repo, ["write-tree"], env=env).decode().strip()


def commit_merge(
    repo: Path,
    branch: str,
    tree: str,
    *,
    ours: str,
    theirs: str,
    author: Signature,
    committer: Signature,
    message: str,
) -> str:
    """Put a merge of both on the branch that stands at `ours`. Raises ConflictError where it has moved meanwhile."""
    who = {
        "GIT_AUTHOR_NAME": plain_name(author.name),
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_COMMITTER_NAME": plain_name(committer.name),
        "GIT_COMMITTER_EMAIL": committer.email,
    }
    with locked(repo):
        args = ["commit-tree", tree, "-p", ours, "-p", theirs, "-F", "-"]
        made = run(repo, args, stdin=message.encode(), env=environment(None, **who)).decode().strip()
        try:
            run(repo, ["update-ref", "-m", "partage: merge", f"refs/heads/{branch}", made, ours])
        except GitError as error:
            raise ConflictError("Somebody has changed the branch meanwhile. Look at it again first.") from error
    return made

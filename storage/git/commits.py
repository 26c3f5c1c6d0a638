"""Write a commit to a bare repository: no work tree, a private index, the branch moved by compare-and-swap."""

import contextlib
import fcntl
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from storage import names
from storage.git import reads, walks
from storage.git.errors import ConflictError, GitError, MissingPathError, NothingToCommitError
from storage.git.large_files import LargeFiles, Prepared, Settling, prepare, update_index
from storage.git.process import environment, run
from storage.git.types import Delete, Entry, Move, Put, Signature

ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.05
STALE_SECONDS = 5


@contextlib.contextmanager
def locked(repo: Path) -> Iterator[None]:
    """One writer of ours at a time; the lock goes with its process, so a killed one leaves none."""
    with (repo / "partage.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def commit(
    repo: Path,
    branch: str,
    edits: Sequence[Put | Delete | Move],
    *,
    author: Signature,
    message: str,
    expect: str | None = None,
    large: LargeFiles | None = None,
) -> str:
    """Commit the edits to a branch, new or not, and return the commit's id.

    Files are streamed into the object store first, or to where the rule for large files keeps them; then, under the
    lock, tree and commit are made on the tip of that moment. The pauses between attempts outlast the lock of a git
    that was killed. Raises ConflictError, MissingPathError or NothingToCommitError, with nothing moved.
    """
    ref = f"refs/heads/{branch}"
    made = prepare(repo, {edit.path: edit.source for edit in edits if isinstance(edit, Put)}, large)
    with locked(repo):
        fits(repo, branch)
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            _clear_stale_locks(repo, ref)
            old = _tip(repo, ref)
            if expect is not None and old != expect:
                raise ConflictError("Somebody has changed the project meanwhile. Look at the new version first.")
            new = _write(repo, old or _tip(repo, "HEAD"), edits, made, author, message, large)
            try:
                run(repo, ["update-ref", "-m", "partage", ref, new, old or reads.ZERO])
            except GitError:
                continue
            with contextlib.suppress(GitError):
                walks.write_commit_graph(repo)
            return new
    raise ConflictError("The project is changing too fast. Try again.")


def _clear_stale_locks(repo: Path, ref: str) -> None:
    """Remove what a killed git left behind: our own lock is held, and no living git holds these for so long."""
    for name in (f"{ref}.lock", "packed-refs.lock", "objects/info/commit-graphs/commit-graph-chain.lock"):
        lock = repo / name
        with contextlib.suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > STALE_SECONDS:
                lock.unlink()


def fits(repo: Path, branch: str) -> None:
    """Git keeps branches as files, so that `a` and `a/b` exclude one another. Raises ConflictError."""
    for ref in reads.refs(repo, "heads"):
        if ref.name.startswith(f"{branch}/") or branch.startswith(f"{ref.name}/"):
            raise ConflictError(f"The branch “{branch}” cannot be beside the branch “{ref.name}”.")


def _tip(repo: Path, ref: str) -> str | None:
    try:
        return run(repo, ["rev-parse", "--verify", "-q", ref]).decode().strip()
    except GitError:
        return None


def _write(
    repo: Path,
    old: str | None,
    edits: Sequence[Put | Delete | Move],
    made: Prepared,
    author: Signature,
    message: str,
    large: LargeFiles | None,
) -> str:
    before = {e.path: e for e in reads.tree(repo, old, recursive=True) if e.kind != "tree"} if old else {}
    after = {path: (entry.mode, entry.oid) for path, entry in before.items()}
    for edit in edits:
        _apply(edit, after, before, made.oids)
    _check(after, before)
    with tempfile.TemporaryDirectory(prefix="partage-index-") as folder:
        who = {
            "GIT_INDEX_FILE": f"{folder}/index",
            "GIT_AUTHOR_NAME": plain_name(author.name),
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_COMMITTER_NAME": plain_name(author.name),
            "GIT_COMMITTER_EMAIL": author.email,
        }
        env = environment(None, **who)
        update_index(repo, env, after)
        if large:
            was = {path: (entry.mode, entry.oid) for path, entry in before.items()}
            sizes = {entry.oid: entry.size or 0 for entry in before.values()}
            settling = Settling(repo, env, was, after, sizes, made.within(after), large, Path(folder))
            update_index(repo, env, settling.settle())
        tree = run(repo, ["write-tree"], env=env).decode().strip()
        if old and run(repo, ["rev-parse", f"{old}^{{tree}}"]).decode().strip() == tree:
            raise NothingToCommitError("nothing has changed")
        parents = ["-p", old] if old else []
        return run(repo, ["commit-tree", tree, *parents, "-F", "-"], stdin=message.encode(), env=env).decode().strip()


def plain_name(name: str) -> str:
    """A name as git takes it: without controls and angle brackets, and with something to read."""
    line = re.sub(r"[\x00-\x1f\x7f<>]+", " ", name).strip()
    return line if re.search(r"\w", line) else "Somebody"


def _apply(
    edit: Put | Delete | Move, after: dict[str, tuple[str, str]], before: dict[str, Entry], oids: dict[str, str]
) -> None:
    match edit:
        case Put(path=path):
            mode = before[path].mode if path in before and before[path].mode == "100755" else "100644"
            after[path] = (mode, oids[path])
        case Delete(path=path):
            for name in _below(path, after):
                del after[name]
        case Move(old=old, new=new):
            for name in _below(old, after):
                target = new + name[len(old) :]
                if target in after:
                    raise ConflictError(f"“{target}” is already there.")
                after[target] = after.pop(name)


def _below(path: str, after: dict[str, tuple[str, str]]) -> list[str]:
    found = [name for name in after if name == path or name.startswith(f"{path}/")]
    if not found:
        raise MissingPathError(path)
    return found


def _check(after: dict[str, tuple[str, str]], before: dict[str, Entry]) -> None:
    """What the edits add must not collide with anything; what was there before may stay as it was."""
    added = after.keys() - before.keys()
    clash = names.find_collision(after) if added else None
    if clash and names.find_collision(before) != clash:
        raise ConflictError(f"“{clash[0]}” and “{clash[1]}” differ only by case or accents' form.")
    for path in added:
        folder = path
        while "/" in folder:
            folder = folder.rsplit("/", 1)[0]
            if folder in after:
                raise ConflictError(f"“{folder}” is a file; it cannot be a folder too.")
        if any(other.startswith(f"{path}/") for other in after):
            raise ConflictError(f"“{path}” is a folder; it cannot be a file too.")

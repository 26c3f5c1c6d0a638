"""Branches: made, deleted and renamed under the lock, each by compare-and-swap."""

from pathlib import Path

from storage import names
from storage.git.commits import fits, locked
from storage.git.errors import ConflictError, GitError
from storage.git.process import run


def create(repo: Path, branch: str, commit: str) -> None:
    """Make a branch at a commit. Raises ConflictError with a sentence."""
    if not names.is_branch(branch):
        raise ConflictError(f"“{branch}” is not a name for a branch.")
    with locked(repo):
        fits(repo, branch)
        _move(repo, f"create refs/heads/{branch}\0{commit}\0")


def delete(repo: Path, branch: str, commit: str) -> None:
    """Delete a branch that is still at this commit. Raises ConflictError where it has moved or is gone."""
    with locked(repo):
        _move(repo, f"delete refs/heads/{branch}\0{commit}\0")


def rename(repo: Path, old: str, new: str, commit: str) -> None:
    """Give a branch that is still at this commit another name, in one step. Raises ConflictError."""
    if not names.is_branch(new):
        raise ConflictError(f"“{new}” is not a name for a branch.")
    with locked(repo):
        _move(repo, f"create refs/heads/{new}\0{commit}\0delete refs/heads/{old}\0{commit}\0")


def delete_tag(repo: Path, tag: str) -> None:
    """Delete a tag; nothing where there is none."""
    with locked(repo):
        run(repo, ["update-ref", "-d", f"refs/tags/{tag}"])


def apart(repo: Path, base: str, commits: list[str]) -> dict[str, tuple[int, int]]:
    """Commit -> (how many commits it has that `base` has not, how many it lacks)."""
    found = {}
    for commit in dict.fromkeys(commits):
        lacks, has = run(repo, ["rev-list", "--left-right", "--count", f"{base}...{commit}", "--"]).split()
        found[commit] = (int(has), int(lacks))
    return found


def _move(repo: Path, steps: str) -> None:
    try:
        run(repo, ["update-ref", "-z", "--stdin"], stdin=f"start\0{steps}prepare\0commit\0".encode())
    except GitError as error:
        raise ConflictError("The branch has moved, is gone, or is there already. Look again.") from error

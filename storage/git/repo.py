"""One bare repository: what pages and actions ask of git."""

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from storage.git import commits, reads, walks
from storage.git.errors import GitError
from storage.git.large_files import LargeFiles
from storage.git.process import environment, run
from storage.git.types import Change, Commit, Delete, Entry, LastChange, Move, Put, Ref, Signature, Tag


class Repo:
    """A bare repository in a folder. Cheap to make, holds nothing open, safe in any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, default_branch: str = "main") -> Self:
        """Make an empty repository, whole or not at all. Raises GitError, FileExistsError."""
        if path.exists():
            raise FileExistsError(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            run(part, ["init", "-q", "--bare", "--template=", "-b", default_branch, str(part)])
            part.replace(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return cls(path)

    def resolve(self, revision: str) -> str:
        """The 40 hex digits of a branch, tag or id. Raises UnknownRevisionError."""
        return reads.resolve(self.path, revision)

    def tip(self, branch: str) -> str | None:
        """The commit at the end of a branch; None where there is no such branch."""
        return reads.tip(self.path, branch)

    def branches(self) -> list[Ref]:
        """Branches, the one changed last first."""
        return reads.refs(self.path, "heads")

    def tags(self) -> list[Ref]:
        """Tags, the newest first."""
        return reads.refs(self.path, "tags")

    def refs(self) -> tuple[list[Ref], list[Ref]]:
        """(branches, tags), each with the newest first."""
        return reads.all_refs(self.path)

    def split_ref(self, ref_and_path: str, known: Sequence[Ref] | None = None) -> tuple[str, str, str]:
        """(ref, commit, path) of an address in which the ref may have slashes; `known` are all refs where they have
        been read already. Raises UnknownRevisionError."""
        return reads.split_ref(self.path, ref_and_path, known)

    def tree(self, commit: str, path: str = "", *, recursive: bool = False) -> list[Entry]:
        """The entries of a folder, or of all below it. Raises MissingPathError."""
        return reads.tree(self.path, commit, path, recursive=recursive)

    def entry(self, commit: str, path: str) -> Entry:
        """One entry. Raises MissingPathError."""
        return reads.entry(self.path, commit, path)

    def read(self, oid: str, limit: int) -> bytes:
        """At most `limit` bytes of a blob."""
        return reads.read(self.path, oid, limit)

    def stream(self, oid: str) -> Iterator[bytes]:
        """A blob in pieces."""
        return reads.blob(self.path, oid)

    def copy_to(self, oid: str, target: Path) -> str:
        """Write a blob to a file and return its SHA-256."""
        return reads.copy_to(self.path, oid, target)

    def log(self, commit: str, path: str | None = None, *, skip: int = 0, limit: int = 30) -> list[Commit]:
        """Commits from this one back, those that touched `path` alone when it is given."""
        return reads.log(self.path, commit, path=path, skip=skip, limit=limit)

    def between(self, old: Sequence[str], new: str) -> list[Commit]:
        """Commits reachable from `new` and from none of `old`, oldest first."""
        return reads.between(self.path, old, new)

    def commit_info(self, commit: str) -> Commit:
        """One commit. Raises UnknownRevisionError."""
        return reads.commit_info(self.path, commit)

    def commits(self, ids: Sequence[str]) -> list[Commit]:
        """The commits of these ids."""
        return reads.commits_by_id(self.path, ids)

    def changes(self, old: str | None, new: str) -> list[Change]:
        """What differs between two commits."""
        return reads.changes(self.path, old, new)

    def changes_of(self, old: Sequence[str], new: str) -> Iterator[tuple[Commit, list[Change]]]:
        """Each commit of `new` that none of `old` has, oldest first, with its changes; see `walks.changes_of`."""
        return walks.changes_of(self.path, old, new)

    def last_changes(self, commit: str, folder: str = "") -> dict[str, LastChange]:
        """Name -> last commit, for each entry of a folder."""
        names = {entry.name for entry in self.tree(commit, folder)}
        return walks.last_changes(self.path, commit, folder, names)

    def commit(
        self,
        branch: str,
        edits: Sequence[Put | Delete | Move],
        *,
        author: Signature,
        message: str,
        expect: str | None = None,
        large: LargeFiles | None = None,
    ) -> str:
        """Commit the edits and return the commit's id; see `commits.commit`."""
        return commits.commit(self.path, branch, edits, author=author, message=message, expect=expect, large=large)

    def set_head(self, branch: str) -> None:
        """Make a branch the one that clones check out."""
        run(self.path, ["symbolic-ref", "HEAD", f"refs/heads/{branch}"])

    def tag(self, name: str, commit: str, message: str, tagger: Signature) -> None:
        """Make an annotated tag. Raises GitError when it is there already."""
        env = environment(None, GIT_COMMITTER_NAME=tagger.name, GIT_COMMITTER_EMAIL=tagger.email)
        run(self.path, ["tag", "-a", "-F", "-", name, commit], stdin=message.encode(), env=env)

    def bytes_on_disk(self) -> int:
        """What the objects take up. Files that go away meanwhile are left out."""
        total = 0
        for folder, _, files in os.walk(self.path / "objects"):
            for name in files:
                with contextlib.suppress(FileNotFoundError):
                    total += (Path(folder) / name).stat().st_size
        return total

    def mark_unindexed(self) -> Path:
        """Leave a mark before a ref moves; whoever has indexed the commits removes it. A kill between leaves it."""
        mark = self.path / f"partage-unindexed.{uuid.uuid4().hex}"
        mark.touch()
        return mark

    def unindexed_marks(self) -> list[Path]:
        """Marks of commits on their way, or left by a process that died."""
        return list(self.path.glob("partage-unindexed.*"))

    def holds(self, commit: str) -> bool:
        """Whether a commit is here."""
        return reads.kind(self.path, f"{commit}^{{commit}}") == "commit"

    def annotated_tag(self, name: str) -> Tag | None:
        """An annotated tag; None for a plain one and where there is none."""
        return reads.annotated_tag(self.path, name)

    def fsck(self) -> list[str]:
        """What git finds wrong; empty when the repository is whole."""
        try:
            said = run(self.path, ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"])
        except GitError as error:
            return str(error).splitlines() or ["git fsck failed"]
        return [line for line in said.decode(errors="replace").splitlines() if not line.startswith("notice:")]

"""Copy a repository by hard links, exactly what its branches and tags reach; hold two repositories side by side."""

import contextlib
import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.git import reads
from storage.git.errors import ConflictError, GitError
from storage.git.process import environment, run

ATTEMPTS = 3
_LOOSE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}")
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: the ids of all its objects."""

    objects: frozenset[str]


def copy(source: Path, target: Path, default_branch: str) -> Copied:
    """Make `target` a bare repository with the branches and tags of `source`, and no object besides theirs.

    Files of objects are hard links where the file system lets them, else copies; a pack that holds other objects as
    well is written anew without them. Whole or not at all. Raises GitError, FileExistsError.
    """
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(ATTEMPTS):
        part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
        try:
            run(part, ["init", "-q", "--bare", "--template=", "-b", default_branch, str(part)])
            copied = _fill(source, part)
            part.replace(target)
        except FileNotFoundError:
            if attempt + 1 == ATTEMPTS:
                raise
        else:
            return copied
        finally:
            shutil.rmtree(part, ignore_errors=True)
    raise GitError("the repository is being repacked")


def _fill(source: Path, part: Path) -> Copied:
    refs = run(source, ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"])
    tips = [line.split(b" ", 1)[0] for line in refs.splitlines()]
    objects = reachable(source, tips)
    _link_objects(source, part, objects)
    with (part / "packed-refs").open("wb") as file:
        file.write(b"# pack-refs with: sorted \n" + refs)
        file.flush()
        os.fsync(file.fileno())
    return Copied(frozenset(objects))


def reachable(repo: Path, tips: Sequence[bytes]) -> set[str]:
    """The ids of every object that the tips lead to."""
    if not tips:
        return set()
    args = ["rev-list", "--objects", "--no-object-names", "--use-bitmap-index", "--stdin"]
    return set(run(repo, args, stdin=b"\n".join(tips) + b"\n").decode().split())


def arrived(repo: Path, old: str | None, new: str) -> set[str]:
    """The ids of every object that `new` leads to and `old` does not."""
    args = ["rev-list", "--objects", "--no-object-names", new, *([f"^{old}"] if old else []), "--"]
    return set(run(repo, args).decode().split())


def _link_objects(source: Path, part: Path, objects: set[str]) -> None:
    """Give `part` these objects of `source`."""
    packs = sorted((source / "objects" / "pack").glob("pack-*.idx"))
    left, is_whole = set(objects), True
    for index in packs:
        held = set(_packed(source, index))
        if held <= objects:
            _link_pack(index, part)
        else:
            is_whole = False
            _repack(source, part, held & left)
        left -= held
    for oid in _loose(source):
        if oid in left:
            folder = part / "objects" / oid[:2]
            folder.mkdir(exist_ok=True)
            _link(source / "objects" / oid[:2] / oid[2:], folder / oid[2:])
            left.discard(oid)
        elif oid not in objects:
            is_whole = False
    if left:
        raise FileNotFoundError(f"{len(left)} objects went away while they were copied")
    _link_graph(source, part, is_whole=is_whole)


def _link_pack(index: Path, part: Path) -> None:
    """The index comes last: a pack without one is not read."""
    for suffix in (".rev", ".pack", ".idx"):
        file = index.with_suffix(suffix)
        if suffix != ".rev" or file.exists():
            _link(file, part / "objects" / "pack" / file.name)


def _link_graph(source: Path, part: Path, *, is_whole: bool) -> None:
    """The index of commits: linked where it names none that the copy lacks, else left to be made by the next commit."""
    graphs = source / "objects" / "info" / "commit-graphs"
    if not is_whole or not (graphs / "commit-graph-chain").is_file():
        return
    into = part / "objects" / "info" / "commit-graphs"
    into.mkdir(parents=True)
    with contextlib.suppress(FileNotFoundError):
        chain = (graphs / "commit-graph-chain").read_bytes()
        for line in chain.decode().split():
            _link(graphs / f"graph-{line}.graph", into / f"graph-{line}.graph")
        (into / "commit-graph-chain").write_bytes(chain)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copy2(source, target)


def _repack(source: Path, part: Path, objects: set[str]) -> None:
    """Write these objects of `source` into a pack of `part`; what is packed already is taken over as it is."""
    if objects:
        listed = "".join(f"{oid}\n" for oid in sorted(objects)).encode()
        run(source, ["pack-objects", "-q", str(part / "objects/pack/pack")], stdin=listed)


def _packed(repo: Path, index: Path) -> Iterator[str]:
    for line in run(repo, ["show-index"], stdin=index.read_bytes()).splitlines():
        yield line.split(b" ")[1].decode()


def _loose(repo: Path) -> Iterator[str]:
    for folder in sorted((repo / "objects").glob("[0-9a-f][0-9a-f]")):
        for file in os.scandir(folder):
            if _LOOSE.fullmatch(f"{folder.name}/{file.name}"):
                yield folder.name + file.name


def ahead_behind(repo: Path, tip: str, other: Path, other_tip: str) -> tuple[int, int]:
    """(commits that `tip` of one repository has and `other_tip` of the other has not, the other way round).

    The objects of the other are only read. Raises GitError where either commit is gone.
    """
    if tip == other_tip:
        return 0, 0
    env = _beside(other)
    counts = run(repo, ["rev-list", "--left-right", "--count", f"{tip}...{other_tip}", "--"], env=env).split()
    return int(counts[0]), int(counts[1])


def contains(repo: Path, commit: str, other: Path, ancestor: str) -> bool:
    """Whether a commit of one repository keeps all that a commit of the other was."""
    return reads.is_ancestor(repo, ancestor, commit, env=_beside(other))


def _beside(other: Path) -> dict[str, str]:
    return environment(GIT_ALTERNATE_OBJECT_DIRECTORIES=str(other / "objects"))


def fetch(repo: Path, source: Path, branch: str) -> None:
    """Bring the objects of a branch of another repository here; no ref is made. Raises GitError."""
    env = environment({"protocol.file.allow": "always", "fetch.unpackLimit": "1000"}, GIT_ALLOW_PROTOCOL="file")
    args = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
    run(repo, [*args, str(source), f"refs/heads/{branch}"], env=env)


def forward(repo: Path, branch: str, old: str | None, new: str) -> None:
    """Move a branch from `old` to `new`, which keeps all that `old` was. Raises ConflictError where it has moved."""
    try:
        run(repo, ["update-ref", "-m", "partage sync", f"refs/heads/{branch}", new, old or reads.ZERO])
    except GitError as error:
        raise ConflictError("Somebody has changed the project meanwhile. Look at the new version first.") from error
    with contextlib.suppress(GitError):
        run(repo, ["commit-graph", "write", "--reachable", "--changed-paths", "--split"])

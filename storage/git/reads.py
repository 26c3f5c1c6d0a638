"""Read from a bare repository: revisions, trees, blobs, logs, changes. Revisions of users become hex first."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from storage.git.errors import GitError, MissingPathError, UnknownRevisionError
from storage.git.process import run, stream
from storage.git.types import Change, Commit, Entry, Kind, Ref, Tag

HEX = re.compile(r"[0-9a-f]{40}")
ZERO = "0" * 40
_LOG = "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%B%x00"
_LOG_FIELDS = 7  # with the empty one that -z puts between commits
_KINDS: dict[str, Kind] = {"blob": "blob", "tree": "tree", "commit": "commit"}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def resolve(repo: Path, revision: str) -> str:
    """The commit that a branch, tag or (short) id names. Raises UnknownRevisionError."""
    if not revision or len(revision) > 250 or any(c in revision for c in "\0\n@{}^~:? *[\\") or ".." in revision:
        raise UnknownRevisionError(revision)
    for full in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
        if full == revision and not re.fullmatch(r"[0-9a-f]{4,40}", revision):
            break
        try:
            found = run(repo, ["rev-parse", "--verify", "-q", "--end-of-options", f"{full}^{{commit}}"])
        except GitError:
            continue
        return found.decode().strip()
    raise UnknownRevisionError(revision)


def tip(repo: Path, branch: str) -> str | None:
    """The commit at the end of a branch; None where there is no such branch."""
    found = run(repo, ["for-each-ref", "--format=%(refname) %(objectname)", f"refs/heads/{branch}"]).decode()
    lines = (line.rpartition(" ") for line in found.splitlines())
    return next((oid for name, _, oid in lines if name == f"refs/heads/{branch}"), None)


def refs(repo: Path, kind: str) -> list[Ref]:
    """Branches (`heads`, newest first) or tags (`tags`, newest first) with the commits they lead to."""
    return _refs(repo, kind)[kind]


def all_refs(repo: Path) -> tuple[list[Ref], list[Ref]]:
    """(branches, tags), each with the newest first, in one process."""
    found = _refs(repo, "heads", "tags")
    return found["heads"], found["tags"]


def _refs(repo: Path, *kinds: str) -> dict[str, list[Ref]]:
    fields = "%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(*objecttype)"
    wanted = [f"refs/{kind}/" for kind in kinds]
    lines = run(repo, ["for-each-ref", "--sort=-creatordate", f"--format={fields}", *wanted]).split(b"\n")
    found: dict[str, list[Ref]] = {kind: [] for kind in kinds}
    for line in filter(None, lines):
        name, own, peeled, own_kind, peeled_kind = line.split(b"\0")
        if b"commit" in (own_kind, peeled_kind):
            _, kind, short = _text(name).split("/", 2)
            found[kind].append(Ref(short, (peeled or own).decode()))
    return found


def annotated_tag(repo: Path, name: str) -> Tag | None:
    """An annotated tag; None for a plain one and where there is none."""
    fields = "--format=%(refname)%00%(objecttype)%00%(taggerdate:iso-strict)%00%(contents)%00%00"
    raw = run(repo, ["for-each-ref", fields, f"refs/tags/{name}"])
    for record in raw.split(b"\0\0\n"):
        full, _, rest = record.partition(b"\0")
        kind, _, rest = rest.partition(b"\0")
        when, _, message = rest.partition(b"\0")
        if _text(full) == f"refs/tags/{name}" and kind == b"tag" and when:
            return Tag(name, _text(message).strip("\n"), datetime.fromisoformat(when.decode()))
    return None


def _entries(raw: bytes, prefix: str) -> Iterator[Entry]:
    for record in raw.split(b"\0"):
        if record:
            head, _, name = record.partition(b"\t")
            mode, kind, oid, size = head.split()
            yield Entry(
                mode.decode(),
                _KINDS[kind.decode()],
                oid.decode(),
                int(size) if size != b"-" else None,
                prefix + _text(name),
            )


def tree(repo: Path, commit: str, path: str = "", *, recursive: bool = False) -> list[Entry]:
    """The entries of a folder, or of all below it. Raises MissingPathError."""
    flags = ["-r", "-t"] if recursive else []
    path = path.strip("/")
    try:
        raw = run(repo, ["ls-tree", "-z", "-l", *flags, f"{commit}:{path}" if path else commit])
    except GitError as error:
        raise MissingPathError(path) from error
    return list(_entries(raw, f"{path}/" if path else ""))


def entry(repo: Path, commit: str, path: str) -> Entry:
    """One entry by its whole path. Raises MissingPathError."""
    path = path.strip("/")
    plain = "\0" not in path and {"", ".", ".."}.isdisjoint(path.split("/"))
    raw = run(repo, ["ls-tree", "-z", "-l", commit, "--", path]) if plain else b""
    found = list(_entries(raw, ""))
    if not found:
        raise MissingPathError(path)
    return found[0]


def split_ref(repo: Path, ref_and_path: str, known: Sequence[Ref] | None = None) -> tuple[str, str, str]:
    """`feature/x/parts/a.stl` -> (ref, commit, path): the longest ref that is there wins; else a commit's id.

    Raises UnknownRevisionError.
    """
    whole = ref_and_path.strip("/")
    if known is None:
        heads, tags = all_refs(repo)
        known = [*heads, *tags]
    for ref in sorted(known, key=lambda r: -len(r.name)):
        if whole == ref.name or whole.startswith(f"{ref.name}/"):
            return ref.name, ref.commit, whole[len(ref.name) + 1 :]
    first, _, path = whole.partition("/")
    if not HEX.fullmatch(first) and not re.fullmatch(r"[0-9a-f]{7,40}", first):
        raise UnknownRevisionError(first)
    return first, resolve(repo, first), path


def read(repo: Path, oid: str, limit: int) -> bytes:
    """At most `limit` bytes of a blob."""
    out = b""
    for chunk in blob(repo, oid):
        out += chunk
        if len(out) >= limit:
            break
    return out[:limit]


def blob(repo: Path, oid: str) -> Iterator[bytes]:
    """A blob's bytes in pieces."""
    if not HEX.fullmatch(oid):
        raise MissingPathError(oid)
    return stream(repo, ["cat-file", "blob", oid])


def copy_to(repo: Path, oid: str, target: Path) -> str:
    """Write a blob to a file and return its SHA-256."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for chunk in blob(repo, oid):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _commits(raw: bytes) -> Iterator[Commit]:
    fields = raw.split(b"\0")
    for start in range(0, len(fields) - _LOG_FIELDS + 1, _LOG_FIELDS):
        yield commit_of(fields[start : start + 6])


def commit_of(fields: Sequence[bytes]) -> Commit:
    """A commit from git's %H, %P, %an, %ae, %aI and %B."""
    return Commit(
        id=fields[0].decode(),
        parents=tuple(fields[1].decode().split()),
        author_name=_text(fields[2]),
        author_email=_text(fields[3]),
        at=datetime.fromisoformat(fields[4].decode()),
        message=_text(fields[5]).strip("\n"),
    )


def log(repo: Path, commit: str, *, path: str | None = None, skip: int = 0, limit: int = 30) -> list[Commit]:
    """Commits from this one back, those that touched `path` alone when it is given."""
    args = ["log", _LOG, "-z", f"--skip={skip}", f"--max-count={limit}", commit]
    return list(_commits(run(repo, [*args, "--", *([path] if path else [])])))


def between(repo: Path, old: Sequence[str], new: str, *, env: Mapping[str, str] | None = None) -> list[Commit]:
    """Commits reachable from `new` and from none of `old`, oldest first."""
    args = ["log", _LOG, "-z", "--reverse", "--topo-order", new, *(f"^{commit}" for commit in old)]
    return list(_commits(run(repo, [*args, "--"], env=env)))


def changes(repo: Path, old: str | None, new: str, *, env: Mapping[str, str] | None = None) -> list[Change]:
    """What differs between two commits, renames found; all of `new` when there is no `old`."""
    base = ["diff-tree", "-r", "-z", "--raw", "-M", "--no-commit-id", "--no-abbrev"]
    raw = run(repo, [*base, *([old, new] if old else ["--root", new]), "--"], env=env)
    tokens = iter(raw.split(b"\0"))
    found = []
    for head in tokens:
        if not head.startswith(b":"):
            continue
        first = next(tokens)
        found.append(change_of(head, first, next(tokens) if chr(head.split()[4][0]) in "RC" else first))
    return found


def change_of(head: bytes, old_path: bytes, path: bytes | None = None) -> Change:
    """A change from a line of git's raw format (`:mode mode oid oid status`) and the paths that follow it."""
    _, _, old_oid, new_oid, status = head[1:].split()
    kind = chr(status[0])
    new_path = _text(old_path if path is None else path)
    return Change("M" if kind == "T" else kind, new_path, _text(old_path), _oid(old_oid), _oid(new_oid))


def _oid(raw: bytes) -> str:
    oid = raw.decode()
    return "" if oid == ZERO else oid


def commits_by_id(repo: Path, ids: Sequence[str]) -> list[Commit]:
    """Commits by their whole ids, in no order."""
    if not ids:
        return []
    raw = run(repo, ["log", _LOG, "-z", "--no-walk=unsorted", *ids, "--"])
    return list(_commits(raw))


def commit_info(repo: Path, commit: str) -> Commit:
    """One commit by its id. Raises UnknownRevisionError."""
    found = commits_by_id(repo, [resolve(repo, commit)])
    if not found:
        raise UnknownRevisionError(commit)
    return found[0]


def kind(repo: Path, revision: str, *, env: Mapping[str, str] | None = None) -> str:
    """commit, tag, tree or blob: what an id (or `id^{}`) names; empty where nothing is there."""
    try:
        return run(repo, ["cat-file", "-t", revision], env=env).decode().strip()
    except GitError:
        return ""


def is_ancestor(repo: Path, old: str, new: str, *, env: Mapping[str, str] | None = None) -> bool:
    """Whether `new` keeps all that `old` was."""
    try:
        run(repo, ["merge-base", "--is-ancestor", old, new], env=env)
    except GitError:
        return False
    return True

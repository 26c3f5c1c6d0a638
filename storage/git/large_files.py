"""Which files of a commit git itself holds, and which it holds as a Git LFS pointer, with the lines that say so.

A pointer is of use only where `.gitattributes` calls its path LFS's own, and a file there that is no pointer makes
every clone dirty. So the attributes of the tree to be are asked first, and a line is added for each pointer that has
none.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.git.blob_reader import BlobReader
from storage.git.errors import ConflictError
from storage.git.process import run
from storage.lfs import attributes, pointer
from storage.lfs.pointer import Pointer

LINK = "120000"
Tree = dict[str, tuple[str, str]]
"""Path -> (mode, oid)."""


@dataclass(frozen=True)
class LargeFiles:
    """The rule of a project.

    `wants(path, bytes)` says whether a file that no attribute speaks of becomes a pointer. `suffix(path)` is the ending
    by which all its like do ("stl"), empty where the path alone shall. `keep(files)` stores contents, in order.
    `most_plain` is the largest file in bytes that git itself may hold.
    """

    wants: Callable[[str, int], bool]
    suffix: Callable[[str], str]
    keep: Callable[[Sequence[Path]], list[Pointer]]
    most_plain: int = 32 << 20


@dataclass
class Prepared:
    """The new contents of a commit: `oids` by path, those that are pointers, and the files they come from."""

    sources: dict[str, Path]
    oids: dict[str, str] = field(default_factory=dict)
    pointers: set[str] = field(default_factory=set)

    def within(self, tree: Tree) -> "Prepared":
        """A copy with what lies in this tree alone: an edit may move or delete what another wrote."""
        there = {path for path, oid in self.oids.items() if tree.get(path, ("", ""))[1] == oid}
        return Prepared(
            {path: self.sources[path] for path in there},
            {path: self.oids[path] for path in there},
            self.pointers & there,
        )


def hash_files(repo: Path, files: Sequence[Path], *, write: bool = True) -> list[str]:
    """Write files as blobs, streamed, and return their ids in order; or only name them."""
    if not files:
        return []
    with tempfile.TemporaryDirectory(prefix="partage-put-") as folder:
        lines = []
        for number, file in enumerate(files):
            link = Path(folder) / str(number)
            link.symlink_to(file.resolve())
            lines.append(str(link))
        args = ["hash-object", *(["-w"] if write else []), "--no-filters", "--stdin-paths"]
        return run(repo, args, stdin="\n".join([*lines, ""]).encode()).decode().split()


def hash_texts(repo: Path, texts: Sequence[bytes]) -> list[str]:
    """Write small contents as blobs and return their ids in order."""
    with tempfile.TemporaryDirectory(prefix="partage-text-") as folder:
        files = [Path(folder) / str(number) for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_bytes(text)
        return hash_files(repo, files)


def prepare(repo: Path, sources: Mapping[str, Path], rule: LargeFiles | None) -> Prepared:
    """Store the contents of the files to be written, large ones outside git. No lock is needed."""
    made = Prepared(dict(sources))
    large = [path for path, file in sources.items() if rule and _is_large(rule, path, file)]
    made.pointers = {path for path, file in sources.items() if is_pointer(file)}
    _keep(repo, made, large, rule)
    plain = [path for path in sources if path not in made.oids]
    made.oids.update(zip(plain, hash_files(repo, [sources[path] for path in plain]), strict=True))
    return made


def is_pointer(file: Path) -> bool:
    """Whether a file on disk is a pointer already."""
    return file.stat().st_size < pointer.MAX_BYTES and pointer.parse(file.read_bytes()) is not None


def _is_large(rule: LargeFiles, path: str, file: Path) -> bool:
    size = file.stat().st_size
    return size > 0 and rule.wants(path, size) and not is_pointer(file)


def _keep(repo: Path, made: Prepared, paths: Sequence[str], rule: LargeFiles | None) -> None:
    """Store the contents of these paths outside git, and have pointers stand for them."""
    if rule and paths:
        kept = rule.keep([made.sources[path] for path in paths])
        oids = hash_texts(repo, [one.encode() for one in kept])
        made.oids.update(zip(paths, oids, strict=True))
        made.pointers.update(paths)


@dataclass
class Settling:
    """The tree to be, in a private index: what was there `before`, what is there `after`, what the commit wrote."""

    repo: Path
    env: Mapping[str, str]
    before: Tree
    after: Tree
    sizes: Mapping[str, int]
    made: Prepared
    rule: LargeFiles
    room: Path

    def settle(self) -> Tree:
        """What must be different in the tree so that a clone is clean: path -> (mode, oid).

        Raises ConflictError where the project's attributes want a file in git that is too large for it.
        """
        same = self._unchanged()
        moved = [path for path, (mode, oid) in self.after.items() if self._has_moved(path, mode, oid)]
        self.made.pointers |= self._pointers_among(moved)
        touched = {*self.made.sources, *moved} - same.keys()
        suffixes = {found for path in self.made.pointers if (found := self.rule.suffix(path))}
        alike = {path for path in self.after if suffixes and self.rule.suffix(path) in suffixes}
        filters = self._filters(touched | alike)
        changes = same | self._convert(touched - self.made.pointers, filters)
        changes |= self._refuse([path for path in self.made.pointers if filters[path] not in {"lfs", "unspecified"}])
        bare = sorted(path for path in self.made.pointers if filters[path] == "unspecified")
        changes |= self._describe(bare, self._others(alike, filters))
        if bare:
            update_index(self.repo, self.env, changes)
            now = self._filters(bare)
            changes |= self._refuse([path for path in bare if now[path] != "lfs"])
        return changes

    def _unchanged(self) -> Tree:
        """Files written again with the bytes that git itself holds of them already: they stay as they are."""
        again = [
            path
            for path in self.made.pointers & self.made.sources.keys() & self.before.keys()
            if self.sizes.get(self.before[path][1]) == self.made.sources[path].stat().st_size
        ]
        oids = hash_files(self.repo, [self.made.sources[path] for path in again], write=False)
        same = {path: self.before[path] for path, oid in zip(again, oids, strict=True) if self.before[path][1] == oid}
        self.made.pointers -= same.keys()
        return same

    def _has_moved(self, path: str, mode: str, oid: str) -> bool:
        return path not in self.made.sources and mode != LINK and self.before.get(path, ("", ""))[1] != oid

    def _pointers_among(self, paths: Iterable[str]) -> set[str]:
        small = [path for path in paths if self.sizes.get(self.after[path][1], 0) < pointer.MAX_BYTES]
        with BlobReader(self.repo) as reader:
            return {path for path in small if pointer.parse(reader.read(self.after[path][1]))}

    def _filters(self, paths: Iterable[str]) -> dict[str, str]:
        """Path -> its `filter` attribute in the private index."""
        asked = "".join(f"{path}\0" for path in sorted(paths))
        if not asked:
            return {}
        args = ["check-attr", "--cached", "-z", "--stdin", "filter"]
        said = run(self.repo, args, stdin=asked.encode(), env=self.env).decode("utf-8", "replace").split("\0")
        return dict(zip(said[::3], said[2::3], strict=False))

    def _others(self, alike: Iterable[str], filters: Mapping[str, str]) -> set[str]:
        """Endings of older files that git itself holds: a line for all of an ending would make them dirty."""
        return {
            self.rule.suffix(path)
            for path in alike
            if path not in self.made.pointers
            and filters.get(path) == "unspecified"
            and self.after[path][0] != LINK
            and self.sizes.get(self.after[path][1], 0) > 0
        }

    def _convert(self, touched: Iterable[str], filters: Mapping[str, str]) -> Tree:
        """Whole contents at paths that are LFS's own become pointers. An empty file stays as it is."""
        own = [path for path in touched if filters[path] == "lfs"]
        for number, path in enumerate(path for path in own if path not in self.made.sources):
            self.made.sources[path] = self.room / str(number)
            with BlobReader(self.repo) as reader, self.made.sources[path].open("wb") as out:
                out.writelines(reader.open(self.after[path][1])[1])
        full = sorted(path for path in own if self.made.sources[path].stat().st_size)
        _keep(self.repo, self.made, full, self.rule)
        return {path: (self.after[path][0], self.made.oids[path]) for path in full}

    def _refuse(self, paths: Sequence[str]) -> Tree:
        """Where the project's own attributes say otherwise, git holds the file after all."""
        plain = [path for path in paths if path in self.made.sources and not is_pointer(self.made.sources[path])]
        for path in plain:
            if self.made.sources[path].stat().st_size > self.rule.most_plain:
                raise ConflictError(
                    f"“{path}” is too large for git itself, and a .gitattributes file keeps it from Git LFS."
                )
        oids = hash_files(self.repo, [self.made.sources[path] for path in plain])
        self.made.oids.update(zip(plain, oids, strict=True))
        self.made.pointers.difference_update(plain)
        return {path: (self.after[path][0], self.made.oids[path]) for path in plain}

    def _describe(self, bare: Sequence[str], shared: set[str]) -> Tree:
        """The root's .gitattributes with a line for each of these paths, and without those of paths that are gone."""
        mode, oid = self.after.get(attributes.FILE, ("100644", ""))
        gone = self.before.keys() - self.after.keys()
        if mode == LINK or not (bare or (oid and gone)):
            return {}
        suffixes = {path: self.rule.suffix(path) for path in bare}
        patterns = [
            attributes.by_suffix(suffix) if suffix and suffix not in shared else attributes.by_path(path)
            for path, suffix in suffixes.items()
        ]
        with BlobReader(self.repo) as reader:
            content = reader.read(oid) if oid else b""
        text = attributes.changed(
            content,
            add=[attributes.line(pattern, lockable=attributes.asks_for_locks(content)) for pattern in patterns],
            drop=[
                attributes.line(attributes.by_path(path), lockable=lockable)
                for path in gone
                for lockable in (False, True)
            ],
        )
        if text == content:
            return {}
        return {attributes.FILE: (mode, hash_texts(self.repo, [text])[0])}


def update_index(repo: Path, env: Mapping[str, str], tree: Mapping[str, tuple[str, str]]) -> None:
    """Write entries into the private index that `env` names."""
    lines = "".join(f"{mode} {oid}\t{path}\0" for path, (mode, oid) in tree.items())
    run(repo, ["update-index", "-z", "--index-info"], stdin=lines.encode(), env=env)

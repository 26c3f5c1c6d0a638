"""Large files of a commit become pointers that a stock clone takes for its own: clean, and with their lines."""

import hashlib
import os
import subprocess

import pytest

from storage.git import large_files
from storage.git.errors import ConflictError, NothingToCommitError
from storage.git.repo import Repo
from storage.git.types import Delete, Move, Put, Signature
from storage.lfs import attributes, pointer
from storage.lfs.pointer import Pointer

ADA = Signature("Ada", "ada@example.org")
STL = "*.[sS][tT][lL] filter=lfs diff=lfs merge=lfs -text"
ODD = {
    "part.stl": b"\x00\x01" * 500,
    "sub/PART 2.StL": b"solid",
    "parts/with space, \"quotes\" & 'more'.bin": os.urandom(3000),
    "pièce détachée/é à ü [v2]*.bin": os.urandom(3000),
    "#1.bin": os.urandom(3000),
    "🧩.bin": os.urandom(3000),
    "empty.stl": b"",
    "empty.bin": b"",
    "notes.txt": b"hello\r\n",
    "small.bin": b"x",
}


class Store:
    """Keeps contents in memory; STL and what is over 2,000 bytes is large."""

    def __init__(self, **more):
        self.held = {}
        self.rule = large_files.LargeFiles(
            wants=lambda path, size: path != ".gitattributes" and (bool(self.suffix(path)) or size > 2000),
            suffix=self.suffix,
            keep=self.keep,
            **more,
        )

    @staticmethod
    def suffix(path):
        return "stl" if path.lower().endswith(".stl") else ""

    def keep(self, files):
        kept = []
        for file in files:
            content = file.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            self.held[sha256] = content
            kept.append(Pointer(sha256, len(content)))
        return kept


@pytest.fixture
def repo(tmp_path):
    return Repo.create(tmp_path / "a" / "b.git")


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def write(repo, store, tmp_path):
    """Commit {path: bytes} and other edits."""

    def commit(files, *edits, rule=True, **more):
        puts = []
        for path, content in files.items():
            file = tmp_path / f"source-{len(list(tmp_path.iterdir()))}"
            file.write_bytes(content)
            puts.append(Put(path, file))
        large = store.rule if rule else None
        return repo.commit("main", [*puts, *edits], author=ADA, message="x", large=large, **more)

    return commit


def content_of(repo, path):
    return repo.read(repo.entry(repo.tip("main"), path).oid, 1 << 20)


def pointer_of(repo, path):
    return pointer.parse(content_of(repo, path))


def lines(repo):
    return content_of(repo, ".gitattributes").decode().splitlines()


def lfs(repo, into, *words):
    """Run git in a clone whose git-lfs is set up and asks no server."""
    filters = {"clean": "git-lfs clean -- %f", "smudge": "git-lfs smudge --skip -- %f", "required": "true"}
    config = [word for key, value in filters.items() for word in ("-c", f"filter.lfs.{key}={value}")]
    env = os.environ | {"GIT_LFS_SKIP_SMUDGE": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    if not into.exists():
        subprocess.run(["git", *config, "clone", "-q", str(repo.path), str(into)], check=True, env=env)
    done = subprocess.run(["git", "-C", str(into), *config, *words], check=True, env=env, capture_output=True)
    return done.stdout.decode()


def dirty(repo, into):
    """What `git status` says after every file was written anew, so that git looks at the bytes and not at the time."""
    lfs(repo, into, "ls-files")
    for file in into.rglob("*"):
        if file.is_file() and ".git" not in file.relative_to(into).parts:
            os.utime(file, (1_700_000_000, 1_700_000_000))
    return lfs(repo, into, "status", "--porcelain")


def test_meshes_and_large_files_are_pointers_and_the_lines_are_in_the_same_commit(repo, store, write):
    write(ODD)
    for path, content in ODD.items():
        found = pointer_of(repo, path)
        if content and (path.lower().endswith(".stl") or len(content) > 2000):
            assert (found.size, store.held[found.sha256]) == (len(content), content), path
        else:
            assert content_of(repo, path) == content
    assert set(lines(repo)) == {
        STL,
        '"/parts/with space, \\"quotes\\" & \'more\'.bin" filter=lfs diff=lfs merge=lfs -text',
        '"/pièce détachée/é à ü \\\\[v2\\\\]\\\\*.bin" filter=lfs diff=lfs merge=lfs -text',
        "/#1.bin filter=lfs diff=lfs merge=lfs -text",
        "/🧩.bin filter=lfs diff=lfs merge=lfs -text",
    }


@pytest.mark.service("git-lfs")
def test_a_stock_clone_is_clean_and_its_git_lfs_finds_nothing_wrong(repo, write, tmp_path):
    write(ODD)
    assert dirty(repo, tmp_path / "clone") == ""
    assert "OK" in lfs(repo, tmp_path / "clone", "lfs", "fsck", "--pointers")
    listed = lfs(repo, tmp_path / "clone", "-c", "core.quotePath=false", "lfs", "ls-files", "--name-only").splitlines()
    assert set(listed) == {p for p, c in ODD.items() if c and (p.lower().endswith(".stl") or len(c) > 2000)}


@pytest.mark.service("git-lfs")
def test_older_plain_files_stay_as_they_are_and_clones_stay_clean(repo, write, tmp_path):
    write({"old.stl": b"old", "older.stl": b"older"}, rule=False)
    write({"new.stl": b"new"})
    assert (content_of(repo, "old.stl"), pointer_of(repo, "new.stl").size) == (b"old", 3)
    assert lines(repo) == ["/new.stl filter=lfs diff=lfs merge=lfs -text"]
    assert dirty(repo, tmp_path / "one") == ""
    write({"old.stl": b"changed", "older.stl": b"changed too"})
    assert pointer_of(repo, "old.stl").size == 7
    assert lines(repo)[-1] == STL
    assert dirty(repo, tmp_path / "two") == ""


def test_the_same_bytes_again_are_no_change_even_where_git_holds_them(repo, write):
    write({"old.stl": b"old"}, rule=False)
    with pytest.raises(NothingToCommitError):
        write({"old.stl": b"old"})
    write({"new.stl": b"new"})
    with pytest.raises(NothingToCommitError):
        write({"new.stl": b"new"})


def test_a_path_that_attributes_give_to_lfs_is_a_pointer_at_any_size_but_not_when_empty(repo, store, write):
    write({".gitattributes": b"*.txt filter=lfs diff=lfs merge=lfs -text\n"})
    write({"a.txt": b"a", "none.txt": b"", "deep/b.txt": b"b"})
    assert pointer_of(repo, "a.txt") == Pointer(hashlib.sha256(b"a").hexdigest(), 1)
    assert pointer_of(repo, "deep/b.txt").size == 1
    assert content_of(repo, "none.txt") == b""
    assert set(store.held.values()) == {b"a", b"b"}


def test_a_folder_that_keeps_its_files_from_lfs_is_respected(repo, write):
    write({"raw/.gitattributes": b"*.stl -filter\n", "clear/.gitattributes": b"*.stl !filter\n"})
    write({"raw/a.stl": b"a", "clear/b.stl": b"b", "c.stl": b"c"})
    assert (content_of(repo, "raw/a.stl"), content_of(repo, "clear/b.stl")) == (b"a", b"b")
    assert pointer_of(repo, "c.stl").size == 1


def test_what_attributes_keep_in_git_may_not_be_larger_than_git_takes(repo, tmp_path):
    store = Store(most_plain=5000)
    attributes_file, big = tmp_path / "x", tmp_path / "y"
    attributes_file.write_bytes(b"*.bin -filter\n")
    big.write_bytes(b"0" * 6000)
    edits = [Put(".gitattributes", attributes_file), Put("a.bin", big)]
    with pytest.raises(ConflictError, match=r"a\.bin"):
        repo.commit("main", edits, author=ADA, message="x", large=store.rule)
    assert repo.tip("main") is None


def test_a_renamed_pointer_takes_its_line_with_it_and_a_deleted_one_leaves_none(repo, write):
    write({"big one.bin": b"1" * 3000, "part.stl": b"solid"})
    write({}, Move("big one.bin", "other/big two.bin"), Move("part.stl", "part.data"))
    assert set(lines(repo)) == {
        STL,
        '"/other/big two.bin" filter=lfs diff=lfs merge=lfs -text',
        "/part.data filter=lfs diff=lfs merge=lfs -text",
    }
    write({}, Delete("other"))
    assert set(lines(repo)) == {STL, "/part.data filter=lfs diff=lfs merge=lfs -text"}


def test_a_plain_file_that_moves_to_where_lfs_rules_becomes_a_pointer(repo, store, write):
    write({"a.dat": b"plain", "b.dat": b"2" * 1500}, rule=False)
    write({".gitattributes": f"{STL}\n".encode()})
    write({}, Move("a.dat", "a.stl"), Move("b.dat", "b.stl"))
    assert [store.held[pointer_of(repo, path).sha256] for path in ("a.stl", "b.stl")] == [b"plain", b"2" * 1500]


def test_a_file_written_and_renamed_in_one_commit_is_a_pointer_once(repo, write):
    write({"a.stl": b"solid"}, Move("a.stl", "b.stl"))
    assert pointer_of(repo, "b.stl").size == 5
    assert lines(repo) == [STL]


def test_lines_of_others_stay_byte_for_byte(repo, write):
    write({".gitattributes": b"# ours\r\n*.txt text eol=lf"})
    write({"a.stl": b"solid"})
    assert content_of(repo, ".gitattributes") == b"# ours\r\n*.txt text eol=lf\n" + f"{STL}\n".encode()


def test_a_project_that_asks_for_locks_says_so_in_all_its_lines_and_in_those_to_come(repo, write):
    write({"a.stl": b"solid", ".gitattributes": b"*.txt text\r\n"})
    asking = attributes.with_locks(content_of(repo, ".gitattributes"), wanted=True)
    assert asking == f"*.txt text\r\n{STL} lockable\n".encode()
    write({".gitattributes": asking})
    write({"big.bin": b"1" * 3000})
    assert lines(repo)[-1] == "/big.bin filter=lfs diff=lfs merge=lfs -text lockable"
    freed = attributes.with_locks(content_of(repo, ".gitattributes"), wanted=False)
    assert (attributes.asks_for_locks(asking), attributes.asks_for_locks(freed)) == (True, False)
    assert b"lockable" not in freed

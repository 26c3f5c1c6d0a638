"""A copied repository: hard links, what its refs reach, and nothing besides."""

import subprocess

import pytest

from storage.git import forks, reads
from storage.git.errors import ConflictError
from storage.git.repo import Repo
from storage.git.types import Put, Signature

ADA = Signature("Ada", "ada@example.org")


def _commit(repo, folder, files, branch="main"):
    edits = []
    for number, (path, content) in enumerate(files.items()):
        file = folder / f"{branch.replace('/', '-')}-{number}"
        file.write_bytes(content)
        edits.append(Put(path, file))
    return repo.commit(branch, edits, author=ADA, message="Change")


def _git(path, *args, stdin=b""):
    return (
        subprocess.run(["git", f"--git-dir={path}", *args], input=stdin, check=True, capture_output=True)
        .stdout.decode()
        .strip()
    )


def _oids(path):
    listed = _git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return set(listed.split())


def _inodes(path):
    return {file.stat().st_ino for file in (path / "objects").rglob("*") if file.is_file() and "info" not in file.parts}


@pytest.fixture
def source(tmp_path):
    repo = Repo.create(tmp_path / "source.git")
    _commit(repo, tmp_path, {"a.stl": b"solid a\nendsolid\n" * 50, "README.md": b"# Hook\n"})
    _commit(repo, tmp_path, {"b.txt": b"two"}, branch="wide/er")
    repo.tag("v1", repo.tip("main"), "First", ADA)
    return repo


def test_a_copy_has_the_same_branches_tags_and_head_and_is_whole(source, tmp_path):
    forks.copy(source.path, tmp_path / "x" / "copy.git", "main")
    copy = Repo(tmp_path / "x" / "copy.git")
    assert copy.branches() == source.branches()
    assert copy.tags() == source.tags()
    assert _git(copy.path, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert copy.fsck() == []
    assert copy.log(copy.tip("main")) == source.log(source.tip("main"))


@pytest.mark.parametrize("packed", [False, True])
def test_objects_are_hard_links_and_borrow_nothing(source, tmp_path, packed):
    if packed:
        _git(source.path, "repack", "-a", "-d", "-q")
    forks.copy(source.path, tmp_path / "copy.git", "main")
    assert _inodes(tmp_path / "copy.git") <= _inodes(source.path)
    assert not (tmp_path / "copy.git" / "objects" / "info" / "alternates").exists()


def test_a_file_system_without_hard_links_gets_copies(source, tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(forks.os, "link", refuse)
    forks.copy(source.path, tmp_path / "copy.git", "main")
    assert not _inodes(tmp_path / "copy.git") & _inodes(source.path)
    assert Repo(tmp_path / "copy.git").fsck() == []


@pytest.mark.parametrize("packed", ["no", "apart", "together"])
def test_objects_that_no_branch_or_tag_reaches_do_not_come_along(source, tmp_path, packed):
    """Those of contributions from private forks, of deleted branches and of commits that failed."""
    if packed == "apart":
        _git(source.path, "repack", "-a", "-d", "-q")
    secret = _commit(source, tmp_path, {"secret.txt": b"from a private fork"}, branch="stolen")
    _git(source.path, "update-ref", "refs/merge/1/head", secret)
    _git(source.path, "update-ref", "-d", "refs/heads/stolen")
    left = _git(source.path, "hash-object", "-w", "--stdin", stdin=b"left behind")
    if packed == "together":
        _git(source.path, "repack", "-a", "-d", "-q", "--keep-unreachable")
    copied = forks.copy(source.path, tmp_path / "copy.git", "main")
    oids = _oids(tmp_path / "copy.git")
    assert oids == copied.objects
    assert _oids(source.path) - oids >= {secret, left}
    assert _git(tmp_path / "copy.git", "for-each-ref", "refs/merge") == ""
    assert Repo(tmp_path / "copy.git").fsck() == []


def test_what_becomes_of_the_source_does_no_harm_to_the_copy(source, tmp_path):
    forks.copy(source.path, tmp_path / "copy.git", "main")
    _git(source.path, "update-ref", "-d", "refs/heads/main")
    _git(source.path, "update-ref", "-d", "refs/tags/v1")
    _git(source.path, "gc", "-q", "--prune=now")
    assert Repo(tmp_path / "copy.git").fsck() == []
    assert (
        reads.read(tmp_path / "copy.git", Repo(tmp_path / "copy.git").entry("main", "README.md").oid, 99) == b"# Hook\n"
    )


def test_an_empty_repository_can_be_copied(tmp_path):
    Repo.create(tmp_path / "source.git", "trunk")
    forks.copy(tmp_path / "source.git", tmp_path / "copy.git", "trunk")
    assert Repo(tmp_path / "copy.git").branches() == []
    assert _git(tmp_path / "copy.git", "symbolic-ref", "HEAD") == "refs/heads/trunk"


def test_a_copy_that_fails_leaves_nothing(source, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forks.os, "link", full)
    with pytest.raises(OSError, match="No space"):
        forks.copy(source.path, tmp_path / "copies" / "copy.git", "main")
    assert list((tmp_path / "copies").iterdir()) == []


def test_ahead_and_behind_are_counted_across_two_repositories(source, tmp_path):
    forks.copy(source.path, tmp_path / "copy.git", "main")
    copy = Repo(tmp_path / "copy.git")
    mine = _commit(copy, tmp_path, {"mine.txt": b"1"})
    mine = _commit(copy, tmp_path, {"mine.txt": b"2"})
    theirs = _commit(source, tmp_path, {"theirs.txt": b"1"})
    assert forks.ahead_behind(copy.path, mine, source.path, theirs) == (2, 1)
    assert forks.ahead_behind(copy.path, mine, source.path, mine) == (0, 0)
    assert theirs not in _oids(copy.path)


def test_a_branch_of_another_repository_is_fetched_without_a_ref_and_the_branch_moved(source, tmp_path):
    forks.copy(source.path, tmp_path / "copy.git", "main")
    copy = Repo(tmp_path / "copy.git")
    old = copy.tip("main")
    new = _commit(source, tmp_path, {"theirs.txt": b"1"})
    assert forks.contains(copy.path, old, source.path, old)
    before = _git(copy.path, "for-each-ref")
    forks.fetch(copy.path, source.path, "main")
    assert _git(copy.path, "for-each-ref") == before
    forks.forward(copy.path, "main", old, new)
    assert copy.tip("main") == new
    with pytest.raises(ConflictError):
        forks.forward(copy.path, "main", old, new)

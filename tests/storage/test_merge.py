"""Merging in a bare repository."""

import pytest

from storage.git import merge
from storage.git.errors import ConflictError, GitError
from storage.git.repo import Repo
from storage.git.types import Delete, Put, Signature

ADA, BOB = Signature("Ada", "ada@example.org"), Signature("Bob", "bob@example.org")


@pytest.fixture
def repo(tmp_path):
    return Repo.create(tmp_path / "here.git")


@pytest.fixture
def put(tmp_path):
    def commit(repo, branch, files, gone=()):
        edits = [Delete(path) for path in gone]
        for number, (path, content) in enumerate(files.items()):
            file = tmp_path / f"{number}.part"
            file.write_bytes(content)
            edits.append(Put(path, file))
        return repo.commit(branch, edits, author=ADA, message=f"Change {branch}")

    return commit


def merged(repo, sides=None, branch="main", other="other"):
    ours, theirs = repo.tip(branch), repo.tip(other)
    tried = merge.attempt(repo.path, ours, theirs)
    tree = merge.settle(repo.path, tried, ours, theirs, sides or {})
    return merge.commit_merge(
        repo.path, branch, tree, ours=ours, theirs=theirs, author=BOB, committer=ADA, message="Merge\n"
    )


def content(repo, commit, path):
    return repo.read(repo.entry(commit, path).oid, 1000)


def test_two_sides_that_do_not_meet_are_merged_with_the_contributor_as_author(repo, put):
    put(repo, "main", {"a.txt": b"1\n", "b.txt": b"1\n"})
    put(repo, "other", {"b.txt": b"2\n"})
    put(repo, "main", {"a.txt": b"2\n"})
    assert merge.attempt(repo.path, repo.tip("main"), repo.tip("other")).conflicts == ()
    made = merged(repo)
    assert repo.tip("main") == made
    info = repo.commit_info(made)
    assert (info.author_name, len(info.parents)) == ("Bob", 2)
    assert (content(repo, made, "a.txt"), content(repo, made, "b.txt")) == (b"2\n", b"2\n")
    assert repo.fsck() == []


@pytest.mark.parametrize(("side", "kept"), [("ours", b"\0main"), ("theirs", b"\0other")])
def test_a_conflict_is_named_and_settled_by_a_side_as_a_whole_file(repo, put, side, kept):
    put(repo, "main", {"part é.stl": b"\0base", "same.txt": b"1"})
    put(repo, "other", {"part é.stl": b"\0other", "new.txt": b"n"})
    put(repo, "main", {"part é.stl": b"\0main"})
    tried = merge.attempt(repo.path, repo.tip("main"), repo.tip("other"))
    assert tried.conflicts == ("part é.stl",)
    with pytest.raises(ConflictError, match="Choose a side for “part é"):
        merged(repo)
    made = merged(repo, {"part é.stl": side})
    assert content(repo, made, "part é.stl") == kept
    assert content(repo, made, "new.txt") == b"n"


def test_text_that_both_changed_takes_the_whole_file_of_a_side_and_no_marks(repo, put):
    put(repo, "main", {"a.txt": b"one\n"})
    put(repo, "other", {"a.txt": b"other\n"})
    put(repo, "main", {"a.txt": b"main\n"})
    assert content(repo, merged(repo, {"a.txt": "theirs"}), "a.txt") == b"other\n"


def test_deleted_here_and_changed_there(repo, put):
    put(repo, "main", {"a.txt": b"one\n", "b.txt": b"b"})
    put(repo, "other", {"a.txt": b"other\n"})
    put(repo, "main", {}, gone=["a.txt"])
    assert merge.attempt(repo.path, repo.tip("main"), repo.tip("other")).conflicts == ("a.txt",)
    made = merged(repo, {"a.txt": "ours"})
    assert [entry.path for entry in repo.tree(made)] == ["b.txt"]


def test_a_branch_that_moved_meanwhile_is_not_overwritten(repo, put):
    ours = put(repo, "main", {"a.txt": b"1\n"})
    theirs = put(repo, "other", {"b.txt": b"2\n"})
    tried = merge.attempt(repo.path, ours, theirs)
    newer = put(repo, "main", {"c.txt": b"3\n"})
    with pytest.raises(ConflictError, match="changed the branch meanwhile"):
        merge.commit_merge(
            repo.path, "main", tried.tree, ours=ours, theirs=theirs, author=ADA, committer=ADA, message="x"
        )
    assert repo.tip("main") == newer


def test_histories_without_a_common_root_cannot_be_merged(repo, put, tmp_path):
    put(repo, "main", {"a.txt": b"1\n"})
    there = Repo.create(tmp_path / "there.git")
    put(there, "main", {"b.txt": b"2\n"})
    head = merge.fetch_from(repo.path, there.path, "main", "refs/merge/1/head")
    assert merge.base(repo.path, repo.tip("main"), head) is None
    with pytest.raises(GitError, match="cannot be merged"):
        merge.attempt(repo.path, repo.tip("main"), head)


def test_commits_come_over_whole_and_borrow_nothing(repo, put, tmp_path):
    put(repo, "main", {"a.txt": b"1\n"})
    there = Repo.create(tmp_path / "there.git")
    merge.fetch_from(there.path, repo.path, "main", "refs/heads/main")
    there.set_head("main")
    theirs = put(there, "main", {"new.bin": bytes(100_000)})
    env = merge.borrowing(repo.path, there.path)
    assert merge.base(repo.path, repo.tip("main"), theirs, env=env) == repo.tip("main")
    assert merge.fetch_from(repo.path, there.path, "main", "refs/merge/1/head") == theirs
    assert merge.ahead_behind(repo.path, theirs, repo.tip("main")) == (1, 0)
    assert not (repo.path / "objects" / "info" / "alternates").exists()
    assert [ref.name for ref in repo.branches()] == ["main"]
    assert content(repo, theirs, "new.bin") == bytes(1000)

"""A whole history is read in one git process, and says what each commit alone says."""

import subprocess

import pytest

from storage.git import walks
from storage.git.repo import Repo
from storage.git.types import Delete, Move, Put, Signature

ADA = Signature("Ada", "ada@example.org")


@pytest.fixture
def repo(tmp_path):
    return Repo.create(tmp_path / "r.git")


@pytest.fixture
def commit(repo, tmp_path):
    def make(files, message="m", branch="main", more=()):
        puts = []
        for number, (path, content) in enumerate(files.items()):
            source = tmp_path / f"source{number}"
            source.write_bytes(content)
            puts.append(Put(path, source))
        return repo.commit(branch, [*puts, *more], author=ADA, message=message)

    return make


def merge(repo, ours, theirs, message="merge"):
    """Merge two commits on main with the stock client's plumbing."""
    git = ["git", f"--git-dir={repo.path}", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    tree = subprocess.run([*git, "merge-tree", "--write-tree", ours, theirs], capture_output=True, check=True).stdout
    args = [*git, "commit-tree", tree.decode().strip(), "-p", ours, "-p", theirs, "-m", message]
    made = subprocess.run(args, capture_output=True, check=True).stdout.decode().strip()
    subprocess.run([*git, "update-ref", "refs/heads/main", made], check=True)
    return made


def one_by_one(repo, old, new):
    """What the streamed walk must say: each commit by a process of its own."""
    for commit in repo.between(old, new):
        parent = commit.parents[0] if commit.parents else None
        raw = subprocess.run(
            ["git", f"--git-dir={repo.path}", "diff-tree", "-r", "-z", "--no-renames", "--no-commit-id",
             "--name-status", *([parent, commit.id] if parent else ["--root", commit.id])],
            capture_output=True, check=True,
        ).stdout.decode().split("\0")  # fmt: skip
        yield commit, list(zip(raw[::2], raw[1::2], strict=False))


def test_a_walk_in_one_process_says_what_each_commit_says_alone(repo, commit):
    first = commit({"a.txt": b"1", "d/b c.txt": b"2", "d/é\n.txt": b"3"}, "Title\n\n\x01:100644 is no change\n\x01")
    commit({"x.txt": b"side"}, "on a branch", branch="side")
    tip = commit({"a.txt": b"11"}, "on main")
    tip = merge(repo, tip, repo.tip("side"))
    tip = commit({}, "tidy", more=[Move("d/b c.txt", "e.txt"), Delete("a.txt")])
    walked = list(repo.changes_of([], tip))
    told = [(c, [(change.kind, change.path) for change in changes]) for c, changes in walked]
    assert told == list(one_by_one(repo, [], tip))
    assert next(c.message for c, _ in walked) == "Title\n\n\x01:100644 is no change\n\x01"
    assert [c.id for c, _ in repo.changes_of([first], tip)] == [c.id for c in repo.between([first], tip)]
    by_path = {change.path: change for change in walked[-1][1]}
    assert by_path["e.txt"].new_oid == by_path["d/b c.txt"].old_oid
    assert by_path["a.txt"].new_oid == ""


def test_a_walk_that_is_left_early_leaves_no_git_behind(repo, commit):
    for number in range(5):
        commit({"a.txt": b"%d" % number})
    walk = repo.changes_of([], repo.tip("main"))
    next(walk)
    walk.close()
    left = subprocess.run(["pgrep", "-f", f"git-dir={repo.path} log"], capture_output=True, check=False).stdout
    assert left == b""


def test_last_changes_brought_forward_are_those_of_a_whole_walk(repo, commit):
    old = commit({"d/x": b"1", "d/y": b"1", "d/sub/z": b"1", "top": b"1"}, "first")
    before = walks.last_changes(repo.path, old, "d", {"x", "y", "sub"})
    new = commit({"d/sub/z": b"2", "top": b"2"}, "second")
    since = walks.last_changes(repo.path, new, "d", {"x", "y", "sub"}, since=old)
    assert {name: last.title for name, last in since.items()} == {"sub": "second"}
    assert before | since == walks.last_changes(repo.path, new, "d", {"x", "y", "sub"})


def test_a_branch_is_asked_for_by_its_whole_name(repo, commit):
    tip = commit({"a": b"1"})
    other = commit({"a": b"2"}, branch="feature/x")
    assert repo.tip("main") == tip
    assert repo.tip("feature/x") == other
    assert [repo.tip(name) for name in ("feature", "mai", "nowhere")] == [None] * 3


def test_parents_come_before_their_children(repo, commit):
    ids = [commit({"a": b"%d" % number}) for number in range(3)]
    assert list(walks.parents(repo.path, [ids[2]])) == ids
    assert walks.parents(repo.path, [ids[2]], [ids[0]]) == {ids[1]: (ids[0],), ids[2]: (ids[1],)}


def test_what_lies_at_many_places_is_asked_at_once(repo, commit):
    first = commit({"a b": b"1"})
    second = commit({"a b": b"2"})
    same = repo.entry(first, "a b").oid
    asked = [(first, "a b"), (second, "a b"), (second, "gone\nor missing"), (second, "a b")]
    newer = repo.entry(second, "a b").oid
    assert walks.objects_at(repo.path, asked) == [same, newer, "", newer]
    assert walks.missing(repo.path, [first, "1" * 40, second]) == ["1" * 40]

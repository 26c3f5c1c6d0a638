"""Projects are real git: stock clients read what we write, byte for byte."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from storage.git import http
from storage.git.errors import ConflictError, MissingPathError, NothingToCommitError, UnknownRevisionError
from storage.git.repo import Repo
from storage.git.types import Delete, Move, Put, Signature

ADA = Signature("Ada", "ada@example.org")
ODD = {
    "plain.stl": b"\x00\x01\xff" * 999,
    "with space/and 'quotes' #1.txt": b"x",
    '2" pipe.stl': b"inches",
    "pièce/é à ü.txt": b"accents",
    "🧩.scad": b"cube(1);",
    "empty.txt": b"",
    "deep/er/and/deeper.bin": bytes(range(256)),
}


@pytest.fixture
def repo(tmp_path):
    return Repo.create(tmp_path / "a" / "b.git")


@pytest.fixture
def put(tmp_path):
    def make(path, content):
        file = tmp_path / f"source-{len(list(tmp_path.iterdir()))}"
        file.write_bytes(content)
        return Put(path, file)

    return make


def _commit(repo, edits, message="x", branch="main", **more):
    return repo.commit(branch, edits, author=ADA, message=message, **more)


def test_a_stock_clone_has_the_same_bytes_under_the_same_names(repo, put, tmp_path):
    _commit(repo, [put(path, content) for path, content in ODD.items()])
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repo.path), str(clone)], check=True)
    found = {
        str(file.relative_to(clone)): file.read_bytes()
        for file in clone.rglob("*")
        if file.is_file() and ".git" not in file.parts
    }
    assert found == ODD
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True)
    assert status.stdout == b""
    assert repo.fsck() == []


def test_a_commit_says_who_what_and_when(repo, put):
    commit = repo.commit_info(_commit(repo, [put("a", b"1")], "Title\n\nBody é"))
    assert (commit.author_name, commit.author_email) == ("Ada", "ada@example.org")
    assert commit.title == "Title"
    assert commit.message == "Title\n\nBody é"
    assert commit.at.tzinfo is not None


def test_a_folder_is_listed_with_sizes(repo, put):
    tip = _commit(repo, [put("a.txt", b"123"), put("d/b.txt", b"12345")])
    assert [(e.path, e.kind, e.size) for e in repo.tree(tip)] == [("a.txt", "blob", 3), ("d", "tree", None)]
    assert [e.path for e in repo.tree(tip, "d")] == ["d/b.txt"]
    assert [e.path for e in repo.tree(tip, recursive=True)] == ["a.txt", "d", "d/b.txt"]
    with pytest.raises(MissingPathError):
        repo.tree(tip, "nowhere")


def test_changes_name_what_was_added_modified_deleted_and_renamed(repo, put):
    body = b"line\n" * 50
    first = _commit(repo, [put("a", b"1"), put("b", body), put("c", b"3")])
    second = _commit(repo, [put("a", b"2"), Move("b", "d/e"), Delete("c"), put("f", b"6")])
    assert {(c.kind, c.old_path, c.path) for c in repo.changes(first, second)} == {
        ("M", "a", "a"),
        ("R", "b", "d/e"),
        ("D", "c", "c"),
        ("A", "f", "f"),
    }
    assert {c.kind for c in repo.changes(None, first)} == {"A"}


def test_a_commit_that_changes_nothing_is_none(repo, put):
    tip = _commit(repo, [put("a", b"1")])
    with pytest.raises(NothingToCommitError):
        _commit(repo, [put("a", b"1")])
    assert repo.tip("main") == tip


@pytest.mark.parametrize(
    "edits",
    [
        lambda put: [put("A", b"2")],
        lambda put: [put("a/b", b"2")],
        lambda put: [put("d", b"2")],
        lambda put: [Move("a", "d/b")],
    ],
)
def test_edits_that_do_not_fit_the_tree_are_refused(repo, put, edits):
    tip = _commit(repo, [put("a", b"1"), put("d/b", b"1")])
    with pytest.raises(ConflictError):
        _commit(repo, edits(put))
    assert repo.tip("main") == tip


def test_an_edit_of_what_was_not_seen_is_refused(repo, put):
    first = _commit(repo, [put("a", b"1")])
    _commit(repo, [put("a", b"2")])
    with pytest.raises(ConflictError):
        _commit(repo, [put("a", b"3")], expect=first)


def test_a_new_branch_grows_from_the_default_one(repo, put):
    tip = _commit(repo, [put("a", b"1")])
    new = _commit(repo, [put("b", b"2")], branch="idea")
    assert repo.commit_info(new).parents == (tip,)
    assert [e.path for e in repo.tree(new)] == ["a", "b"]
    with pytest.raises(ConflictError, match="cannot be beside"):
        _commit(repo, [put("c", b"3")], branch="idea/more")


def test_a_lock_that_a_killed_git_left_does_not_stop_the_next_commit(repo, put):
    _commit(repo, [put("a", b"1")])
    lock = repo.path / "refs" / "heads" / "main.lock"
    lock.touch()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    assert _commit(repo, [put("a", b"2")]) == repo.tip("main")


def test_refs_with_slashes_are_told_from_paths(repo, put):
    _commit(repo, [put("a/b.stl", b"1")])
    tip = _commit(repo, [put("parts/a.stl", b"2")], branch="feature/x")
    assert repo.split_ref("feature/x/parts/a.stl") == ("feature/x", tip, "parts/a.stl")
    assert repo.split_ref(f"{tip}/parts/a.stl") == (tip, tip, "parts/a.stl")
    assert repo.split_ref("main") == ("main", repo.tip("main"), "")
    with pytest.raises(UnknownRevisionError):
        repo.split_ref("feature/y/a.stl")


@pytest.mark.parametrize("evil", ["--help", "-n1", "main@{0}", "main..main", "", "refs/heads/main", "a\nb", "HEAD"])
def test_a_revision_is_never_read_as_an_option_or_a_range(repo, put, evil):
    _commit(repo, [put("a", b"1")])
    with pytest.raises(UnknownRevisionError):
        repo.resolve(evil)


def test_the_log_is_paged_and_follows_one_path(repo, put):
    ids = [_commit(repo, [put("a" if n % 2 else "b", str(n).encode())], f"c{n}") for n in range(7)]
    assert [c.id for c in repo.log(ids[-1], skip=2, limit=3)] == ids[::-1][2:5]
    assert [c.title for c in repo.log(ids[-1], "a")] == ["c5", "c3", "c1"]
    assert [c.id for c in repo.between([ids[2]], ids[4])] == ids[3:5]
    assert [c.id for c in repo.between([], ids[1])] == ids[:2]


def test_each_entry_of_a_folder_has_its_last_commit(repo, put):
    _commit(repo, [put("a", b"1"), put("d/x", b"1"), put("d/y", b"1")], "first")
    _commit(repo, [put("d/x", b"2")], "second")
    tip = _commit(repo, [put("a", b"3")], "third")
    assert {n: c.title for n, c in repo.last_changes(tip).items()} == {"a": "third", "d": "second"}
    assert {n: c.title for n, c in repo.last_changes(tip, "d").items()} == {"x": "second", "y": "first"}


def test_a_tag_leads_to_its_commit(repo, put):
    tip = _commit(repo, [put("a", b"1")])
    repo.tag("v1.0", tip, "First", ADA)
    assert [(t.name, t.commit) for t in repo.tags()] == [("v1.0", tip)]
    assert repo.resolve("v1.0") == tip


def test_writers_at_once_lose_nothing(repo, put):
    sources = [[put(f"w{w}/{n}", f"{w}{n}".encode()) for n in range(6)] for w in range(4)]

    def write(edits):
        for edit in edits:
            _commit(repo, [edit])

    threads = [threading.Thread(target=write, args=[edits]) for edits in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tip = repo.tip("main")
    assert len([e for e in repo.tree(tip, recursive=True) if e.kind == "blob"]) == 24
    assert len(repo.between([], tip)) == 24
    assert repo.fsck() == []


def test_a_killed_writer_leaves_a_whole_repository(repo, put, tmp_path):
    _commit(repo, [put("a", b"1")])
    script = textwrap.dedent(f"""
        from pathlib import Path
        from storage.git.repo import Repo
        from storage.git.types import Put, Signature
        WHO = Signature("K", "k@x")
        n = 0
        while True:
            n += 1
            file = Path({str(tmp_path)!r}) / "killed"
            file.write_bytes(str(n).encode() * 1000)
            Repo(Path({str(repo.path)!r})).commit("main", [Put(f"k/{{n}}", file)], author=WHO, message="k")
            print(n, flush=True)
    """)
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
        child.stdout.readline()
        time.sleep(0.15)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert repo.fsck() == []
        _commit(repo, [put("after", os.urandom(8))])


def test_hooks_filters_and_configuration_of_a_repository_are_not_run(repo, put, tmp_path):
    mark = tmp_path / "ran"
    hooks = repo.path / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    tip = _commit(repo, [put(".gitattributes", b"* filter=evil diff=evil\n"), put("a", b"1")])
    assert repo.read(repo.entry(tip, "a").oid, 10) == b"1"
    assert not mark.exists()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_the_stock_client_clones_over_http(repo, put, tmp_path, version):
    _commit(repo, [put(path, content) for path, content in ODD.items()])

    def app(environ, start):
        protocol = environ.get("HTTP_GIT_PROTOCOL", "")
        if environ["PATH_INFO"].endswith("/info/refs"):
            start("200 OK", [("Content-Type", "application/x-git-upload-pack-advertisement")])
            return [http.advertise(repo.path, protocol)]
        start("200 OK", [("Content-Type", "application/x-git-upload-pack-result")])
        return http.UploadPack(repo.path, http.request_body(environ), protocol)

    server = make_server("127.0.0.1", 0, app, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/x.git"
        clone = tmp_path / "clone"
        subprocess.run(["git", "-c", f"protocol.version={version}", "clone", "-q", address, str(clone)], check=True)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (clone / "plain.stl").read_bytes() == ODD["plain.stl"]


def test_a_gzip_bomb_in_a_request_is_refused(monkeypatch):
    import gzip
    import io

    monkeypatch.setattr(http, "MAX_REQUEST_BYTES", 1 << 20)
    bomb = gzip.compress(b"\0" * (8 << 20))
    environ = {
        "wsgi.input": io.BytesIO(bomb),
        "CONTENT_LENGTH": str(len(bomb)),
        "HTTP_CONTENT_ENCODING": "gzip",
    }
    with pytest.raises(ValueError, match="too large"):
        list(http.request_body(environ))

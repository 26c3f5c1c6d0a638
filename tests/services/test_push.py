"""git push with the stock client, against the site as it is started."""

import json
import os
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.site import Nginx, Site, clean, until

pytestmark = pytest.mark.service("git")


class Work:
    """A work tree of the stock client."""

    def __init__(self, site, path, slug="widget", person="ada", token=None):
        self.path = path
        self.url = f"http://{person}:{token or site.token}@127.0.0.1:{site.port}/@ada/{slug}.git"
        self.env = os.environ | {
            "HOME": str(path.parent), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_LFS_SKIP_SMUDGE": "1",
        }  # fmt: skip
        self.run("clone", "-q", self.url, path, at=path.parent)

    def run(self, *words, at=None, check=True, stdin=None, **env):
        done = subprocess.run(
            ["git", *map(str, words)], cwd=at or self.path, env=self.env | env, input=stdin,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, done.stderr
        return done

    def write(self, files, message="change"):
        for path, content in files.items():
            file = self.path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        self.run("add", "-A")
        self.run("commit", "-qm", message)
        return self.tip()

    def tip(self):
        return self.run("rev-parse", "HEAD").stdout.strip()

    def push(self, *words, **env):
        return self.run("push", *(words or ("origin", "HEAD")), check=False, **env)


@pytest.fixture(scope="module", params=["as started", pytest.param("behind nginx", marks=pytest.mark.service("nginx"))])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site, nginx = Site(folder / "data"), None
    try:
        if request.param == "behind nginx":
            nginx = Nginx(folder, site)
        else:
            site.start()
        site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget", "owner": "ada"}))
        yield site
    finally:
        if nginx:
            nginx.stop()
        site.kill()


@pytest.fixture
def work(site, tmp_path):
    return Work(site, tmp_path / "work")


def refused(done, *words):
    """The push failed, and git showed these words."""
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr, done.stderr
    return True


def test_a_push_is_indexed_as_a_commit_on_the_page_and_answers_with_the_address(site, work):
    tip = work.write({"a b/é.txt": "text\n", "part.stl": "solid a\nendsolid a\n"})
    done = work.push()
    assert done.returncode == 0, done.stderr
    assert f"remote: Widget: http://127.0.0.1:{site.port}/@ada/widget/" in done.stderr
    assert "looked at" in done.stderr
    assert re.search(r"remote: @ada stores [\d.]+ KB of 20\.0 GB\.", done.stderr), done.stderr
    newest = json.loads(site.get("/api/v1/projects/ada/widget/commits")[1])["items"][0]
    assert newest["commit"] == tip
    assert clean(site)


@pytest.mark.parametrize("protocol", ["0", "1", "2"])
def test_every_version_of_the_protocol_clones_fetches_and_pushes(site, tmp_path, protocol):
    work = Work(site, tmp_path / "work")
    work.write({f"v{protocol}.txt": protocol})
    assert work.run("-c", f"protocol.version={protocol}", "push", "origin", "HEAD").returncode == 0
    work.run("-c", f"protocol.version={protocol}", "clone", "-q", work.url, tmp_path / "again", at=tmp_path)
    assert (tmp_path / "again" / f"v{protocol}.txt").read_text() == protocol


def test_shallow_partial_and_sparse_clones(site, work, tmp_path):
    work.write({"in/a.txt": "a" * 3000, "out/b.txt": "b" * 3000})
    work.push()
    work.run("clone", "-q", "--depth=1", work.url, tmp_path / "shallow", at=tmp_path)
    assert work.run("rev-list", "--count", "HEAD", at=tmp_path / "shallow").stdout.strip() == "1"
    work.run("clone", "-q", "--filter=blob:none", "--no-checkout", work.url, tmp_path / "partial", at=tmp_path)
    listed = work.run("rev-list", "--objects", "--missing=print", "HEAD", at=tmp_path / "partial").stdout
    assert "?" in listed
    work.run("clone", "-q", "--filter=blob:none", "--sparse", work.url, tmp_path / "sparse", at=tmp_path)
    work.run("sparse-checkout", "set", "in", at=tmp_path / "sparse")
    assert (tmp_path / "sparse" / "in" / "a.txt").is_file()
    assert not (tmp_path / "sparse" / "out").exists()


def test_a_push_in_chunks_is_whole(site, work):
    tip = work.write({"big.bin": os.urandom(3 << 20)})
    assert work.run("-c", "http.postBuffer=65536", "push", "origin", "HEAD").returncode == 0
    assert site.tip() == tip


def test_tags_branches_and_deletes(site, work):
    work.run("switch", "-qc", "trial/one")
    work.write({"trial.txt": "1"})
    work.run("tag", "-a", "t1", "-m", "one")
    assert work.push("origin", "HEAD", "t1").returncode == 0
    assert work.push("origin", ":trial/one", ":t1").returncode == 0
    assert "trial/one" not in work.run("ls-remote", "origin").stdout


def test_only_unprotected_branches_can_be_rewritten(site, work):
    work.run("switch", "-qc", "loose")
    work.write({"x.txt": "1"})
    work.push()
    work.run("commit", "-q", "--amend", "-m", "otherwise")
    assert work.push("-f", "origin", "loose").returncode == 0
    work.run("switch", "-q", "main")
    work.run("commit", "-q", "--amend", "-m", "otherwise")
    assert refused(work.push("-f", "origin", "main"), "“main” is protected and keeps its history")
    assert refused(work.push("origin", ":main"), "“main” is the default branch and cannot be deleted")


def test_an_atomic_push_moves_all_or_nothing(site, work):
    before = work.run("ls-remote", "origin").stdout
    work.run("switch", "-qc", "fine")
    work.write({"fine.txt": "1"})
    work.run("switch", "-q", "main")
    work.run("commit", "-q", "--amend", "-m", "otherwise")
    assert refused(work.push("--atomic", "-f", "origin", "fine", "main"), "protected")
    assert work.run("ls-remote", "origin").stdout == before


def entry(work, mode, path, content):
    """A commit on the tip whose tree has one more entry, as no work tree could make it."""
    kind = "commit" if mode == "160000" else "blob"
    oid = work.tip() if kind == "commit" else work.run("hash-object", "-w", "--stdin", stdin=content).stdout.strip()
    listed = work.run("ls-tree", "HEAD").stdout
    tree = work.run("mktree", "--missing", stdin=f"{listed}{mode} {kind} {oid}\t{path}\n")
    made = work.run("commit-tree", tree.stdout.strip(), "-p", "HEAD", "-m", "odd").stdout.strip()
    work.run("update-ref", "refs/heads/odd", made)
    return "odd"


@pytest.mark.parametrize(
    ("mode", "path", "words"),
    [
        ("120000", "link", "is a symbolic link: put the file itself"),
        ("160000", "module", "is a submodule"),
        ("100644", ".GIT", "belongs to git"),
        ("100644", "..", "not names"),
        ("100644", "-rf", "may not start with a dash"),
        ("100644", "con.stl", "Windows keeps this name"),
        ("100644", "README.MD", "differ only by case"),
        ("100644", "a\\b", "backslash"),
    ],
)
def test_names_that_harm_somebody_are_refused_with_the_way_out(site, work, mode, path, words):
    assert refused(work.push("origin", entry(work, mode, path, "x")), words)
    assert clean(site)


def test_folders_that_unfold_to_millions_of_files_are_refused(site, work):
    blob = work.run("hash-object", "-w", "--stdin", stdin="x").stdout.strip()
    tree = work.run("mktree", stdin="".join(f"100644 blob {blob}\tf{n}\n" for n in range(10))).stdout.strip()
    for _ in range(8):
        tree = work.run("mktree", stdin="".join(f"040000 tree {tree}\td{n}\n" for n in range(10))).stdout.strip()
    made = work.run("commit-tree", tree, "-m", "bomb").stdout.strip()
    assert refused(work.push("origin", f"{made}:refs/heads/bomb"), "more than 50,000 files")


def test_refs_beside_branches_and_tags_are_refused(site, work):
    work.write({"n.txt": "1"})
    assert refused(work.push("origin", "HEAD:refs/notes/x"), "only branches and tags can be pushed")
    assert refused(work.push("origin", "HEAD:refs/internal/x"))


def test_a_large_plain_file_is_sent_to_git_lfs(site, work):
    work.write({"part.bin": bytes(33 << 20)})
    assert refused(work.push("origin", "HEAD:big"), "git lfs migrate import --everything --include='*.bin'")


def test_a_pointer_without_its_content_is_refused(site, work):
    work.write({"a.stl": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n"})
    assert refused(work.push("origin", "HEAD:pointer"), "has not arrived: a.stl", "git lfs push --all origin")


def test_whoever_may_not_write_is_told_so(site, tmp_path):
    words = ("--email", "eve@example.org", "--password", "another long secret", "--token")
    token = site.run("person", "eve", *words).strip()
    eve = Work(site, tmp_path / "eve", person="eve", token=token)
    eve.write({"eve.txt": "1"})
    assert refused(eve.push(), "fork it and offer a contribution")
    nobody = eve.url.replace(f"eve:{token}@", "")
    assert refused(eve.push(nobody, "HEAD"), "could not read Username")
    assert refused(eve.push(eve.url.replace(token, "wrong"), "HEAD"), "Authentication failed")


def test_a_password_does_where_there_is_no_second_factor(site, tmp_path):
    work = Work(site, tmp_path / "work", token="a%20long%20enough%20secret")
    work.write({"by-password.txt": "1"})
    assert work.push().returncode == 0


def test_pushing_a_first_branch_of_another_name_makes_it_the_default(site, tmp_path):
    site.ask("POST", "/api/v1/projects", json.dumps({"name": "Empty", "owner": "ada", "readme": False}))
    work = Work(site, tmp_path / "work", slug="empty")
    work.run("switch", "-qc", "master")
    tip = work.write({"a.txt": "1"})
    assert work.push("origin", "master").returncode == 0
    assert json.loads(site.get("/api/v1/projects/ada/empty/commits")[1])["items"][0]["commit"] == tip


def test_pushes_and_uploads_at_once_lose_nothing(site, tmp_path):
    works = [Work(site, tmp_path / f"w{n}") for n in range(2)]

    def push(number):
        work = works[number]
        for turn in range(5):
            work.write({f"push/{number}-{turn}.txt": f"{number} {turn}"})
            while work.push().returncode:
                work.run("pull", "-q", "--rebase", "origin", "main")
        return 5

    def upload(number):
        done = 0
        while done < 5:
            done += site.commit({f"web/{number}-{done}.txt": f"{number} {done}".encode()})[0] == 201
        return done

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work, number) for work in (push, upload) for number in (0, 1)]
        assert sum(one.result() for one in running) == 20
    again = Work(site, tmp_path / "again")
    assert len(list((again.path / "push").iterdir())) == 10
    assert len(list((again.path / "web").iterdir())) == 10
    assert clean(site)


def test_a_client_that_leaves_leaves_no_child_and_no_quarantine(site, work):
    work.write({"much.bin": os.urandom(24 << 20)})
    child = subprocess.Popen(
        ["git", "-c", "http.postBuffer=65536", "push", "-q", "origin", "HEAD:gone"], cwd=work.path, env=work.env,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    objects = site.repository() / "objects"
    until(lambda: list(objects.glob("tmp_objdir-*")), 10)
    os.killpg(child.pid, 9)
    child.wait()
    assert until(lambda: not list(objects.glob("tmp_objdir-*")), 15)
    assert clean(site)


def test_over_the_slots_the_answer_is_busy_and_says_when(site, work):
    held = []
    lock = threading.Lock()

    def hold():
        import socket

        head = (
            "POST /@ada/widget.git/git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: application/x-git-upload-pack-request\r\nContent-Length: 100\r\n\r\n0011"
        )
        connection = socket.create_connection(("127.0.0.1", site.port))
        connection.sendall(head.encode())
        with lock:
            held.append(connection)

    for _ in range(4):
        hold()
    try:
        kind = "application/x-git-upload-pack-request"
        assert until(lambda: site.ask("POST", "/@ada/widget.git/git-upload-pack", b"0000", kind)[0] == 503, 20)
    finally:
        for connection in held:
            connection.close()
    assert until(lambda: work.run("ls-remote", "origin", check=False).returncode == 0, 20)

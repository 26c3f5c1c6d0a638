"""A real site under load, cut and killed: what it acknowledged is there, and nothing else."""

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "manage.py"]
COMMITS = "/api/v1/projects/ada/widget/commits"
pytestmark = pytest.mark.service("git")


def multipart(files):
    """Content type and body of a commit of {path: bytes}."""
    parts = []
    for path, content in files.items():
        parts.append(b'--cut\r\nContent-Disposition: form-data; name="path"\r\n\r\n' + path.encode())
        head = f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{Path(path).name}"\r\n\r\n'
        parts.append(head.encode() + content)
    return "multipart/form-data; boundary=cut", b"\r\n".join([*parts, b"--cut--\r\n"])


class Site:
    """`manage.py serve` on a data folder of its own."""

    def __init__(self, data):
        self.data = data
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PARTAGE_")} | {"PARTAGE_DATA": str(data)}
        self.process = None
        self.run("migrate", "-v0")
        self.run("createcachetable")
        words = ("--email", "ada@example.org", "--password", "a long enough secret", "--token")
        self.token = self.run("person", "ada", *words).strip()

    def run(self, *command):
        done = subprocess.run([*MANAGE, *command], cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [*MANAGE, "serve", "--port", str(self.port)],
            cwd=ROOT, env=self.env, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert until(lambda: self.get("/readyz")[0] == 200, 40)

    def kill(self):
        """End the site and its children at once, without a word."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask(self, method, path, body=None, kind="application/json"):
        """Status and body; (0, b"") where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def get(self, path):
        return self.ask("GET", path)

    def commit(self, files):
        kind, body = multipart(files)
        return self.ask("POST", COMMITS, body, kind)

    def tip(self):
        return json.loads(self.get(COMMITS)[1])["items"][0]["commit"]

    def repository(self):
        [path] = {head.parent for head in (self.data / "repositories").rglob("HEAD")}
        return path


def until(true, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return False


def git(*words):
    return subprocess.run(["git", *map(str, words)], check=True, capture_output=True, text=True)


def clean(site):
    done = git("-C", site.repository(), "fsck", "--full", "--strict")
    return not [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("dangling")]


def cloned(site, into):
    """Every file by a stock `git clone`."""
    git("clone", "-q", f"http://127.0.0.1:{site.port}/@ada/widget.git", into)
    return {
        str(path.relative_to(into)): path.read_bytes()
        for path in into.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(into).parts
    }


def rows(site, statement):
    """Run one statement on the site's database and commit it."""
    with closing(sqlite3.connect(site.data / "db.sqlite3", timeout=20)) as database, database:
        return database.execute(statement).fetchall()


def running(site):
    """How many analyses are in a worker's hands."""
    return rows(site, "SELECT COUNT(*) FROM designs_analysis WHERE state = 'running'")[0][0]


def let_leases_run_out(site):
    """As if the minute had passed in which a dead worker's row waits for it."""
    rows(site, "UPDATE designs_analysis SET leased_until = '2000-01-01 00:00:00' WHERE state = 'running'")


def missing(files, expected):
    """What of `expected` is not there byte for byte."""
    return [path for path, content in expected.items() if files.get(path) != content]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.start()
        assert site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget"}))[0] == 201
        yield site
    finally:
        site.kill()


def test_two_clients_that_commit_at_once_both_get_all_their_commits(site, tmp_path):
    expected = {f"{who}/{n}.bin": os.urandom(40_000 + n) for who in ("left", "right") for n in range(6)}

    def client(who):
        return [site.commit({path: data})[0] for path, data in expected.items() if path.startswith(who)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(client, ["left", "right"])) == [[201] * 6, [201] * 6]
    assert missing(cloned(site, tmp_path / "clone"), expected) == []
    assert clean(site)


def test_a_stock_clone_has_the_bytes_that_were_sent(site, tmp_path):
    odd = {
        "all/bytes.bin": bytes(range(256)) * 99,
        "crlf.txt": b"a\r\nb\n\r",
        "empty.txt": b"",
        "big.bin": os.urandom(3 << 20),
    }
    status, answer = site.commit(odd)
    assert status == 201
    sums = {one["path"]: one["sha256"] for one in json.loads(answer)["files"]}
    assert sums == {path: hashlib.sha256(content).hexdigest() for path, content in odd.items()}
    assert missing(cloned(site, tmp_path / "clone"), odd) == []


def test_an_upload_cut_at_half_leaves_no_commit_and_no_file(site):
    before, uploads = site.tip(), set((site.data / "uploads").rglob("*"))
    kind, body = multipart({"half.bin": os.urandom(4 << 20)})
    head = (
        f"POST {COMMITS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {site.token}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        assert until(lambda: set((site.data / "uploads").rglob("*")) - uploads, 10)
    assert until(lambda: set((site.data / "uploads").rglob("*")) <= uploads, 10)
    assert (site.tip(), site.get("/readyz")[0]) == (before, 200)
    assert site.commit({"whole.bin": b"whole"})[0] == 201
    assert clean(site)


def test_what_was_acknowledged_before_a_kill_is_there_after_it_and_analyses_end(site, tmp_path, shared):
    meshes = sorted((shared / "files").rglob("*.stl"), key=lambda path: -path.stat().st_size)[:4]
    kept = {f"mesh/{mesh.name}": mesh.read_bytes() for mesh in meshes}
    assert site.commit(kept)[0] == 201
    stop = threading.Event()

    def client(who):
        for n in range(1000):
            if stop.is_set():
                return
            files = {f"kill/{who}-{n}.bin": os.urandom(300_000)}
            if site.commit(files)[0] == 201:
                kept.update(files)

    with ThreadPoolExecutor(2) as pool:
        clients = [pool.submit(client, who) for who in ("a", "b")]
        try:
            assert until(lambda: len(kept) >= 8 and running(site), 40)
        finally:
            site.kill()
            stop.set()
        for one in clients:
            one.result()
    assert running(site) == 1
    let_leases_run_out(site)
    (site.repository() / "refs" / "heads" / "main.lock").touch()
    site.start()
    assert missing(cloned(site, tmp_path / "clone"), kept) == []
    assert clean(site)
    assert site.commit({"after.txt": b"still writable"})[0] == 201
    at = "/api/v1/projects/ada/widget/files/mesh"

    def states():
        return {json.loads(site.get(f"{at}/{mesh.name}")[1])["state"] for mesh in meshes}

    assert until(lambda: "waiting" not in states(), 60)
    assert states() == {"ready"}


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 300 MB of its own, which root alone can make."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root, with mount, can make a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("this machine mounts no file system")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_said_so_and_nothing_is_half_written(small_disk):
    site = Site(small_disk)
    try:
        site.start()
        made = site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget"}))
        assert made[0] == 201
        before = site.tip()
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk)
        with ballast.open("wb") as out:
            out.truncate(0)
            os.posix_fallocate(out.fileno(), 0, free.f_bavail * free.f_frsize - (12 << 20))
        status, body = site.commit({"large.bin": os.urandom(24 << 20)})
        assert status == 507, body
        assert "disk is full" in json.loads(body)["detail"]
        assert site.tip() == before
        assert not list((small_disk / "uploads").iterdir())
        assert clean(site)
        ballast.unlink()
        assert site.commit({"small.txt": b"fits again"})[0] == 201
        assert missing(cloned(site, small_disk / "clone"), {"small.txt": b"fits again"}) == []
    finally:
        site.kill()

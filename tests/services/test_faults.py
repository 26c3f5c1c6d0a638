"""A real site under load, cut and killed: what it acknowledged is there, and nothing else."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.site import COMMITS, Site, clean, cloned, multipart, rows, until

pytestmark = pytest.mark.service("git", "git-lfs")


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
    assert {"crlf.txt", "big.bin", ".gitattributes"} <= sums.keys()
    assert {path: sums[path] for path in odd} == {
        path: hashlib.sha256(content).hexdigest() for path, content in odd.items()
    }
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
        left = [file for folder in ("uploads", "blobs") for file in (small_disk / folder).rglob("*") if file.is_file()]
        assert left == []
        assert clean(site)
        ballast.unlink()
        assert site.commit({"small.txt": b"fits again"})[0] == 201
        assert missing(cloned(site, small_disk / "clone"), {"small.txt": b"fits again"}) == []
    finally:
        site.kill()

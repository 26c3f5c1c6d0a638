"""The site with its blobs on a real S3 server: large files in parts, ranges, and a server that goes and comes back."""

import hashlib
import json
import os
import subprocess
import time
import urllib.request

import pytest

from storage import blobs
from tests import solids
from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY, S3Server
from tests.services.site import Site, clean, git, rows, until

pytestmark = pytest.mark.service("git", "git-lfs", "s3")
MIB = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = S3Server(tmp_path_factory.mktemp("own"))
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module", params=["through the site", "redirected"])
def site(request, tmp_path_factory, server):
    site = Site(tmp_path_factory.mktemp("site") / "data")
    site.env |= {
        "PARTAGE_S3_BUCKET": server.empty_bucket("blobs"), "PARTAGE_S3_ENDPOINT": server.url,
        "PARTAGE_S3_ACCESS_KEY": ACCESS_KEY, "PARTAGE_S3_SECRET_KEY": SECRET_KEY, "PARTAGE_S3_REGION": REGION,
        "PARTAGE_S3_REDIRECT": str(request.param == "redirected").lower(),
    }  # fmt: skip
    try:
        site.start()
        assert site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget", "owner": "ada"}))[0] == 201
        yield site
    finally:
        site.kill()


def fetched(site, path, **headers):
    address = f"http://127.0.0.1:{site.port}/@ada/widget/raw/main/{path}"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return answer.status, answer.read()


def picture_of(site, path):
    return rows(
        site,
        "SELECT preview_256 FROM designs_analysis JOIN designs_file USING (sha256) "
        f"WHERE path = '{path}' AND preview_256 != ''",
    )


def test_a_large_upload_goes_to_s3_in_parts_and_comes_back_whole_and_in_ranges(site, server):
    content = os.urandom(21 * MIB)
    assert site.commit({"large.stl": content})[0] == 201
    kept = server.client().head_object(Bucket="blobs", Key=blobs.key(hashlib.sha256(content).hexdigest()))
    assert kept["ContentLength"] == len(content)
    assert kept["ETag"].strip('"').endswith("-3"), "three parts of 8 MiB"
    assert fetched(site, "large.stl") == (200, content)
    across = f"bytes={8 * MIB - 10}-{8 * MIB + 9}"
    assert fetched(site, "large.stl", Range=across) == (206, content[8 * MIB - 10 : 8 * MIB + 10])
    assert fetched(site, "large.stl", Range="bytes=-7") == (206, content[-7:])


def test_a_store_that_is_away_is_said_so_and_loses_nothing(site, server, tmp_path):
    assert site.commit({"part.stl": solids.box((30.0, 20.0, 10.0))})[0] == 201
    assert until(lambda: picture_of(site, "part.stl"), 60)
    work = tmp_path / "work"
    git("clone", "-q", f"http://ada:{site.token}@127.0.0.1:{site.port}/@ada/widget.git", work)
    git("-C", work, "lfs", "install", "--local")
    pushed = solids.box((5.0, 6.0, 7.0))
    (work / "pushed.stl").write_bytes(pushed)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git("-C", work, "add", ".")
    git("-C", work, *who, "commit", "-qm", "Pushed")
    before = site.tip()
    server.stop()
    try:
        status, body = site.commit({"lost.stl": b"solid lost\nendsolid lost\n"})
        assert (status, json.loads(body)["detail"]) == (503, str(blobs.DOWN))
        assert site.tip() == before
        with pytest.raises(subprocess.CalledProcessError):
            git("-C", work, "-c", "lfs.transfer.maxretries=1", "push", "-q", "origin", "HEAD")
        assert site.tip() == before
        for page in ("", "tree/main/", "blob/main/part.stl", "commits/", "releases/"):
            assert site.get(f"/@ada/widget/{page}")[0] == 200, page
        if site.env["PARTAGE_S3_REDIRECT"] == "false":
            status, body = site.get("/@ada/widget/raw/main/part.stl")
            assert (status, body.decode().strip()) == (503, str(blobs.DOWN))
        parts = json.loads(site.get("/readyz")[1])["parts"]
        assert [name for name, part in parts.items() if not part["ok"]] == ["blobs"]
    finally:
        server.start()
    assert until(lambda: site.get("/readyz")[0] == 200, 30)
    assert site.commit({"found.stl": solids.box((8.0, 8.0, 8.0))})[0] == 201
    git("-C", work, *who, "pull", "-q", "--rebase")
    git("-C", work, "push", "-q", "origin", "HEAD")
    assert fetched(site, "pushed.stl")[1] == pushed
    assert until(lambda: picture_of(site, "pushed.stl") and picture_of(site, "found.stl"), 60)
    assert clean(site)


def test_files_that_wait_while_the_store_is_away_are_measured_when_it_is_back(site, server):
    sizes = range(20, 32)
    assert site.commit({f"late/{size}.stl": solids.box((size, 9.0, 3.0)) for size in sizes})[0] == 201
    server.stop()
    time.sleep(8)
    waiting = rows(site, "SELECT COUNT(*) FROM designs_analysis WHERE state = 'ready' AND attempts = 0")
    server.start()
    assert waiting != [(0,)]
    assert until(lambda: all(picture_of(site, f"late/{size}.stl") for size in sizes), 120)
    assert rows(site, "SELECT COUNT(*) FROM designs_analysis WHERE state = 'failed'") == [(0,)]

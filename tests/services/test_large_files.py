"""Files committed on the site come back byte for byte by the stock git and git-lfs clients, and by nginx."""

import hashlib
import json
import os
import urllib.request

import pytest

from tests.services.site import SendingNginx, Site, clean, git, rows

pytestmark = pytest.mark.service("git", "git-lfs")
ODD = {
    "part.stl": b"solid x\nendsolid x\n" * 100,
    "with space/PART 2.StL": os.urandom(4000),
    "pièce détachée/é à ü [v2] #1.stl": os.urandom(4000),
    'it\'s "2" inches.step': b"ISO-10303-21;",
    "big file, 'quoted' \"twice\" (copie).bin": os.urandom(600_000),
    "🧩/assembly.3mf": os.urandom(5000),
    "empty.stl": b"",
    "empty.bin": b"",
    "source.scad": b"cube(1);\r\n",
}
PLAIN = {"empty.stl", "empty.bin", "source.scad"}


@pytest.fixture(scope="module", params=["site", pytest.param("nginx", marks=pytest.mark.service("nginx"))])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site, nginx = Site(folder / "data"), None
    try:
        if request.param == "nginx":
            folder.chmod(0o755)
            nginx = SendingNginx(folder, site)
        else:
            site.start()
        assert site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget"}))[0] == 201
        yield site
    finally:
        if nginx:
            nginx.stop()
        site.kill()


def clone(site, into):
    git("-c", "init.defaultBranch=main", "clone", "-q", f"http://127.0.0.1:{site.port}/@ada/widget.git", into)
    git("-C", into, "lfs", "install", "--local")
    return git("-C", into, "lfs", "pull")


def test_what_was_uploaded_is_cloned_byte_for_byte_and_clean(site, tmp_path):
    assert site.commit(ODD)[0] == 201
    clone(site, tmp_path / "clone")
    for path, content in ODD.items():
        file = tmp_path / "clone" / path
        assert file.read_bytes() == content, path
        os.utime(file, (1_700_000_000, 1_700_000_000))
    assert git("-C", tmp_path / "clone", "status", "--porcelain").stdout == ""
    assert "OK" in git("-C", tmp_path / "clone", "lfs", "fsck").stdout
    listed = git("-C", tmp_path / "clone", "-c", "core.quotePath=false", "lfs", "ls-files", "--name-only").stdout
    assert set(listed.splitlines()) == ODD.keys() - PLAIN
    assert clean(site)


def test_what_git_lfs_pushes_is_downloaded_whole_and_in_parts(site, tmp_path):
    work = tmp_path / "work"
    clone(site, work)
    content = os.urandom(3 << 20)
    (work / "pushed.stl").write_bytes(content)
    git("-C", work, "add", ".")
    git("-C", work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "Pushed")
    git("-C", work, "push", "-q", f"http://ada:{site.token}@127.0.0.1:{site.port}/@ada/widget.git", "HEAD")
    address = f"http://127.0.0.1:{site.port}/@ada/widget/raw/main/pushed.stl"
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == content
        assert answer.headers["Content-Disposition"] == 'attachment; filename="pushed.stl"'
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert int(answer.headers["Content-Length"]) == len(content)
        assert ("-" in answer.headers["ETag"]) == (site.env.get("PARTAGE_X_ACCEL_REDIRECT") == "/stored/"), "nginx's"
    asked = urllib.request.Request(address, headers={"Range": "bytes=1000000-1999999"})
    with urllib.request.urlopen(asked) as answer:
        assert (answer.status, answer.read()) == (206, content[1_000_000:2_000_000])
        assert answer.headers["Content-Range"] == f"bytes 1000000-1999999/{len(content)}"
    [[sha256, size]] = rows(site, "SELECT sha256, size FROM designs_file WHERE path = 'pushed.stl'")
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_an_upload_on_top_of_a_clone_merges_with_what_the_clone_adds(site, tmp_path):
    work = tmp_path / "work"
    clone(site, work)
    assert site.commit({"from the page.stl": b"solid page"})[0] == 201
    (work / "from the clone.stl").write_bytes(b"solid clone")
    git("-C", work, "add", ".")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git("-C", work, *who, "commit", "-qm", "Mine")
    git("-C", work, *who, "pull", "-q", "--rebase")
    assert (work / "from the page.stl").read_bytes() == b"solid page"
    assert git("-C", work, "status", "--porcelain").stdout == ""

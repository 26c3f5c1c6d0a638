"""Git LFS with the stock client: on a folder, on a real S3 server, and behind nginx."""

import hashlib
import json
import os
import urllib.error
import urllib.request

import pytest

from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY
from tests.services.site import Nginx, Site, clean, rows
from tests.services.test_push import Work, refused

pytestmark = pytest.mark.service("git", "git-lfs")


@pytest.fixture(
    scope="module",
    params=[
        "folder",
        pytest.param("s3", marks=pytest.mark.service("s3")),
        pytest.param("nginx", marks=pytest.mark.service("nginx")),
    ],
)
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site, nginx = Site(folder / "data"), None
    site.kind = request.param
    try:
        if request.param == "s3":
            server = request.getfixturevalue("s3_server")
            site.env |= {
                "PARTAGE_S3_BUCKET": server.empty_bucket("lfs"), "PARTAGE_S3_ENDPOINT": server.url,
                "PARTAGE_S3_ACCESS_KEY": ACCESS_KEY, "PARTAGE_S3_SECRET_KEY": SECRET_KEY, "PARTAGE_S3_REGION": REGION,
            }  # fmt: skip
        if request.param == "nginx":
            nginx = Nginx(folder, site)
        else:
            site.start()
        site.ask("POST", "/api/v1/projects", json.dumps({"name": "Widget", "owner": "ada"}))
        yield site
    finally:
        if nginx:
            nginx.stop()
        site.kill()


class LfsWork(Work):
    """A work tree in which git-lfs is at work."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.env.pop("GIT_LFS_SKIP_SMUDGE")
        self.run("lfs", "install", "--local")
        self.run("config", "lfs.locksverify", "true")
        self.run("lfs", "track", "*.bin")


@pytest.fixture
def work(site, tmp_path):
    return LfsWork(site, tmp_path / "work")


def test_what_is_pushed_comes_back_byte_for_byte(site, work, tmp_path):
    contents = {"a b/é 'x'.bin": os.urandom(3 << 20), "small.bin": b"x", "empty.bin": b"", "text.txt": b"plain\n"}
    work.write(contents)
    done = work.push()
    assert done.returncode == 0, done.stderr
    again = LfsWork(site, tmp_path / "again")
    again.run("lfs", "pull")
    assert {path: (again.path / path).read_bytes() for path in contents} == contents
    again.run("checkout", "--", ".gitattributes")
    assert again.run("status", "--porcelain").stdout == ""
    again.run("lfs", "fsck")
    assert clean(site)


def test_a_push_whose_objects_were_not_sent_is_refused_with_the_command(work):
    work.write({"lost.bin": os.urandom(2000)})
    assert refused(work.push("--no-verify", "origin", "HEAD:lost"), "has not arrived: lost.bin", "git lfs push --all")
    work.run("lfs", "push", "--all", "origin")
    assert work.push("--no-verify", "origin", "HEAD:lost").returncode == 0


def test_locks_are_seen_kept_stolen_and_given_free(site, work, tmp_path):
    name = f"bob-{site.kind}"
    words = ("--email", f"{name}@example.org", "--password", "another long secret", "--token")
    token = site.run("person", name, *words)
    rows(
        site,
        "INSERT INTO designs_collaborator (project_id, user_id, role) SELECT p.id, u.id, 'writer' "
        f"FROM designs_project p, accounts_user u WHERE p.slug = 'widget' AND u.username = '{name}'",
    )
    work.write({"part.bin": os.urandom(2000)})
    assert work.push().returncode == 0
    assert "Locked part.bin" in work.run("lfs", "lock", "part.bin").stdout
    assert "part.bin\tada" in work.run("lfs", "locks").stdout.replace(" ", "")
    assert work.run("lfs", "lock", "part.bin", check=False).returncode != 0
    bob = LfsWork(site, tmp_path / "bob", person=name, token=token.strip())
    bob.run("config", "lfs.locksverify", "false")
    bob.write({"part.bin": os.urandom(2000)})
    assert refused(bob.push(), "“part.bin” is locked by ada")
    assert bob.run("lfs", "unlock", "part.bin", check=False).returncode != 0
    assert bob.run("lfs", "unlock", "--force", "part.bin", check=False).returncode != 0
    work.run("lfs", "unlock", "part.bin")
    assert bob.push().returncode == 0
    bob.run("lfs", "lock", "part.bin")
    work.run("lfs", "unlock", "--force", "part.bin")
    assert work.run("lfs", "locks").stdout == ""


def ask(site, path, said, *, token=True, method="POST", headers=None):
    """Status, JSON and headers of a request to the LFS API."""
    own = {"Content-Type": "application/vnd.git-lfs+json", "Accept": "application/vnd.git-lfs+json"}
    if token:
        own["Authorization"] = f"Bearer {site.token}"
    body = json.dumps(said).encode() if not isinstance(said, bytes) else said
    url = path if path.startswith("http") else f"http://127.0.0.1:{site.port}/@ada/widget.git/info/lfs/{path}"
    request = urllib.request.Request(url, body, own | (headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def batch(site, operation, content, **values):
    objects = [{"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}]
    status, said, _ = ask(site, "objects/batch", {"operation": operation, "objects": objects}, **values)
    return status, json.loads(said)


def test_other_bytes_than_announced_are_refused(site):
    content = os.urandom(4000)
    action = batch(site, "upload", content)[1]["objects"][0]["actions"]
    tampered = bytes([content[0] ^ 1]) + content[1:]
    up, verify = action["upload"], action["verify"]
    for sent in (tampered, content[:-1]):
        status, said, _ = ask(site, up["href"], sent, token=False, method="PUT", headers=up["header"])
        assert status in ({422} if site.kind != "s3" else {400, 403, 411}), said
    named = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
    assert ask(site, verify["href"], named, token=False, headers=verify["header"])[0] == 404
    assert ask(site, up["href"], content, token=False, method="PUT", headers=up["header"])[0] == 200
    assert ask(site, verify["href"], named, token=False, headers=verify["header"])[0] == 200
    assert "actions" not in batch(site, "upload", content)[1]["objects"][0]


def test_content_known_elsewhere_must_still_be_uploaded_and_is_not_given_away(site):
    content = os.urandom(4000)
    up = batch(site, "upload", content)[1]["objects"][0]["actions"]
    ask(site, up["upload"]["href"], content, token=False, method="PUT", headers=up["upload"]["header"])
    named = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
    ask(site, up["verify"]["href"], named, token=False, headers=up["verify"]["header"])
    slug = "other"
    site.ask("POST", "/api/v1/projects", json.dumps({"name": "Other", "owner": "ada"}))
    at = f"http://127.0.0.1:{site.port}/@ada/{slug}.git/info/lfs/objects/batch"
    got = json.loads(ask(site, at, {"operation": "download", "objects": [named]})[1])["objects"][0]
    assert got["error"]["code"] == 404
    sent = json.loads(ask(site, at, {"operation": "upload", "objects": [named]})[1])["objects"][0]
    assert "upload" in sent["actions"]


def test_strangers_are_asked_to_sign_in_and_may_only_read(site):
    content = b"nothing"
    status, _said = batch(site, "upload", content, token=False)
    assert status == 401
    assert batch(site, "download", content, token=False)[0] == 200
    at = f"http://127.0.0.1:{site.port}/@ada/not-there.git/info/lfs/objects/batch"
    status, said, headers = ask(site, at, {"operation": "download", "objects": []}, token=False)
    assert (status, headers["LFS-Authenticate"]) == (401, 'Basic realm="Partage"')
    assert "token" in json.loads(said)["message"]


def test_a_transfer_that_was_not_agreed_on_is_refused(site):
    oid = hashlib.sha256(b"x").hexdigest()
    assert ask(site, f"objects/{oid}", b"x", method="PUT")[0] == 401
    assert ask(site, f"objects/{oid}", None, method="GET")[0] == 401


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"operation": "steal", "objects": []}, 422),
        ({"operation": "download", "objects": [{"oid": "../x", "size": 1}]}, 422),
        ({"operation": "download", "objects": [{"oid": "a" * 64, "size": -1}]}, 422),
        ({"operation": "download", "objects": [], "hash_algo": "md5"}, 409),
        ({"operation": "download", "objects": [{"oid": "a" * 64, "size": 1}] * 1001}, 413),
        ([], 422),
    ],
)
def test_bad_batches_get_a_sentence(site, said, status):
    answered, told, _ = ask(site, "objects/batch", said)
    assert answered == status
    assert json.loads(told)["message"].endswith(".")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(site):
    objects = [{"oid": "b" * 64, "size": 2 << 30}]
    said = ask(site, "objects/batch", {"operation": "upload", "objects": objects})[1]
    assert json.loads(said)["objects"][0]["error"]["code"] == 413

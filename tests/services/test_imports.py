"""Histories that come from another forge, by https on loopback, with real git at both ends."""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as live_settings
from django.db import connection

from designs.actions.errors import RefusedError
from designs.actions.request_import import cancel_import, request_import
from designs.actions.run_import import run_import
from designs.models import Import, LfsObject, Project
from designs.models.transfer import incoming_folder
from jobs.lease import Lease
from jobs.models import State
from storage import blobs
from storage.git.errors import GitError
from storage.lfs.pointer import Pointer
from tests.factories import make_user
from tests.services.forge import Forge, filled, git, served
from tests.transfers import clear, leftovers

pytestmark = [pytest.mark.service("git"), pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _rooms():
    clear()


@pytest.fixture
def forge(tmp_path, settings):
    with served(tmp_path, settings) as made:
        yield made


@pytest.fixture
def ada():
    return make_user("ada")


def ask(by, url, **values):
    return request_import(
        by.namespace, by=by, source="url", url=url, name="Brought", licence="GPL-3.0-or-later", visibility="public",
        **values,
    )  # fmt: skip


def work(row):
    claimed = Import.objects.filter(pk=row.pk).claim("test", early=True)
    Lease(claimed).finish(run_import(claimed))
    return Import.objects.get(pk=row.pk)


def test_a_real_history_comes_whole_with_authors_dates_and_every_version(ada, forge, tmp_path, shared):
    with (shared / "history" / "VERSIONS.csv").open() as rows:
        versions = sorted(csv.DictReader(rows), key=lambda row: row["date"])
    contents = [(row["path"], (shared / "history" / row["file"]).read_bytes()) for row in versions]
    tree = filled(forge, tmp_path, "kossel", contents)
    git("-C", tree, "tag", "-a", "v1", "-m", "First")
    git("-C", tree, "push", "-q", forge.root / "kossel.git", "--tags")
    row = work(ask(ada, forge.url("kossel")))
    assert (row.phase, row.said) == ("done", "")
    project = row.project
    assert project.head == git("-C", tree, "rev-parse", "HEAD")
    assert project.revisions.count() == len(versions) == 27
    assert project.revisions.filter(author_name="Johann", author=None).count() == 27
    assert set(project.files.values_list("path", "sha256")) == {(row["path"], row["sha256"]) for row in versions}
    assert [ref.name for ref in project.repo.tags()] == ["v1"]
    assert project.repo.fsck() == []
    git("clone", "-q", project.path, tmp_path / "clone")
    assert git("-C", tmp_path / "clone", "log", "--format=%H %ad") == git("-C", tree, "log", "--format=%H %ad")
    assert leftovers() == []


def test_the_address_was_pinned_and_nothing_else_was_asked(ada, forge, tmp_path):
    filled(forge, tmp_path, "small", [("a.txt", b"a")])
    assert work(ask(ada, forge.url("small"))).phase == "done"
    assert {path for _, path in forge.asked} == {"/small.git/info/refs", "/small.git/git-upload-pack"}


def test_git_and_the_large_files_go_to_the_address_that_was_checked_whatever_the_name_says(
    ada, forge, settings, tmp_path, monkeypatch
):
    content = os.urandom(2000)
    name = hashlib.sha256(content).hexdigest()
    forge.objects[name] = content
    forge.host = f"forge.invalid:{forge.port}"
    settings.IMPORT_ALLOWED_HOSTS = [forge.host]
    monkeypatch.setattr("storage.wire.guard.resolve", lambda host, port: ["127.0.0.1"])
    filled(forge, tmp_path, "named", [("a.bin", Pointer(name, 2000).encode())])
    row = work(ask(ada, forge.url("named")))
    assert (row.phase, row.said, row.missing) == ("done", "", [])
    assert {headers["Host"] for headers in forge.headers} == {forge.host}


def test_a_plain_file_server_that_names_alternates_leads_git_nowhere(ada, forge, settings, tmp_path):
    filled(forge, tmp_path, "dumb", [("a.txt", b"a"), ("b.txt", b"b")])
    bare = forge.root / "dumb.git"
    git("-C", bare, "update-server-info")
    (tmp_path / "other").mkdir()
    other = Forge(tmp_path / "other")
    both = tmp_path / "both.pem"
    both.write_bytes(forge.authority.read_bytes() + other.authority.read_bytes())
    settings.IMPORT_CA_FILE = both
    (bare / "objects" / "info" / "http-alternates").write_text(f"https://{other.host}/x/objects\n")
    for lost in bare.glob("objects/[0-9a-f][0-9a-f]/*"):
        lost.unlink()
    forge.is_dumb = True
    row = ask(ada, forge.url("dumb"))
    with suppress(GitError):
        run_import(Import.objects.filter(pk=row.pk).claim("test"))
    other.close()
    assert ("GET", "/dumb.git/objects/info/http-alternates") in forge.asked
    assert other.asked == []
    assert not Project.objects.exists()
    assert leftovers() == []


def test_a_host_that_nobody_allowed_is_never_asked(ada, forge, settings, tmp_path):
    filled(forge, tmp_path, "small", [("a.txt", b"a")])
    row = ask(ada, forge.url("small"))
    settings.IMPORT_ALLOWED_HOSTS = []
    with pytest.raises(RefusedError):
        ask(ada, "https://localhost/small.git")
    assert work(row).phase == "refused"
    assert forge.asked == []


def test_a_redirect_is_not_followed_and_told(ada, forge, tmp_path):
    forge.redirect = "https://169.254.169.254/latest/meta-data"
    row = work(ask(ada, forge.url("small")))
    assert (row.phase, "leads on to another" in row.said) == ("refused", True)
    assert leftovers() == []


def test_a_certificate_of_an_unknown_authority_is_refused(ada, forge, settings, tmp_path):
    settings.IMPORT_CA_FILE = None
    row = work(ask(ada, forge.url("small")))
    assert (row.phase, "certificate" in row.said) == ("refused", True)


def test_an_address_without_a_repository_is_told_so(ada, forge):
    row = work(ask(ada, forge.url("nothing")))
    assert (row.phase, row.said) == ("refused", "There is no git repository at this address that we may read.")


def test_an_empty_repository_is_told_so(ada, forge):
    forge.make("empty")
    assert work(ask(ada, forge.url("empty"))).said == "The repository at this address is empty."


def test_a_private_repository_needs_its_token_which_is_forgotten_afterwards(ada, forge, tmp_path, caplog):
    filled(forge, tmp_path, "closed", [("a.txt", b"a")])
    forge.credential = "ada:s3cret-token"
    row = work(ask(ada, forge.url("closed")))
    assert (row.phase, "access token" in row.said) == ("refused", True)
    asked = ask(ada, forge.url("closed"), username="ada", secret="s3cret-token")
    assert "s3cret" not in asked.sealed_secret
    row = work(asked)
    assert (row.phase, row.sealed_secret) == ("done", "")
    assert "s3cret" not in caplog.text
    assert "s3cret" not in (row.project.path / "config").read_text()


def test_large_files_come_by_our_own_client_and_the_missing_ones_are_named(ada, forge, tmp_path):
    here, gone = os.urandom(300_000), os.urandom(1000)
    names = [hashlib.sha256(one).hexdigest() for one in (here, gone)]
    forge.objects[names[0]] = here
    pointers = [Pointer(name, len(one)).encode() for name, one in zip(names, (here, gone), strict=True)]
    versions = [(".gitattributes", b"*.stl filter=lfs diff=lfs merge=lfs -text\n"), ("a.stl", pointers[1])]
    filled(forge, tmp_path, "large", [*versions, ("a.stl", pointers[0])])
    row = work(ask(ada, forge.url("large")))
    assert row.phase == "done", row.said
    assert [(one["path"], one["sha256"]) for one in row.missing] == [("a.stl", names[1])]
    assert list(LfsObject.objects.values_list("project", "sha256", "size")) == [(row.project.pk, names[0], 300_000)]
    with blobs.open_blob(names[0]) as content:
        assert content.read() == here


@pytest.mark.parametrize("lie", ["content", "longer", "private"])
def test_a_large_file_that_is_another_than_promised_is_not_kept(ada, forge, tmp_path, lie):
    content = os.urandom(5000)
    name = hashlib.sha256(content).hexdigest()
    forge.objects[name] = {"content": os.urandom(5000), "longer": content + b"more", "private": content}[lie]
    if lie == "private":
        forge.href = "https://127.0.0.1/secret"
    filled(forge, tmp_path, "lies", [("a.stl", Pointer(name, 5000).encode())])
    row = work(ask(ada, forge.url("lies")))
    assert (row.phase, len(row.missing)) == ("done", 1)
    assert not blobs.exists(name)
    assert not LfsObject.objects.exists()


def test_a_large_file_that_lies_in_another_store_is_followed_there_without_our_token(ada, forge, tmp_path):
    content = os.urandom(3000)
    name = hashlib.sha256(content).hexdigest()
    forge.objects[name] = content
    forge.href = f"https://{forge.host}/go"
    forge.leads_to = {"/go": f"https://{forge.host}/objects/{name}?ticket=1"}
    filled(forge, tmp_path, "stored", [("a.bin", Pointer(name, 3000).encode())])
    forge.credential = "ada:s3cret"
    row = work(ask(ada, forge.url("stored"), username="ada", secret="s3cret"))
    assert (row.phase, row.missing) == ("done", [])
    sent = [headers for (_, path), headers in zip(forge.asked, forge.headers, strict=True) if "/objects/" in path]
    assert "Authorization" not in sent[-1]


@pytest.mark.parametrize("to", ["https://169.254.169.254/x", "http://localhost/x", "/relative", "https://{host}/go"])
def test_a_large_file_that_leads_astray_is_left(ada, forge, tmp_path, to):
    forge.href = f"https://{forge.host}/go"
    forge.leads_to = {"/go": to.format(host=forge.host)}
    forge.objects["a" * 64] = b""
    filled(forge, tmp_path, "astray", [("a.bin", Pointer("a" * 64, 3000).encode())])
    row = work(ask(ada, forge.url("astray")))
    assert (row.phase, len(row.missing)) == ("done", 1)


def test_an_lfsconfig_leads_nobody_elsewhere(ada, forge, tmp_path):
    name = hashlib.sha256(b"x" * 2000).hexdigest()
    config = f'[lfs]\n\turl = "https://{forge.host}/evil/info/lfs"\n'.encode()
    filled(forge, tmp_path, "config", [(".lfsconfig", config), ("a.stl", Pointer(name, 2000).encode())])
    work(ask(ada, forge.url("config")))
    assert not [path for _, path in forge.asked if path.startswith("/evil")]
    assert ("POST", "/config.git/info/lfs/objects/batch") in forge.asked


def test_a_history_over_the_limit_is_stopped_while_it_comes(ada, forge, tmp_path, settings):
    filled(forge, tmp_path, "huge", [("a.bin", os.urandom(3 << 20))])
    settings.MAX_IMPORT = 1 << 20
    row = work(ask(ada, forge.url("huge")))
    assert (row.phase, "larger than 1 MiB" in row.said) == ("refused", True)
    assert leftovers() == []


def test_a_forge_that_dawdles_is_left_at_the_time_limit(ada, forge, tmp_path, settings):
    filled(forge, tmp_path, "slow", [("a.bin", os.urandom(3 << 20))])
    forge.slow = 0.2
    settings.IMPORT_SECONDS = 2
    row = work(ask(ada, forge.url("slow")))
    assert (row.phase, "It took longer than" in row.said) == ("refused", True)
    assert leftovers() == []


def test_a_forge_that_is_down_is_tried_again_later(ada, forge, tmp_path):
    filled(forge, tmp_path, "small", [("a.txt", b"a")])
    row = ask(ada, forge.url("small"))
    forge.close()
    claimed = Import.objects.filter(pk=row.pk).claim("test")
    with pytest.raises(GitError):
        run_import(claimed)
    row.refresh_from_db()
    assert row.said == "The other side does not answer."
    assert leftovers() == []


def database_url():
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    who = f"{quote(own['USER'])}:{quote(own['PASSWORD'])}@" if own["USER"] else ""
    return f"postgresql://{who}{own['HOST']}:{own['PORT']}/{own['NAME']}"


def start_worker(forge):
    env = {
        **os.environ,
        "PARTAGE_DATA": str(live_settings.DATA_DIR),
        "PARTAGE_DATABASE_URL": database_url(),
        "PARTAGE_IMPORT_ALLOWED_HOSTS": forge.host,
        "PARTAGE_IMPORT_CERTIFICATES": str(forge.authority),
    }
    return subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def gits():
    """The git processes that work in the folder of imports."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(incoming_folder()).encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_fetches_leaves_the_rest_to_the_next(forge, tmp_path):
    ada = make_user("ada")
    filled(forge, tmp_path, "slow", [("a.bin", os.urandom(6 << 20)), ("b.txt", b"b")])
    forge.slow = 0.2
    row = ask(ada, forge.url("slow"))
    worker = start_worker(forge)
    try:
        assert until(lambda: Import.objects.filter(pk=row.pk, bytes__gt=200_000).exists())
        assert len(list(incoming_folder().iterdir())) == 1
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert until(lambda: gits() == [], 40)
        forge.slow = 0.0
        Import.objects.filter(pk=row.pk).update(leased_until="2000-01-01T00:00:00Z")
        worker = start_worker(forge)
        assert until(lambda: Import.objects.filter(pk=row.pk, state=State.DONE).exists())
    finally:
        worker.kill()
        worker.wait()
    row.refresh_from_db()
    assert (row.phase, row.attempts) == ("done", 2)
    assert row.project.repo.fsck() == []
    assert row.project.revisions.count() == 2
    assert leftovers() == []


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_cancelled_while_it_fetches_git_ends_and_nothing_is_left(forge, tmp_path):
    ada = make_user("ada")
    filled(forge, tmp_path, "slow", [("a.bin", os.urandom(20 << 20))])
    forge.slow = 0.2
    row = ask(ada, forge.url("slow"))
    worker = start_worker(forge)
    try:
        assert until(lambda: Import.objects.filter(pk=row.pk, bytes__gt=200_000).exists())
        cancel_import(row)
        assert until(lambda: Import.objects.filter(pk=row.pk, state=State.DONE).exists(), 8)
    finally:
        worker.kill()
        worker.wait()
    row.refresh_from_db()
    assert (row.phase, row.project) == ("cancelled", None)
    assert not Project.objects.exists()
    assert until(lambda: gits() == [], 5)
    assert leftovers() == []

"""Taking things away: a project whole, everything of mine, for me alone."""

import io
import json
import subprocess
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actions.delete_account import delete_account
from designs import exports
from designs.actions.export_mine import request_export, run_export, sweep_exports
from designs.actions.request_import import request_import
from designs.actions.run_import import run_import
from designs.models import (
    Collection,
    CollectionItem,
    Comment,
    Export,
    Import,
    Issue,
    LfsObject,
    Like,
    Mirror,
    Report,
)
from jobs.lease import Lease
from storage import blobs, parcels
from storage.git import http
from storage.git.errors import BusyError
from storage.lfs.pointer import Pointer
from storage.zips import Member, stream_zip
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def widget(ada, tmp_path):
    """A private project with two versions of a large file, each behind a pointer."""
    project = make_project(ada, name="Widget", visibility="private")
    for content in (b"old" * 900, b"new" * 1000):
        file = tmp_path / "content"
        file.write_bytes(content)
        sha256 = blobs.put(file)
        LfsObject.objects.create(project=project, sha256=sha256, size=len(content))
        commit(project, {"big.bin": Pointer(sha256, len(content)).encode()})
    return project


def body(answer):
    return b"".join(answer.streaming_content)


def git(*words):
    return subprocess.run(["git", *map(str, words)], check=True, capture_output=True, text=True).stdout.strip()


def test_a_zip_is_streamed_whole_and_never_held(tmp_path):
    def pieces():
        for _ in range(400):
            yield b"x" * (1 << 16)

    longest, whole = 0, io.BytesIO()
    for piece in stream_zip([Member("é/a.bundle", pieces()), Member("b.txt", [b"", b"b"]), Member("c", [])]):
        longest = max(longest, len(piece))
        whole.write(piece)
    assert longest < 1 << 18
    with zipfile.ZipFile(whole) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["é/a.bundle", "b.txt", "c"]
        assert archive.getinfo("é/a.bundle").file_size == 400 << 16
        assert archive.read("b.txt") == b"b"


def test_the_bundle_of_a_project_is_cloned_by_the_stock_client(client, ada, widget, tmp_path):
    client.force_login(ada)
    answer = client.get("/@ada/widget/export.bundle")
    assert answer["Content-Disposition"] == 'attachment; filename="widget.bundle"'
    (tmp_path / "w.bundle").write_bytes(body(answer))
    git("clone", "-q", "--no-checkout", tmp_path / "w.bundle", tmp_path / "clone")
    assert git("-C", tmp_path / "clone", "rev-parse", "HEAD") == widget.head
    assert git("-C", tmp_path / "clone", "rev-list", "--count", "HEAD") == "3"


def test_the_zip_with_history_holds_contents_not_pointers_and_comes_back_whole(client, ada, widget):
    client.force_login(ada)
    whole = body(client.get("/@ada/widget/export.zip"))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        names = set(archive.namelist())
        assert archive.read("widget/files/big.bin") == b"new" * 1000
        assert "git clone history.bundle widget" in archive.read("widget/RESTORE.md").decode()
    assert len([name for name in names if name.startswith("widget/lfs/objects/")]) == 2
    row = request_import(
        ada.namespace, by=ada, source="zip", name="Again", licence="MIT", visibility="private",
        file=SimpleUploadedFile("w.zip", whole),
    )  # fmt: skip
    claimed = Import.objects.filter(pk=row.pk).claim("test")
    Lease(claimed).finish(run_import(claimed))
    row.refresh_from_db()
    assert (row.phase, row.missing) == ("done", [])
    assert row.project.head == widget.head
    held = set(widget.lfs_objects.values_list("sha256", "size"))
    assert set(row.project.lfs_objects.values_list("sha256", "size")) == held


def test_a_reader_who_leaves_gives_the_slot_back(client, ada, widget, monkeypatch):
    import threading

    monkeypatch.setattr(http, "SLOTS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(http, "WAIT_SECONDS", 0.1)
    for _ in range(3):
        sending = exports.with_history(widget)
        next(sending)
        with pytest.raises(BusyError):
            exports.bundle(widget)
        sending.close()
    client.force_login(ada)
    with closing(exports.bundle(widget)):
        assert client.get("/@ada/widget/export.bundle").status_code == 503
    assert b"".join(exports.bundle(widget)).startswith(b"# v2 git bundle")
    assert b"".join(exports.bundle(widget)).startswith(b"# v2 git bundle")


def test_an_empty_project_has_nothing_to_take_away(client, ada):
    make_project(ada, name="Empty", readme=False)
    client.force_login(ada)
    assert client.get("/@ada/empty/export.bundle").status_code == 404
    assert client.get("/@ada/empty/export.zip").status_code == 404


def packed(person):
    row = request_export(person)
    claimed = Export.objects.filter(pk=row.pk).claim("test")
    Lease(claimed).finish(run_export(claimed))
    return Export.objects.get(pk=row.pk)


def test_everything_of_mine_is_there_and_nothing_of_others_nor_any_secret(client, ada, widget):
    eve = make_user("eve")
    theirs = make_project(eve, name="Theirs")
    for number, (project, by, title) in enumerate(
        [(theirs, ada, "I asked Eve"), (theirs, eve, "Eve asked herself"), (widget, eve, "Eve asked Ada")], 1
    ):
        issue = Issue.objects.create(project=project, number=number, author=by, title=title)
        Comment.objects.create(issue=issue, author=by, text=f"{title}, again")
    mirror = Mirror(project=widget, direction="out", url="https://forge.example/w.git", by=ada)
    mirror.keep_secret("s3cret")
    mirror.save()
    Report.objects.create(project=widget, reporter=eve, reason="licence", details="Eve told the staff")
    Like.objects.create(user=eve, project=widget)
    Like.objects.create(user=ada, project=theirs)
    kept = Collection.objects.create(user=eve, name="Eve's secret shelf", slug="shelf")
    CollectionItem.objects.create(collection=kept, project=widget)
    row = packed(ada)
    client.force_login(ada)
    answer = client.get(f"/settings/export/{row.token}.zip")
    whole = body(answer)
    assert (answer.status_code, len(whole)) == (200, row.size)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        texts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    assert json.loads(texts["me/profile.json"])[0]["username"] == "ada"
    assert [one["title"] for one in json.loads(texts["me/issue.json"])] == ["I asked Eve"]
    assert [one["text"] for one in json.loads(texts["me/comment.json"])] == ["I asked Eve, again"]
    assert [one["title"] for one in json.loads(texts["projects/widget/rows/issue.json"])] == ["Eve asked Ada"]
    assert [one["text"] for one in json.loads(texts["projects/widget/rows/comment.json"])] == ["Eve asked Ada, again"]
    assert json.loads(texts["projects/widget/rows/project.json"])[0]["visibility"] == "private"
    assert "projects/widget/history.bundle" in texts
    whole_text = "".join(texts.values())
    for private in ("Eve asked herself", "Eve told the staff", "secret shelf"):
        assert private not in whole_text
    assert [one["project"] for one in json.loads(texts["me/like.json"])] == [theirs.pk]
    assert not any(name.startswith("projects/") and name.endswith(("like.json", "report.json")) for name in texts)
    assert not any(name.startswith("projects/theirs") for name in texts)
    mirrors = json.loads(texts["projects/widget/rows/mirror.json"])
    assert mirrors[0]["url"] == "https://forge.example/w.git"
    assert not {"sealed_secret", "fence", "worker"} & set(mirrors[0])


def test_only_the_person_gets_it_and_only_in_its_days(client, ada, widget):
    row = packed(ada)
    address = f"/settings/export/{row.token}.zip"
    assert client.get(address).status_code == 302
    client.force_login(make_user("eve"))
    assert client.get(address).status_code == 404
    client.force_login(ada)
    assert client.get(address).status_code == 200
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 404
    sweep_exports()
    with pytest.raises(FileNotFoundError):
        parcels.open_parcel(f"{row.token.hex}.zip")
    assert not Export.objects.exists()


def test_an_account_that_is_deleted_leaves_no_export_no_import_and_no_token(
    ada, widget, django_capture_on_commit_callbacks
):
    done = packed(ada)
    waiting = request_import(
        ada.namespace, by=ada, source="zip", name="W", licence="MIT", visibility="public",
        file=SimpleUploadedFile("w.zip", b"x"),
    )  # fmt: skip
    mirror = Mirror(project=widget, direction="in", url="https://forge.example/w.git", by=ada)
    mirror.keep_secret("s3cret")
    mirror.save()
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(ada)
    assert not Export.objects.exists()
    with pytest.raises(FileNotFoundError):
        parcels.open_parcel(f"{done.token.hex}.zip")
    waiting.refresh_from_db()
    mirror.refresh_from_db()
    assert (waiting.phase, waiting.upload.exists()) == ("cancelled", False)
    assert (mirror.sealed_secret, mirror.by) == ("", None)


def test_asking_twice_packs_once_and_a_new_one_takes_the_place_of_the_old(
    ada, widget, django_capture_on_commit_callbacks
):
    first = request_export(ada)
    assert request_export(ada) == first
    done = packed(ada)
    with django_capture_on_commit_callbacks(execute=True):
        second = request_export(ada)
    assert second.pk != done.pk
    with pytest.raises(FileNotFoundError):
        parcels.open_parcel(f"{done.token.hex}.zip")


def test_the_page_tells_how_far_it_is(client, ada, widget):
    client.force_login(ada)
    assert "Pack everything" in client.get("/settings/export/").content.decode()
    assert client.post("/settings/export/").status_code == 302
    page = client.get("/settings/export/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "Being packed" in page
    row = packed(ada)
    assert f"/settings/export/{row.token}.zip" in client.get("/settings/export/").content.decode()

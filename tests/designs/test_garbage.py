"""Contents that nobody needs go after a grace time; whatever a row, a commit or somebody at work needs stays."""

import hashlib
import io
import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from designs.actions import collect_garbage as action
from designs.models import Analysis, Comparison, LfsObject, Repair
from fablab.models import PrintRequest, RequestPart, Slice
from storage import blobs, pruning
from tests.fablab.factories import make_lab
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db
BIG = b"v 0 0 0\n" * 100_000
OID = hashlib.sha256(BIG).hexdigest()
GRACE = timedelta(days=3)


@pytest.fixture(autouse=True)
def empty_store(tmp_path, settings):
    settings.STORAGES = settings.STORAGES | {
        "blobs": settings.STORAGES["blobs"] | {"OPTIONS": {"location": tmp_path / "blobs"}}
    }


def put(content):
    file = Path(blobs.store().path("")).parent / "file"
    file.write_bytes(content)
    return blobs.put(file)


def age(*names, days=10):
    for name in names:
        then = time.time() - days * 86400
        os.utime(blobs.store().path(name), (then, then))


def put_old(content):
    sha256 = put(content)
    age(blobs.key(sha256))
    return sha256


def collect(**values):
    return action.collect_garbage(grace=GRACE, patience_seconds=0, **values)


def test_what_no_row_names_goes_after_the_grace_time():
    old, young = put_old(b"old"), put(b"young")
    found = collect()
    assert (found.store.seen, found.store.removed, found.store.young, found.store.bytes) == (2, 1, 1, 3)
    assert not blobs.exists(old)
    assert blobs.exists(young)


def test_a_dry_run_tells_the_same_and_removes_nothing():
    old = put_old(b"old")
    blobs.store().save("incoming/left", ContentFile(b"half"))
    age("incoming/left")
    found = collect(dry_run=True)
    assert (found.store.removed, found.store.broken_off) == (1, 1)
    assert blobs.exists(old)
    assert blobs.store().exists("incoming/left")


def test_uploads_that_broke_off_go_and_those_under_way_stay():
    for name in ("incoming/left", "incoming/ab12/left", "incoming/ab12/new"):
        blobs.store().save(name, ContentFile(b"half"))
    age("incoming/left", "incoming/ab12/left")
    assert collect().store.broken_off == 2
    assert blobs.store().exists("incoming/ab12/new")
    assert not blobs.store().exists("incoming/ab12/left")


def test_every_column_that_names_an_object_keeps_it():
    names = {
        (model, column): put_old(f"{model.__name__} {column}".encode())
        for model, columns in action.NAMES
        for column in columns
        if model is not LfsObject
    }
    shared = {"format": "stl"}
    Analysis.objects.create(
        sha256="a" * 64, **shared, **{column: key for (model, column), key in names.items() if model is Analysis}
    )
    Repair.objects.create(sha256="a" * 64, **shared, content=names[Repair, "content"])
    Comparison.objects.create(
        before_sha256="a" * 64, after_sha256="b" * 64, before_format="stl", after_format="stl",
        diff=names[Comparison, "diff"],
    )  # fmt: skip
    Slice.objects.create(digest="d", plate=[], settings={}, gcode=names[Slice, "gcode"])
    order = PrintRequest.objects.create(lab=make_lab())
    RequestPart.objects.create(request=order, path="a.stl", sha256=names[RequestPart, "sha256"])
    assert collect().store.removed == 0
    Analysis.objects.all().delete()
    assert collect().store.removed == 5


def big(project):
    """A commit with a large file, all of it long ago."""
    commit(project, {"big.obj": BIG})
    assert blobs.exists(OID)
    make_old(project)


def make_old(project):
    age(blobs.key(OID))
    project.lfs_objects.update(created_at=timezone.now() - timedelta(days=10))


def git(project, *args):
    subprocess.run(["git", f"--git-dir={project.path}", *args], check=True, capture_output=True)


def test_a_large_file_stays_while_any_ref_reaches_it_and_goes_afterwards():
    project = make_project(make_user())
    first = project.head
    big(project)
    tip = project.head
    git(project, "update-ref", "refs/tags/v1", tip)
    git(project, "update-ref", "refs/heads/main", first)
    assert (collect().large_files, blobs.exists(OID)) == (0, True)
    git(project, "update-ref", "-d", "refs/tags/v1")
    assert (collect(dry_run=True).large_files, project.lfs_objects.count()) == (1, 1)
    found = collect()
    assert (found.large_files, found.large_bytes, found.store.removed) == (1, len(BIG), 1)
    assert not blobs.exists(OID)
    assert OID not in (project.path / "partage-lfs.txt").read_text()


def test_a_large_file_that_another_project_needs_stays_in_the_store():
    ada, eve = make_user("ada"), make_user("eve")
    mine, theirs = make_project(ada), make_project(eve)
    first = mine.head
    big(mine)
    big(theirs)
    make_old(mine)
    git(mine, "update-ref", "refs/heads/main", first)
    found = collect()
    assert (found.large_files, found.store.removed) == (1, 0)
    assert blobs.exists(OID)
    assert theirs.lfs_objects.count() == 1


def test_what_was_sent_lately_stays_until_its_commit_comes():
    project = make_project(make_user())
    LfsObject.objects.create(project=project, sha256=put_old(b"sent before its commit"), size=22)
    assert collect().large_files == 0


def test_nothing_goes_during_a_push_a_commit_or_a_backup():
    project = make_project(make_user())
    first = project.head
    big(project)
    git(project, "update-ref", "refs/heads/main", first)
    old = put_old(b"old")
    with pruning.forbidden():
        found = collect()
    assert (found.large_files, found.store.removed, found.store.passed_over) == (0, 0, 1)
    assert blobs.exists(old)
    assert collect().store.removed == 2


def test_a_repository_that_git_cannot_read_keeps_its_large_files():
    project = make_project(make_user())
    big(project)
    (project.path / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    assert collect().large_files == 0
    assert blobs.exists(OID)


def test_keeping_a_content_once_more_gives_it_the_whole_grace_time():
    old = put_old(b"kept twice")
    put(b"kept twice")
    assert collect().store.young == 1
    assert blobs.exists(old)


def test_the_command_says_what_it_did_and_refuses_too_little_grace():
    put_old(b"old")
    said = io.StringIO()
    call_command("gc", "--grace-hours", "72", "--dry-run", stdout=said)
    assert "1 of 1 contents (3\xa0bytes) would be removed" in said.getvalue()
    with pytest.raises(CommandError, match="two hours"):
        call_command("gc", "--grace-hours", "1")

"""A site is copied away while people write, and put back elsewhere: every commit that a row names is there."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from designs.actions.publish_release import publish_release
from designs.models import LfsObject, Project, Revision
from storage import blobs, pruning
from storage.backups import manifest
from storage.backups.errors import BackupError
from storage.backups.take import take
from tests.factories import commit, make_project, make_user
from tests.services.site import begun, until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.service("git"), pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clean():
    """Stores that hold nothing of other tests."""
    for folder in (site.REPOSITORIES_DIR, site.MEDIA_ROOT, site.STORAGES["blobs"]["OPTIONS"]["location"]):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


@pytest.fixture
def elsewhere(tmp_path):
    """`manage.py` on an empty site of its own, on the same kind of database: run(words) -> (exit code, output)."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PARTAGE_")} | {
        "PARTAGE_DATA": str(tmp_path / "new")
    }
    name = f"restored_{uuid.uuid4().hex[:8]}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        env["PARTAGE_DATABASE_URL"] = re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", os.environ["PARTAGE_DATABASE_URL"])

    def run(*words, check=True, **more):
        args = [sys.executable, "manage.py", *map(str, words)]
        done = subprocess.run(args, cwd=ROOT, env=env | more, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    if connection.vendor == "postgresql":
        run("migrate", "-v0")
    else:
        shutil.copytree(begun(), tmp_path / "new")
    yield run
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


ASKED = """
import json
from designs.models import Project
told = {}
for p in Project.objects.select_related("namespace"):
    told[str(p)] = [p.visibility, p.head, sorted(p.revisions.values_list("commit", flat=True)), str(p.path),
                    sorted(p.releases.values_list("tag", "commit"))]
print("TOLD" + json.dumps(told))
"""


def told(run):
    """What the other site says of its projects."""
    return json.loads(run("shell", "-v0", "-c", ASKED)[1].split("TOLD", 1)[1])


def writers(projects, stop, made):
    """Threads that commit until told to stop; `made` gets every commit that was acknowledged."""

    def write(project, number):
        count = 0
        try:
            while not stop.is_set():
                files = {f"w{number}/{count}.txt": f"{number} {count}\n", f"w{number}.stl": f"solid {count}\n" * 50}
                revision = commit(project, files, message=f"{number} {count}")
                made.append((project.pk, revision.commit))
                count += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(project, number)) for number, project in enumerate(projects * 2)]
    for thread in threads:
        thread.start()
    return threads


def git(repo, *words):
    done = subprocess.run(["git", "-C", repo, *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode()


def inside(backup, project):
    """The repository of a project in a backup."""
    return backup / "repositories" / project.path.relative_to(site.REPOSITORIES_DIR)


def cloned(repo, into):
    env = os.environ | {"GIT_LFS_SKIP_SMUDGE": "1"}
    subprocess.run(["git", "clone", "-q", str(repo), str(into)], check=True, env=env)
    files = (path for path in into.rglob("*") if path.is_file() and ".git" not in path.relative_to(into).parts)
    return {str(path.relative_to(into)): path.read_bytes() for path in files}


def test_backups_taken_while_four_people_write_are_whole_and_come_back_elsewhere(clean, tmp_path, elsewhere):
    ada = make_user("ada")
    projects = [make_project(ada, name=f"Widget {number}", visibility=seen) for number, seen in enumerate(
        ("public", "private"))]  # fmt: skip
    publish_release(projects[0], by=ada, tag="v1")
    storages["default"].save("avatars/face.webp", ContentFile(b"a face"))
    picture = tmp_path / "picture"
    picture.write_bytes(b"a picture")
    blobs.put(picture)
    stop, made = threading.Event(), []
    threads = writers(projects, stop, made)
    target = tmp_path / "backups"
    taken = []
    try:
        for turn in range(1, 5):
            assert until(lambda: len(made) >= 5 * turn, 60)  # noqa: B023 - asked at once
            acknowledged = list(made)
            taken.append((take(target), acknowledged))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(made) >= 20
    for folder, acknowledged in taken:
        whole = manifest.read(folder)
        assert list(manifest.wrong(folder, whole)) == []
        for project in projects:
            repo = inside(folder, project)
            assert "missing" not in git(repo, "fsck", "--full", "--strict")
            before = {commit for pk, commit in acknowledged if pk == project.pk}
            assert before <= set(git(repo, "rev-list", "--all").split())
    folder, acknowledged = taken[-1]
    elsewhere("restore", target)
    there = told(elsewhere)
    assert {name: facts[0] for name, facts in there.items()} == {"ada/widget-0": "public", "ada/widget-1": "private"}
    assert there["ada/widget-0"][4] == [["v1", Project.objects.get(slug="widget-0").releases.get().commit]]
    for project in projects:
        _, head, revisions, path, _ = there[str(project)]
        reached = set(git(path, "rev-list", "--all").split())
        assert set(revisions) == reached
        assert {commit for pk, commit in acknowledged if pk == project.pk} <= reached
        assert git(path, "rev-parse", "main").strip() == head
        copy = cloned(inside(folder, project), tmp_path / f"a{project.pk}")
        assert cloned(path, tmp_path / f"b{project.pk}") == copy
    new = Path(there["ada/widget-0"][3]).parents[4]
    assert (new / "media/avatars/face.webp").read_bytes() == b"a face"
    assert (new / "blobs" / blobs.key(manifest.digest(picture))).read_bytes() == b"a picture"
    assert elsewhere("fsck")[0] == 0
    code, said = elsewhere("restore", target, check=False)
    assert code == 1
    assert "not empty: it has people, repositories" in said


def test_a_second_backup_costs_only_what_is_new(clean, tmp_path):
    project = make_project(make_user("ada"))
    commit(project, {"a.bin": os.urandom(300_000)})
    first = take(tmp_path / "backups")
    revision = commit(project, {"b.txt": "new"})
    second = take(tmp_path / "backups")

    def objects(folder):
        return {p.name: p.stat().st_ino for p in folder.rglob("repositories/**/objects/**/*") if p.is_file()}

    before, after = objects(first), objects(second)
    assert before.items() <= after.items()
    assert 0 < len(after) - len(before) <= 3
    repo = inside(second, project)
    assert git(repo, "rev-parse", "main").strip() == revision.commit
    shutil.rmtree(first)
    assert list(manifest.wrong(second, manifest.read(second))) == []


def test_a_backup_that_was_killed_is_recognised_and_the_next_one_is_whole(clean, tmp_path, elsewhere):
    project = make_project(make_user("ada"))
    commit(project, {f"{number}.txt": os.urandom(2000) for number in range(400)})
    target = tmp_path / "backups"
    code = f"""
import django; django.setup()
from django.conf import settings; from django.db import connections
settings.REPOSITORIES_DIR = __import__("pathlib").Path({str(site.REPOSITORIES_DIR)!r})
from storage.backups import take
slow = take.Copier.copy_file
take.Copier.copy_file = lambda self, *a, **k: (__import__("time").sleep(0.01), slow(self, *a, **k))
take.take(__import__("pathlib").Path({str(target)!r}))
"""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "PARTAGE_DATA": str(tmp_path / "own")}
    env.pop("PARTAGE_DATABASE_URL", None)
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(target.glob("*.partial/repositories/**/objects/*/*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    [half] = target.glob("*.partial")
    code, said = elsewhere("restore", target, check=False)
    assert code == 1
    assert f"{half.name} is half a backup" in said
    with pytest.raises(BackupError, match="half a backup"):
        manifest.read(half)
    whole = take(target)
    assert not half.exists()
    assert list(manifest.wrong(whole, manifest.read(whole))) == []


def test_a_damaged_backup_is_refused_before_anything_is_written(clean, tmp_path, elsewhere):
    project = make_project(make_user("ada"))
    folder = take(tmp_path / "backups")
    repo = inside(folder, project)
    damaged = next(path for path in repo.rglob("objects/??/*"))
    damaged.chmod(0o644)
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    gone = next(path for path in repo.rglob("refs/heads/main"))
    gone.unlink()
    code, said = elsewhere("restore", folder, check=False)
    assert code == 1
    assert f"{damaged.relative_to(folder)} has been changed or damaged" in said
    assert f"{gone.relative_to(folder)} is missing" in said
    assert told(elsewhere) == {}


def test_the_portable_form_comes_back_too(clean, tmp_path, elsewhere):
    ada = make_user("ada")
    project = make_project(ada)
    commit(project, {"part.stl": "solid a\nendsolid a\n"})
    publish_release(project, by=ada, tag="v1")
    call_command("backup", str(tmp_path / "backups"), "--portable")
    elsewhere("restore", tmp_path / "backups")
    there = told(elsewhere)
    assert there["ada/widget"][1] == Project.objects.get().head
    assert there["ada/widget"][2] == sorted(Revision.objects.values_list("commit", flat=True))
    code, _ = elsewhere("person", "bea", "--email", "bea@example.org", "--password", "a long enough secret")
    assert code == 0


def test_a_backup_into_the_sites_own_data_or_beside_another_is_refused(clean, tmp_path):
    with pytest.raises(CommandError, match="own data"):
        call_command("backup", str(Path(site.DATA_DIR) / "backups"))
    (tmp_path / "b").mkdir()
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, tmp_path / "b" / ".lock"], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        with pytest.raises(CommandError, match="under way"):
            call_command("backup", str(tmp_path / "b"))
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_nothing_is_pruned_while_a_backup_is_taken():
    with pruning.forbidden(), pruning.allowed() as may:
        assert may is False
    with pruning.allowed() as may:
        assert may is True


def test_large_files_come_along(clean, tmp_path, elsewhere):
    project = make_project(make_user("ada"))
    content = os.urandom(700_000)
    commit(project, {"part.step": content})
    [held] = LfsObject.objects.values_list("sha256", flat=True)
    folder = take(tmp_path / "backups")
    assert (folder / "blobs" / blobs.key(held)).read_bytes() == content
    _, said = elsewhere("restore", folder)
    assert "no faults" in said


@pytest.mark.service("s3")
def test_blobs_in_s3_come_along_and_go_into_another_bucket(clean, tmp_path, elsewhere, s3_server, settings):
    own = s3_server.storage(s3_server.empty_bucket())
    settings.STORAGES = {**settings.STORAGES, "blobs": own}
    project = make_project(make_user("ada"))
    content = os.urandom(700_000)
    commit(project, {"part.step": content})
    [held] = LfsObject.objects.values_list("sha256", flat=True)
    first = take(tmp_path / "backups")
    second = take(tmp_path / "backups")
    kept = [folder / "blobs" / blobs.key(held) for folder in (first, second)]
    assert kept[1].read_bytes() == content
    assert kept[0].stat().st_ino == kept[1].stat().st_ino
    bucket = s3_server.empty_bucket("restored")
    env = {
        "PARTAGE_S3_BUCKET": bucket, "PARTAGE_S3_ENDPOINT": s3_server.url, "PARTAGE_S3_REGION": "us-east-1",
        "PARTAGE_S3_ACCESS_KEY": own["OPTIONS"]["access_key"], "PARTAGE_S3_SECRET_KEY": own["OPTIONS"]["secret_key"],
    }  # fmt: skip
    assert "no faults" in elsewhere("restore", tmp_path / "backups", **env)[1]
    found = s3_server.client().get_object(Bucket=bucket, Key=blobs.key(held))["Body"].read()
    assert found == content
    assert elsewhere("restore", tmp_path / "backups", check=False, **env)[0] == 1

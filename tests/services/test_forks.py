"""Forks with the stock git client: at once whatever their size, and without what their source keeps to itself."""

import os
import subprocess
import time

import pytest

from accounts import tokens
from designs.actions.fork_project import fork_project
from designs.actions.receive_push import receive_push
from storage.git.process import run
from storage.git.types import Put, Signature
from tests import factories

pytestmark = [pytest.mark.service("git"), pytest.mark.django_db(transaction=True)]


def _plain_commit(project, folder, files):
    """A commit of plain blobs, however large."""
    edits = []
    for path, content in files.items():
        (folder / path).write_bytes(content)
        edits.append(Put(path, folder / path))
    new = project.repo.commit("main", edits, author=Signature("Ada", "a@example.org"), message="Large")
    receive_push(project, "main", project.head, new, by=project.created_by, known={})


@pytest.mark.alone
@pytest.mark.parametrize("packed", [False, True])
def test_a_fork_of_200_mb_takes_less_than_a_second_and_no_room(tmp_path, packed):
    source = factories.make_project(factories.make_user("ada"))
    _plain_commit(source, tmp_path, {"large.bin": os.urandom(200 << 20)})
    if packed:
        run(source.path, ["repack", "-a", "-d", "-q"])
    eve = factories.make_user("eve")
    start = time.monotonic()
    fork = fork_project(source, to=eve.namespace, by=eve)
    assert time.monotonic() - start < 1
    own = [file for file in fork.path.rglob("*") if file.is_file() and file.stat().st_nlink == 1]
    assert sum(file.stat().st_size for file in own) < 100_000
    assert fork.repo.bytes_on_disk() > 200 << 20


def _git(folder, *args):
    return subprocess.run(["git", *args], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_what_no_public_branch_of_the_source_reaches_cannot_be_fetched_from_a_fork_by_its_id(live_server, tmp_path):
    source = factories.make_project(factories.make_user("ada"))
    shown = factories.commit(source, {"a.txt": "shown"}).commit
    secret = factories.commit(source, {"secret.txt": "of a private fork"}, branch="side").commit
    run(source.path, ["update-ref", "refs/merge/1/head", secret])
    run(source.path, ["update-ref", "-d", "refs/heads/side"])
    run(source.path, ["repack", "-a", "-d", "-q", "--keep-unreachable"])
    blob = run(source.path, ["rev-parse", f"{secret}:secret.txt"]).decode().strip()
    eve = factories.make_user("eve")
    fork_project(source, to=eve.namespace, by=eve)
    _git(tmp_path, "init", "-q", "mine")
    at = f"{live_server.url}/@eve/widget.git"
    asked = ["-c", "protocol.version=2", "fetch", "-q", at]
    assert _git(tmp_path / "mine", *asked, shown).returncode == 0
    for oid in (secret, blob):
        answer = _git(tmp_path / "mine", *asked, oid)
        assert answer.returncode != 0
        assert "not our ref" in answer.stderr
    cloned = _git(tmp_path, "clone", "-q", at, "whole")
    assert cloned.returncode == 0
    assert _git(tmp_path / "whole", "rev-parse", "HEAD").stdout.strip() == shown


def test_a_clone_of_a_fork_is_whole_and_takes_a_push(live_server, tmp_path):
    source = factories.make_project(factories.make_user("ada"))
    factories.commit(source, {"a b/é.bin": bytes(range(256)) * 500})
    source.repo.tag("v1", source.head, "First", Signature("Ada", "a@example.org"))
    eve = factories.make_user("eve")
    fork_project(source, to=eve.namespace, by=eve)
    cloned = _git(tmp_path, "clone", "-q", f"{live_server.url}/@eve/widget.git", "mine")
    assert cloned.returncode == 0, cloned.stderr
    assert (tmp_path / "mine" / "a b" / "é.bin").read_bytes() == bytes(range(256)) * 500
    assert _git(tmp_path / "mine", "tag").stdout.split() == ["v1"]
    assert _git(tmp_path / "mine", "fsck", "--full", "--strict").returncode == 0


def test_a_push_under_a_licence_that_does_not_fit_is_refused_with_the_reason(live_server, tmp_path):
    ada = factories.make_user("ada")
    project = factories.make_project(ada, licence="CC-BY-SA-4.0")
    head = project.head
    token = tokens.issue(ada, "t", ["read", "write"])[1]
    at = live_server.url.replace("http://", f"http://ada:{token}@")
    assert _git(tmp_path, "clone", "-q", f"{at}/@ada/widget.git", "mine").returncode == 0
    mine = tmp_path / "mine"
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    (mine / "part.scad").write_text("// SPDX-License-Identifier: CC-BY-NC-4.0\ncube(1);\n")
    _git(mine, "add", "part.scad")
    _git(mine, *who, "commit", "-qm", "A part of somebody else's")
    refused = _git(mine, "push", "-q", "origin", "HEAD")
    assert refused.returncode != 0
    assert "“part.scad” is under CC-BY-NC-4.0 and cannot come into a project under CC-BY-SA-4.0." in refused.stderr
    assert project.repo.tip("main") == head
    (mine / "part.scad").write_text("// SPDX-License-Identifier: CC0-1.0\ncube(1);\n")
    _git(mine, *who, "commit", "-qam", "Of my own")
    assert _git(mine, "push", "-q", "origin", "HEAD").returncode == 0
    assert project.repo.tip("main") != head

"""Mirrors to and from another forge, by https on loopback, with real git at both ends."""

import hashlib
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.change_mirrors import add_mirror, queue_mirrors
from designs.actions.errors import RefusedError
from designs.actions.run_mirror import run_mirror
from designs.models import Event, LfsObject, Mirror
from designs.models.transfer import incoming_folder
from jobs.lease import Lease
from jobs.models import State
from storage import blobs
from storage.lfs.pointer import Pointer
from storage.wire.client import Credential
from tests.factories import commit, make_project, make_user
from tests.services.forge import filled, git, served
from tests.transfers import clear

pytestmark = [pytest.mark.service("git"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _rooms():
    clear()


@pytest.fixture
def forge(tmp_path, settings):
    with served(tmp_path, settings) as made:
        yield made


@pytest.fixture
def widget():
    return make_project(make_user("ada"), name="Widget")


def mirror(project, forge, direction, name, **values):
    return add_mirror(project, by=project.created_by, direction=direction, url=forge.url(name), **values)


def round_of(row):
    claimed = Mirror.objects.filter(pk=row.pk).claim("test", early=True)
    Lease(claimed).finish(run_mirror(claimed))
    row.refresh_from_db()
    return row


def test_what_is_here_goes_there_with_its_large_files(widget, forge, tmp_path):
    there = forge.make("copy")
    content = os.urandom(5000)
    (tmp_path / "content").write_bytes(content)
    sha256 = blobs.put(tmp_path / "content")
    LfsObject.objects.create(project=widget, sha256=sha256, size=5000)
    commit(widget, {"big.bin": Pointer(sha256, 5000).encode()})
    commit(widget, {"x.txt": "x"}, branch="feature/x")
    git("-C", widget.path, "tag", "v1", "main")
    git("-C", widget.path, "update-ref", "refs/internal/secret", "main")
    row = round_of(mirror(widget, forge, "out", "copy"))
    assert (row.said, row.failures, row.done_at is not None) == ("", 0, True)
    refs = "for-each-ref", "--format=%(refname) %(objectname)"
    assert git("-C", there, *refs) == git("-C", widget.path, *refs, "refs/heads", "refs/tags")
    assert forge.objects == {sha256: content}
    assert row.state == State.READY
    assert timedelta(minutes=59) < row.run_after - timezone.now() < timedelta(minutes=61)


def test_a_push_asks_for_the_next_round_at_once_also_while_one_runs(widget, forge):
    forge.make("copy")
    row = round_of(mirror(widget, forge, "out", "copy"))
    queue_mirrors(widget)
    row.refresh_from_db()
    assert row.run_after <= timezone.now()
    claimed = Mirror.objects.all().claim("test")
    effects = run_mirror(claimed)
    queue_mirrors(widget)
    Lease(claimed).finish(effects)
    row.refresh_from_db()
    assert (row.state, row.run_after <= timezone.now(), row.is_asked_again) == (State.READY, True, False)


def test_a_history_that_has_parted_is_left_alone_and_told(widget, forge, tmp_path):
    filled(forge, tmp_path, "other", [("a.txt", b"theirs")])
    before = git("-C", forge.root / "other.git", "rev-parse", "main")
    row = round_of(mirror(widget, forge, "out", "other"))
    assert row.said == "main: The two histories have parted: merge them yourself first."
    assert (row.failures, git("-C", forge.root / "other.git", "rev-parse", "main")) == (1, before)
    assert row.run_after > timezone.now() + timedelta(seconds=50)
    row = round_of(row)
    assert row.run_after > timezone.now() + timedelta(seconds=110)


def test_a_branch_deleted_here_stays_there_unless_one_asked(widget, forge):
    for name, prune in (("keeps", False), ("follows", True)):
        there = forge.make(name)
        commit(widget, {"x.txt": name}, branch="x")
        row = round_of(mirror(widget, forge, "out", name, prune=prune))
        git("-C", widget.path, "branch", "-D", "x")
        assert round_of(row).said == ""
        branches = git("-C", there, "for-each-ref", "--format=%(refname:short)", "refs/heads")
        assert branches.split() == (["main"] if prune else ["main", "x"])


def test_what_is_new_there_comes_here_as_a_push_does(widget, forge, tmp_path):
    bare = forge.make("source")
    git("-C", widget.path, "push", "-q", bare, "main")
    tree = tmp_path / "tree"
    git("clone", "-q", bare, tree)
    content = os.urandom(4000)
    sha256 = hashlib.sha256(content).hexdigest()
    forge.objects[sha256] = content
    for path, text in (("a.stl", b"solid a\nendsolid a\n"), ("big.bin", Pointer(sha256, 4000).encode())):
        (tree / path).write_bytes(text)
        git("-C", tree, "add", "-A")
        git("-C", tree, "commit", "-qm", f"Add {path}")
    git("-C", tree, "tag", "v1")
    git("-C", tree, "push", "-q", bare, "main", "main:refs/heads/side", "--tags")
    row = round_of(mirror(widget, forge, "in", "source"))
    assert row.said == ""
    widget.refresh_from_db()
    assert widget.head == git("-C", tree, "rev-parse", "HEAD")
    assert widget.revisions.count() == 3
    assert widget.files.filter(path="a.stl").count() == 1
    assert list(widget.lfs_objects.values_list("sha256", "size")) == [(sha256, 4000)]
    assert [ref.name for ref in widget.repo.tags()] == ["v1"]
    assert Event.objects.filter(project=widget, kind="push", payload__new=widget.head).count() == 1
    assert widget.repo.fsck() == []
    assert not (widget.path / "objects" / "info" / "alternates").exists()
    assert list(incoming_folder().iterdir()) == []
    asked = len(forge.asked)
    assert round_of(row).said == ""
    assert len(forge.asked) > asked


def test_there_a_branch_was_rewritten_here_it_stays_and_the_rest_comes(widget, forge, tmp_path):
    filled(forge, tmp_path, "other", [("a.txt", b"theirs")])
    git("-C", forge.root / "other.git", "branch", "side", "main")
    head = widget.head
    row = round_of(mirror(widget, forge, "in", "other"))
    assert row.said == "Left as they are here, because the two histories have parted: main."
    assert (widget.repo.tip("main"), widget.repo.tip("side") is not None) == (head, True)


def test_what_a_push_would_be_refused_for_a_mirror_does_not_bring(widget, forge, tmp_path):
    tree = filled(forge, tmp_path, "evil", [("a.txt", b"a")])
    (tree / "link").symlink_to("/etc/passwd")
    git("-C", tree, "add", "-A")
    git("-C", tree, "commit", "-qm", "link")
    git("-C", tree, "push", "-q", forge.root / "evil.git", "main:evil")
    row = round_of(mirror(widget, forge, "in", "evil"))
    assert "“link” is a symbolic link" in row.said
    assert widget.repo.tip("evil") is None
    assert widget.repo.fsck() == []


def test_an_empty_project_takes_over_the_default_branch_from_there(forge, tmp_path):
    project = make_project(make_user("ada"), name="Empty", readme=False)
    filled(forge, tmp_path, "old", [("a.txt", b"a")])
    git("-C", forge.root / "old.git", "branch", "-m", "main", "trunk")
    assert round_of(mirror(project, forge, "in", "old")).said == ""
    project.refresh_from_db()
    assert (project.default_branch, project.head) == ("trunk", git("-C", forge.root / "old.git", "rev-parse", "trunk"))


def test_the_token_goes_to_the_forge_alone_and_is_nowhere_to_be_read(widget, forge, client, caplog):
    forge.make("closed")
    forge.credential = "ada:s3cret-token"
    row = round_of(mirror(widget, forge, "out", "closed"))
    assert "access token" in row.said
    row.delete()
    row = round_of(mirror(widget, forge, "out", "closed", username="ada", secret="s3cret-token"))
    assert row.said == ""
    assert "s3cret" not in row.sealed_secret
    client.force_login(widget.created_by)
    assert "s3cret" not in client.get("/@ada/widget/settings/mirrors/").content.decode()
    assert "s3cret" not in caplog.text
    assert "s3cret" not in (widget.path / "config").read_text()


def test_no_argument_of_a_process_holds_the_token(widget, forge, monkeypatch):
    from storage.git import transfer

    seen = []
    real = transfer.spawn
    monkeypatch.setattr(transfer, "spawn", lambda repo, args, **values: seen.append(args) or real(repo, args, **values))
    forge.make("closed")
    forge.credential = "ada:s3cret-token"
    round_of(mirror(widget, forge, "out", "closed", username="ada", secret="s3cret-token"))
    header = Credential("ada", "s3cret-token").header
    assert seen
    assert not [one for args in seen for one in args if "s3cret" in one or header in one]


def test_a_host_that_turns_private_is_not_asked_at_the_next_round(widget, forge, settings):
    forge.make("copy")
    row = mirror(widget, forge, "out", "copy")
    settings.IMPORT_ALLOWED_HOSTS = []
    row = round_of(row)
    assert (row.failures, forge.asked) == (1, [])


def test_one_address_once_one_source_alone_and_five_in_all(widget, forge):
    mirror(widget, forge, "out", "a")
    with pytest.raises(RefusedError, match="already"):
        mirror(widget, forge, "out", "a")
    mirror(widget, forge, "in", "b")
    with pytest.raises(RefusedError, match="one place only"):
        mirror(widget, forge, "in", "c")
    for name in "def":
        mirror(widget, forge, "out", name)
    with pytest.raises(RefusedError, match="5 mirrors"):
        mirror(widget, forge, "out", "g")

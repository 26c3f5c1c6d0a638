"""A fork: the same history in a project of one's own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designs.actions.change_project import set_units, update_project
from designs.actions.errors import RefusedError
from designs.actions.fork_project import fork_project
from designs.actions.receive_push import receive_push
from designs.actions.trash_project import purge_trash, trash_project
from designs.models import Analysis, Collaborator, Event, LfsObject, Project
from storage.git.process import run
from storage.git.types import Put, Signature
from storage.lfs.pointer import Pointer
from tests import factories

pytestmark = pytest.mark.django_db
CUBE = b"solid a\nendsolid a\n"


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def eve():
    return factories.make_user("eve")


@pytest.fixture
def widget(ada):
    project = factories.make_project(ada, summary="A knob.", tags=["knob"], processes=["turning"], materials=["brass"])
    factories.commit(project, {"a.stl": CUBE, "notes.txt": "hi"}, message="Parts")
    return project


def _fork(source, by, **values):
    return fork_project(source, to=by.namespace, by=by, **values)


def test_a_fork_has_the_history_the_files_and_the_cover_of_its_source(widget, eve):
    set_units(widget.files.get(path="a.stl"), "inch")
    fork = Project.objects.get(pk=_fork(widget, eve).pk)
    assert (str(fork), fork.forked_from, fork.head, fork.forked_commit) == (
        "eve/widget",
        widget,
        widget.head,
        widget.head,
    )
    assert (fork.summary, fork.tags, fork.processes, fork.materials) == ("A knob.", ["knob"], ["turning"], ["brass"])
    assert fork.repo.tip("main") == widget.head
    facts = ("commit", "author", "author_name", "message", "at")
    assert list(fork.revisions.values_list(*facts)) == list(widget.revisions.values_list(*facts))
    contents = ("revision__commit", "path", "oid", "sha256", "size", "format", "units")
    assert list(fork.files.order_by("pk").values_list(*contents)) == list(
        widget.files.order_by("pk").values_list(*contents)
    )
    assert (fork.cover.path, fork.cover.project, fork.cover.units) == ("a.stl", fork, "inch")
    assert fork.created_by == eve
    assert not fork.issues.exists()
    assert not fork.releases.exists()


def test_nothing_is_measured_again(widget, eve):
    before = list(Analysis.objects.values_list("pk", "state"))
    _fork(widget, eve)
    assert list(Analysis.objects.values_list("pk", "state")) == before


def test_work_goes_on_in_a_fork_and_leaves_the_source_alone(widget, eve):
    fork = _fork(widget, eve)
    factories.commit(fork, {"b.stl": b"solid b\nendsolid b\n"}, by=eve)
    assert fork.head == fork.repo.tip("main") != widget.head
    assert fork.revisions.count() == widget.revisions.count() + 1
    assert widget.repo.tip("main") == widget.head
    assert fork.repo.fsck() == widget.repo.fsck() == []


def test_rows_cost_the_same_number_of_queries_whatever_their_number(ada, eve):
    few, many = factories.make_project(ada, name="Few"), factories.make_project(ada, name="Many")
    factories.commit(few, {"a.stl": CUBE})
    for number in range(6):
        factories.commit(many, {f"{number}-{n}.stl": f"solid {number} {n}" for n in range(20)})
    counts = []
    for source in (few, many):
        with CaptureQueriesContext(connection) as counted:
            _fork(source, eve)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_commits_that_no_branch_reaches_any_more_are_not_in_a_fork(widget, eve):
    factories.commit(widget, {"secret.txt": "once"}, branch="secret")
    factories.commit(widget, {"kept.txt": "here"}, branch="kept")
    run(widget.path, ["update-ref", "-d", "refs/heads/secret"])
    fork = _fork(widget, eve)
    assert "kept.txt" in set(fork.files.values_list("path", flat=True))
    assert "secret.txt" not in set(fork.files.values_list("path", flat=True))
    assert set(fork.revisions.values_list("commit", flat=True)) < set(widget.revisions.values_list("commit", flat=True))


def test_large_files_come_along_where_a_branch_of_the_fork_names_them(widget, eve, tmp_path):
    named, unnamed, lost = (Pointer(letter * 64, 7) for letter in "abc")
    for one in (named, unnamed):
        LfsObject.objects.create(project=widget, sha256=one.sha256, size=one.size)
    _pointer_commit(widget, {"big.step": named, "lost.step": lost}, tmp_path)
    fork = _fork(widget, eve)
    brought = set(fork.lfs_objects.values_list("sha256", "size"))
    assert (named.sha256, 7) in brought
    assert brought == set(widget.lfs_objects.exclude(sha256=unnamed.sha256).values_list("sha256", "size"))
    assert lost.sha256 not in dict(brought)


def _pointer_commit(project, pointers, folder):
    """A commit of pointers as git-lfs pushes them."""
    edits = []
    for path, one in pointers.items():
        (folder / path).write_bytes(one.encode())
        edits.append(Put(path, folder / path))
    new = project.repo.commit("main", edits, author=Signature("Ada", "a@example.org"), message="Large")
    receive_push(project, "main", project.head, new, by=project.created_by, known={})


def test_a_name_that_is_taken_gets_a_number_unless_it_was_chosen(widget, ada, eve):
    assert [_fork(widget, eve).slug for _ in range(3)] == ["widget", "widget-2", "widget-3"]
    assert str(_fork(widget, ada)) == "ada/widget-2"
    with pytest.raises(RefusedError) as refused:
        _fork(widget, eve, slug="widget")
    assert refused.value.code == "taken"
    assert Project.objects.count() == 5


def test_a_private_project_forks_private_and_only_for_whoever_sees_it(ada, eve):
    secret = factories.make_project(ada, name="Secret", visibility="private")
    with pytest.raises(RefusedError) as refused:
        _fork(secret, eve)
    assert refused.value.code == "missing"
    Collaborator.objects.create(project=secret, user=eve, role="reader")
    fork = _fork(secret, eve)
    assert fork.visibility == "private"
    assert not Event.objects.filter(kind="fork").exists()
    with pytest.raises(RefusedError):
        _fork(secret, eve, visibility="public")
    with pytest.raises(RefusedError) as wider:
        update_project(fork, {"visibility": "public"})
    assert wider.value.code == "visibility"


def test_a_fork_of_a_public_project_may_be_private_and_then_nobody_hears_of_it(widget, eve):
    _fork(widget, eve, visibility="private")
    assert not widget.events.filter(kind="fork").exists()
    public = _fork(widget, eve)
    event = widget.events.get(kind="fork")
    assert (event.actor, event.payload["address"], event.payload["fork"]) == (eve, "eve/widget-2", public.pk)


def test_nobody_forks_into_the_name_of_another_nor_what_staff_has_hidden(widget, ada, eve):
    with pytest.raises(RefusedError) as refused:
        fork_project(widget, to=ada.namespace, by=eve)
    assert refused.value.code == "forbidden"
    Project.objects.filter(pk=widget.pk).update(hidden_at="2026-01-01T00:00Z")
    widget.refresh_from_db()
    with pytest.raises(RefusedError) as hidden:
        _fork(widget, ada)
    assert hidden.value.code == "hidden"


def test_an_organisation_may_have_a_fork(widget, eve):
    lab = factories.make_organisation("lab", owner=eve)
    assert str(fork_project(widget, to=lab.namespace, by=eve, name="Lab knob")) == "lab/lab-knob"


def test_a_project_without_commits_can_be_forked(ada, eve):
    empty = factories.make_project(ada, name="Empty", readme=False)
    fork = _fork(empty, eve)
    assert (fork.head, fork.forked_commit, fork.repo.branches()) == ("", "", [])
    factories.commit(fork, {"a.txt": "first"}, by=eve)


def test_a_fork_that_fails_leaves_neither_row_nor_repository(widget, eve, monkeypatch, settings):
    def fails(*_args):
        raise RuntimeError("no")

    before = set(settings.REPOSITORIES_DIR.rglob("*.git"))
    monkeypatch.setattr("designs.actions.fork_project.copy_revisions", fails)
    with pytest.raises(RuntimeError):
        _fork(widget, eve)
    assert set(settings.REPOSITORIES_DIR.rglob("*.git")) == before
    assert not Project.objects.filter(namespace=eve.namespace).exists()


def test_a_fork_outlives_its_source(widget, eve, settings):
    fork = _fork(widget, eve)
    settings.TRASH_DAYS = -1
    trash_project(widget)
    assert purge_trash() == 1
    fork.refresh_from_db()
    assert fork.forked_from is None
    assert fork.forked_licence == "CERN-OHL-S-2.0"
    assert fork.repo.fsck() == []
    assert fork.cover.path == "a.stl"

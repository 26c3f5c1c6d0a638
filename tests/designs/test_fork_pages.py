"""The pages and the API of forks: the button, the form, the tree, bringing a fork up to date, whose work it is."""

import io
import zipfile

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from designs import networks
from designs.actions.change_project import update_project
from designs.actions.fork_project import fork_project
from designs.actions.moderate import hide_project
from designs.actions.sync_fork import sync_fork
from designs.actions.trash_project import trash_project
from designs.models import LfsObject, Like, Project
from tests import factories

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def eve():
    return factories.make_user("eve")


@pytest.fixture
def widget(ada):
    project = factories.make_project(ada, summary="A knob.")
    factories.commit(project, {"a.txt": "one"}, message="Parts")
    return project


def _fork(source, by, **values):
    return fork_project(source, to=by.namespace, by=by, **values)


def _text(answer):
    return " ".join(answer.content.decode().split())


def test_a_fork_is_made_on_its_page(client, widget, eve):
    assert client.get("/@ada/widget/fork/")["Location"] == "/accounts/login/?next=/%40ada/widget/fork/"
    client.force_login(eve)
    assert "Create the fork" in _text(client.get("/@ada/widget/fork/"))
    sent = {"owner": "eve", "name": "Better widget", "licence": "CERN-OHL-S-2.0", "visibility": "public"}
    answer = client.post("/@ada/widget/fork/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/@eve/better-widget/")
    page = _text(client.get("/@eve/better-widget/"))
    assert 'Forked from <a href="/@ada/widget/">ada/widget</a>' in page
    assert 'Level with <a href="/@ada/widget/">' in page
    assert "1 fork: the network" in _text(client.get("/@ada/widget/"))
    assert 'href="/@eve/better-widget/">eve/better-widget</a>' in _text(client.get("/@ada/widget/fork/"))


def test_the_form_offers_only_what_may_be(client, ada, eve):
    source = factories.make_project(ada, name="Toy", licence="CC-BY-NC-4.0", visibility="unlisted")
    client.force_login(eve)
    page = _text(client.get(f"/@ada/{source.slug}/fork/"))
    assert "CC-BY-NC-SA-4.0" in page
    assert "CC-BY-SA-4.0" not in page
    assert 'value="public"' not in page
    sent = {"owner": "ada", "name": "Toy", "licence": "MIT", "visibility": "public"}
    answer = client.post(f"/@ada/{source.slug}/fork/", sent)
    assert answer.status_code == 422
    assert Project.objects.count() == 1


def test_the_network_is_a_tree_of_what_the_visitor_may_see(client, widget, ada, eve):
    bob = factories.make_user("bob")
    child = _fork(widget, eve)
    _fork(child, bob)
    _fork(widget, bob, visibility="private")
    factories.commit(child, {"b.txt": "two"}, by=eve)
    factories.commit(widget, {"c.txt": "three"})
    Like.objects.create(project=child, user=bob)
    for viewer, count in ((None, 3), (eve, 3), (bob, 4)):
        if viewer:
            client.force_login(viewer)
        page = _text(client.get("/@eve/widget/network/"))
        assert f"{count} projects" in page
        assert ("bob/widget-2" in page) == (viewer == bob)
    nodes = networks.network(widget, eve)
    assert [(str(node.project), node.depth, str(node.parent)) for node in nodes] == [
        ("ada/widget", 0, "None"),
        ("eve/widget", 1, "ada/widget"),
        ("bob/widget", 2, "eve/widget"),
    ]
    assert "1 ahead" in page
    assert "1 behind" in page


def test_a_fork_of_what_may_not_be_seen_hangs_below_the_next_above(widget, eve):
    bob = factories.make_user("bob")
    child = _fork(widget, eve)
    grandchild = _fork(child, bob)
    update_project(child, {"visibility": "private"})
    nodes = networks.network(grandchild, bob)
    assert [(str(node.project), str(node.parent)) for node in nodes] == [
        ("ada/widget", "None"),
        ("bob/widget", "ada/widget"),
    ]


def test_a_private_fork_is_not_counted_for_those_who_may_not_see_it(client, widget, ada, eve):
    _fork(widget, eve, visibility="private")
    client.force_login(ada)
    assert "0 forks: the network" in _text(client.get("/@ada/widget/"))
    client.force_login(eve)
    assert "1 fork: the network" in _text(client.get("/@ada/widget/"))


@pytest.mark.parametrize("what", ["private", "hidden", "trash"])
def test_of_a_parent_that_is_gone_only_that_is_said(client, widget, eve, what):
    fork = _fork(widget, eve)
    if what == "private":
        update_project(widget, {"visibility": "private"})
    elif what == "hidden":
        hide_project(widget, "copied")
    else:
        trash_project(widget)
    client.force_login(eve)
    for page in ("", "network/", f"attribution/{fork.head}/", "tree/main"):
        answer = client.get(f"/@eve/widget/{page}")
        assert answer.status_code == 200
        assert "Forked from a project that is not public, or no longer" in _text(answer)
        assert "ada/widget" not in _text(answer)
    assert fork.repo.fsck() == []


def test_a_fork_takes_over_what_is_new_with_its_authors(client, widget, ada, eve):
    fork = _fork(widget, eve)
    factories.commit(widget, {"a.txt": "two", "b.stl": "solid b\nendsolid b\n"}, message="Closes #1")
    client.force_login(eve)
    assert "1 commit behind" in _text(client.get("/@eve/widget/"))
    answer = client.post("/@eve/widget/sync/", follow=True)
    assert "Your fork has all that is new." in _text(answer)
    fork.refresh_from_db()
    assert fork.head == fork.repo.tip("main") == widget.head == fork.forked_commit
    newest = fork.revisions.get(commit=fork.head)
    assert newest.author == ada
    assert set(newest.files.values_list("path", flat=True)) == {"a.txt", "b.stl"}
    event = fork.events.get(kind="push")
    assert (event.actor, event.payload["commits"]) == (eve, 1)
    assert fork.repo.unindexed_marks() == []
    assert "There is nothing new in ada/widget." in _text(client.post("/@eve/widget/sync/", follow=True))


def test_large_files_come_with_what_is_new(widget, eve):
    fork = _fork(widget, eve)
    factories.commit(widget, {"big.stl": "solid big\nendsolid\n" * 100})
    held = set(LfsObject.objects.filter(project=widget).values_list("sha256", flat=True))
    assert held
    sync_fork(fork, by=eve)
    assert set(fork.lfs_objects.values_list("sha256", flat=True)) == held


def test_where_both_have_changed_what_is_new_is_merged(client, widget, ada, eve):
    fork = _fork(widget, eve)
    theirs = factories.commit(widget, {"a.txt": "theirs"}).commit
    mine = factories.commit(fork, {"b.txt": "mine"}, by=eve).commit
    client.force_login(eve)
    page = _text(client.get("/@eve/widget/"))
    assert "1 commit ahead of" in page
    assert "what is new is merged into this fork" in page
    assert "Your fork has all that is new." in _text(client.post("/@eve/widget/sync/", follow=True))
    fork.refresh_from_db()
    made = fork.repo.commit_info(fork.head)
    assert (made.parents, made.message, made.author_name) == ((mine, theirs), "Take over ada/widget", "eve")
    assert fork.head == fork.repo.tip("main")
    assert [fork.repo.read(fork.repo.entry(fork.head, path).oid, 9) for path in ("a.txt", "b.txt")] == [
        b"theirs",
        b"mine",
    ]
    assert fork.revisions.get(commit=fork.head).author == eve
    assert fork.revisions.get(commit=theirs).author == ada
    assert fork.forked_commit == theirs
    assert fork.repo.fsck() == []


def test_where_both_have_changed_the_same_place_nothing_is_moved_and_the_way_out_is_said(client, widget, eve):
    fork = _fork(widget, eve)
    factories.commit(widget, {"a.txt": "theirs"})
    mine = factories.commit(fork, {"a.txt": "mine"}, by=eve).commit
    client.force_login(eve)
    said = _text(client.post("/@eve/widget/sync/", follow=True))
    assert "cannot be merged by themselves: a.txt." in said
    assert f"git pull {widget.clone_url} main" in said
    assert fork.repo.tip("main") == mine
    assert fork.repo.unindexed_marks() == []


def test_a_parent_whose_licence_no_longer_fits_is_not_taken_over(client, ada, eve):
    source = factories.make_project(ada, name="Toy", licence="MIT")
    fork = _fork(source, eve)
    update_project(source, {"licence": "CC-BY-NC-4.0"})
    factories.commit(source, {"a.txt": "new"})
    client.force_login(eve)
    said = _text(client.post("/@eve/toy/sync/", follow=True))
    assert "forbids commercial use" in said
    assert fork.repo.tip("main") == fork.head


def test_only_writers_bring_a_fork_up_to_date(client, widget, ada, eve):
    _fork(widget, eve)
    factories.commit(widget, {"a.txt": "two"})
    client.force_login(ada)
    assert client.post("/@eve/widget/sync/").status_code == 403
    assert "Take over what is new" not in _text(client.get("/@eve/widget/"))
    assert client.get("/@eve/widget/sync/").status_code == 405


def test_the_settings_page_says_why_a_licence_may_not_follow(client, ada, eve):
    fork = _fork(factories.make_project(ada, name="Toy", licence="CC-BY-SA-4.0"), eve)
    client.force_login(eve)
    sent = {"action": "describe", "name": "Toy", "licence": "MIT", "visibility": "public", "default_branch": "main"}
    answer = client.post("/@eve/toy/settings/", sent)
    assert answer.status_code == 422
    assert "CC-BY-SA-4.0 asks that what is made from it stays under the same licence." in _text(answer)
    assert Project.objects.get(pk=fork.pk).licence == "CC-BY-SA-4.0"


def test_every_zip_carries_the_attribution_and_never_over_a_file_of_the_project(client, widget, eve):
    fork = _fork(widget, eve)
    factories.commit(fork, {"ATTRIBUTION.md": "My own words"}, by=eve)
    for project, ref, name in ((widget, "main", "ATTRIBUTION.md"), (fork, "main", "ATTRIBUTION.partage.md")):
        answer = client.get(f"/@{project}/archive/{ref}.zip")
        packed = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
        text = packed.read(f"widget-main/{name}").decode()
        assert "CERN Open Hardware Licence 2, strongly reciprocal" in text
        assert project.head in text
    assert packed.read("widget-main/ATTRIBUTION.md") == b"My own words"
    assert f"ada/widget), <{widget.url}>" in text


def test_pages_cost_the_same_for_one_fork_as_for_ten(client, widget, ada, eve):
    bob = factories.make_user("bob")
    first = _fork(widget, eve)
    counts = {}
    pages = ("/@ada/widget/network/", "/@ada/widget/", "/@eve/widget/")
    for page in pages:
        client.get(page)
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            client.get(page)
        counts[page] = len(counted)
    for number in range(5):
        _fork(widget, bob)
        _fork(first, ada, slug=f"of-eve-{number}")
    for page in pages:
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            assert client.get(page).status_code == 200
        assert len(counted) == counts[page], page


def test_a_program_forks_lists_and_brings_up_to_date(client, widget, eve):
    sign = {"HTTP_AUTHORIZATION": "Bearer " + tokens.issue(eve, "t", ["read", "write"])[1]}
    at = f"{V1}/projects/ada/widget/forks"
    assert client.post(at, {}, content_type="application/json").status_code == 401
    made = client.post(at, {"name": "Mine", "slug": "mine"}, content_type="application/json", **sign)
    assert (made.status_code, made.json()["slug"], made.json()["owner"]) == (201, "mine", "eve")
    taken = client.post(at, {"slug": "mine"}, content_type="application/json", **sign)
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    refused = client.post(at, {"licence": "MIT"}, content_type="application/json", **sign)
    assert (refused.status_code, refused.json()["code"]) == (422, "licence")
    client.post(at, {"visibility": "private"}, content_type="application/json", **sign)
    assert [one["slug"] for one in client.get(at).json()["items"]] == ["mine"]
    assert [one["slug"] for one in client.get(at, **sign).json()["items"]] == ["widget", "mine"]
    factories.commit(widget, {"b.txt": "new"})
    synced = client.post(f"{V1}/projects/eve/mine/sync", **sign)
    assert (synced.status_code, synced.json()["head"]) == (200, widget.head)
    again = client.post(f"{V1}/projects/eve/mine/sync", **sign)
    assert (again.status_code, again.json()["code"]) == (422, "no-change")

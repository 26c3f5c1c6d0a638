"""Contributions: from a fork to the project, through discussion and conflict."""

import pytest

from accounts import tokens
from designs.actions import contributions as actions
from designs.actions.errors import RefusedError
from designs.actions.fork_project import fork_project
from designs.models import Collaborator, Contribution, Event, Issue
from storage.git import merge
from tests.factories import commit, make_project, make_user
from tests.solids import box

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def project(ada):
    project = make_project(ada)
    commit(project, {"knob.stl": box(), "notes.txt": "one\n"})
    return project


@pytest.fixture
def fork(project, bob):
    return fork_project(project, to=bob.namespace, by=bob)


def offer(project, fork, by, **values):
    facts = {"source_branch": "main", "target_branch": "main", "title": "A stronger knob"} | values
    return actions.open_contribution(project, by=by, source=fork, **facts)


def test_a_forks_commits_are_offered_merged_and_credited(project, fork, ada, bob):
    made = commit(fork, {"knob.stl": box((30.0, 20.0, 12.0))}, by=bob, message="Stronger")
    contribution = offer(project, fork, bob)
    assert (contribution.state, contribution.head, contribution.issue.number) == ("open", made.commit, 1)
    merged = actions.merge_contribution(contribution, by=ada)
    project.refresh_from_db()
    contribution.refresh_from_db()
    assert (project.head, contribution.state, contribution.merged_by) == (merged, "merged", ada)
    info = project.repo.commit_info(merged)
    assert info.author_name == "bob"
    assert "Merge contribution #1 from bob/widget:main" in info.message
    file = project.files.filter(path="knob.stl").latest("pk")
    assert file.sha256 == fork.files.filter(path="knob.stl").latest("pk").sha256
    assert project.lfs_objects.filter(sha256=file.sha256).exists()
    kinds = list(project.events.filter(issue=contribution.issue).order_by("pk").values_list("kind", flat=True))
    assert kinds == [Event.Kind.CONTRIBUTION_OPENED, Event.Kind.CONTRIBUTION_MERGED]
    assert project.repo.fsck() == []


def test_new_commits_on_the_offered_branch_join_it(project, fork, bob):
    commit(fork, {"a.txt": "1"}, by=bob)
    contribution = offer(project, fork, bob)
    newer = commit(fork, {"a.txt": "2"}, by=bob)
    contribution.refresh_from_db()
    assert contribution.head == newer.commit
    assert project.revisions.filter(commit=newer.commit).exists()
    assert project.events.filter(kind=Event.Kind.CONTRIBUTION_UPDATED).count() == 1


def test_what_arrives_by_a_push_counts_as_merged(project, ada):
    commit(project, {"a.txt": "1"}, branch="better")
    contribution = offer(project, project, ada, source_branch="better")
    merge.keep(project.path, "refs/heads/main", contribution.head)
    actions.follow_branch(project, "main", ada)
    contribution.refresh_from_db()
    assert contribution.state == "merged"


def test_a_conflict_is_settled_by_a_side(project, fork, ada, bob):
    commit(fork, {"notes.txt": "theirs\n", "new.txt": "n"}, by=bob)
    commit(project, {"notes.txt": "ours\n"})
    contribution = offer(project, fork, bob)
    assert actions.attempt(contribution).conflicts == ("notes.txt",)
    with pytest.raises(RefusedError, match="Choose a side"):
        actions.merge_contribution(contribution, by=ada)
    merged = actions.merge_contribution(contribution, by=ada, sides={"notes.txt": "theirs"})
    assert project.repo.read(project.repo.entry(merged, "notes.txt").oid, 99) == b"theirs\n"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source_branch": "gone"}, "no such branch"),
        ({"target_branch": "gone"}, "no such branch"),
        ({"title": " "}, "in a few words"),
    ],
)
def test_what_cannot_be_offered_is_refused_in_a_sentence(project, fork, bob, change, sentence):
    commit(fork, {"a.txt": "1"}, by=bob)
    with pytest.raises(RefusedError, match=sentence):
        offer(project, fork, bob, **change)
    assert not Issue.objects.exists()


def test_nothing_twice_and_nothing_of_others(project, fork, ada, bob):
    with pytest.raises(RefusedError, match="nothing to offer"):
        offer(project, fork, bob)
    commit(fork, {"a.txt": "1"}, by=bob)
    with pytest.raises(RefusedError, match="fork it first"):
        offer(project, fork, make_user("eve"))
    offer(project, fork, bob)
    with pytest.raises(RefusedError, match="offered already"):
        offer(project, fork, bob)


def test_only_open_ones_are_merged_and_only_by_writers(project, fork, ada, bob):
    commit(fork, {"a.txt": "1"}, by=bob)
    contribution = offer(project, fork, bob, is_draft=True)
    with pytest.raises(RefusedError, match="Only an open"):
        actions.merge_contribution(contribution, by=ada)
    actions.set_draft(contribution, is_draft=False)
    with pytest.raises(RefusedError, match="may not write"):
        actions.merge_contribution(contribution, by=bob)


def test_the_page_shows_parts_commits_and_discussion_and_merges(client, project, fork, ada, bob):
    commit(fork, {"knob.stl": box((30.0, 20.0, 12.0)), "notes.txt": "two\n"}, by=bob, message="Stronger knob")
    client.force_login(bob)
    page = client.get("/@ada/widget/contributions/new/").content.decode()
    assert "Stronger knob" in page
    assert "knob.stl" in page
    sent = {"from": "bob/widget:main", "into": "main", "title": "A stronger knob", "text": "Tried **twice**."}
    answer = client.post("/@ada/widget/contributions/new/", sent)
    assert answer["Location"] == "/@ada/widget/contributions/1/"
    client.post("/@ada/widget/issues/1/comment/", {"text": "Is this thick enough?", "path": "knob.stl"})
    client.force_login(ada)
    page = client.get("/@ada/widget/contributions/1/").content.decode()
    for words in (
        "A stronger knob",
        "<strong>twice</strong>",
        "Is this thick enough?",
        "Stronger knob",
        "nothing stands",
    ):
        assert words in page
    assert "A stronger knob" in client.get("/@ada/widget/contributions/").content.decode()
    assert client.post("/@ada/widget/contributions/1/merge/")["Location"] == "/@ada/widget/contributions/1/"
    assert Contribution.objects.get().state == "merged"
    assert "A stronger knob" in client.get("/@ada/widget/contributions/?state=closed").content.decode()


def test_the_page_takes_a_side_for_each_conflict(client, project, fork, ada, bob):
    commit(fork, {"notes.txt": "theirs\n"}, by=bob)
    commit(project, {"notes.txt": "ours\n"})
    offer(project, fork, bob)
    client.force_login(ada)
    assert "side:notes.txt" in client.get("/@ada/widget/contributions/1/").content.decode()
    refused = client.post("/@ada/widget/contributions/1/merge/")
    assert (refused.status_code, "Choose a side" in refused.content.decode()) == (422, True)
    client.post("/@ada/widget/contributions/1/merge/", {"side:notes.txt": "ours"})
    assert Contribution.objects.get().state == "merged"


def test_strangers_may_read_and_not_act(client, project, fork, bob):
    commit(fork, {"a.txt": "1"}, by=bob)
    offer(project, fork, bob)
    assert client.get("/@ada/widget/contributions/1/").status_code == 200
    client.force_login(make_user("eve"))
    assert client.post("/@ada/widget/contributions/1/merge/").status_code == 403
    assert client.post("/@ada/widget/contributions/1/draft/", {"draft": "yes"}).status_code == 403


def test_a_private_source_is_not_named_to_others(client, project, ada, bob):
    fork = fork_project(project, to=bob.namespace, by=bob, slug="secret-knob", visibility="private")
    commit(fork, {"a.txt": "1"}, by=bob)
    offer(project, fork, bob)
    assert "secret-knob" not in client.get("/@ada/widget/contributions/1/").content.decode()
    assert "secret-knob" not in client.get("/@ada/widget/contributions/").content.decode()


def test_a_collaborator_offers_a_branch_of_the_project_itself(project, bob, ada):
    Collaborator.objects.create(project=project, user=bob, role="writer")
    commit(project, {"a.txt": "1"}, by=bob, branch="idea")
    contribution = offer(project, project, bob, source_branch="idea")
    assert actions.merge_contribution(contribution, by=ada) == project.repo.tip("main")


def test_the_api_offers_lists_and_merges(client, project, fork, ada, bob):
    commit(fork, {"notes.txt": "theirs\n"}, by=bob)
    commit(project, {"notes.txt": "ours\n"})
    at = "/api/v1/projects/ada/widget/contributions"
    theirs, ours = ({"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(user, 't', ['write'])[1]}"} for user in (bob, ada))
    body = {"source": "bob/widget", "source_branch": "main", "title": "Better notes"}
    made = client.post(at, body, content_type="application/json", **theirs)
    assert (made.status_code, made.json()["state"], made.json()["source"]) == (201, "open", "bob/widget")
    assert [one["number"] for one in client.get(f"{at}?state=open").json()["items"]] == [1]
    assert client.get(f"{at}/1").json()["conflicts"] == ["notes.txt"]
    refused = client.post(f"{at}/1/merge", {}, content_type="application/json", **ours)
    assert refused.status_code == 409
    sides = {"sides": {"notes.txt": "theirs"}}
    assert client.post(f"{at}/1/merge", sides, content_type="application/json", **theirs).status_code == 403
    merged = client.post(f"{at}/1/merge", sides, content_type="application/json", **ours).json()
    assert (merged["state"], merged["merged_commit"]) == ("merged", project.repo.tip("main"))
    assert client.get(f"{at}?state=open").json()["items"] == []

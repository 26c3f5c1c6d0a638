"""Branches are made, renamed and deleted on the page by the rules of a push."""

import pytest

from designs import policy
from designs.actions.branches import create_branch, delete_branch, protect, protect_default, rename_branch
from designs.actions.change_release import delete_release
from designs.actions.contributions import open_contribution
from designs.actions.errors import RefusedError
from designs.actions.publish_release import publish_release
from designs.models import Collaborator, Event, Mirror
from jobs.models import State
from storage.git import branches
from storage.git.errors import ConflictError
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    project = make_project(make_user("ada"))
    commit(project, {"a.txt": "one"})
    return project


def names(project):
    return {ref.name for ref in project.repo.branches()}


def code(action, *args, **values):
    with pytest.raises(RefusedError) as refused:
        action(*args, **values)
    return refused.value.code


@pytest.mark.parametrize(
    ("pattern", "branch", "expected"),
    [("release/*", "release/1", True), ("release/*", "release/1/2", True), ("release/*", "releases", False),
     ("v?", "v1", True), ("v?", "v10", False), ("next", "Next", False), ("*", "anything", True)],
)  # fmt: skip
def test_patterns_protect_what_they_match(project, pattern, branch, expected):
    protect(project, pattern)
    assert policy.is_protected(project, branch) is expected


def test_the_default_branch_is_protected_unless_said_otherwise(project):
    assert policy.is_protected(project, "main")
    protect_default(project, wanted=False)
    assert not policy.is_protected(project, "main")
    assert code(delete_branch, project, by=project.created_by, name="main") == "default"


def test_a_branch_is_made_renamed_and_deleted(project):
    ada = project.created_by
    create_branch(project, by=ada, name="try/one", start="main")
    assert project.repo.tip("try/one") == project.head
    rename_branch(project, by=ada, name="try/one", to="try/two")
    assert names(project) == {"main", "try/two"}
    delete_branch(project, by=ada, name="try/two")
    assert names(project) == {"main"}
    assert project.events.filter(kind=Event.Kind.BRANCH_DELETED).count() == 2


def test_what_cannot_be_is_refused_with_its_reason(project):
    ada = project.created_by
    create_branch(project, by=ada, name="x", start="main")
    protect(project, "keep/*")
    create_branch(project, by=ada, name="keep/me", start="main")
    assert code(create_branch, project, by=ada, name="x", start="main") == "taken"
    assert code(create_branch, project, by=ada, name="x/y", start="main") == "taken"
    assert code(create_branch, project, by=ada, name="-evil", start="main") == "bad-name"
    assert code(create_branch, project, by=ada, name="y", start="nothing") == "missing"
    assert code(delete_branch, project, by=ada, name="keep/me") == "protected"
    assert code(delete_branch, project, by=ada, name="gone") == "missing"
    assert code(rename_branch, project, by=ada, name="x", to="main") == "taken"
    assert code(protect, project, "a b") == "bad-name"
    assert code(protect, project, "keep/*") == "taken"
    assert names(project) == {"main", "x", "keep/me"}
    assert project.repo.unindexed_marks() == []


def test_a_branch_that_moved_meanwhile_is_not_deleted(project):
    old = project.head
    commit(project, {"b.txt": "two"})
    branches.create(project.path, "side", project.head)
    with pytest.raises(ConflictError):
        branches.delete(project.path, "side", old)
    assert "side" in names(project)


def test_renaming_the_default_branch_takes_clones_with_it_and_needs_a_manager(project):
    eve = make_user("eve")
    Collaborator.objects.create(project=project, user=eve)
    assert code(rename_branch, project, by=eve, name="main", to="trunk") == "protected"
    rename_branch(project, by=project.created_by, name="main", to="trunk")
    project.refresh_from_db()
    assert project.default_branch == "trunk"
    assert (project.path / "HEAD").read_text() == "ref: refs/heads/trunk\n"


def test_the_page_tells_ahead_and_behind_and_lets_only_writers_change(project, client):
    create_branch(project, by=project.created_by, name="feature", start="main")
    commit(project, {"c.txt": "c"}, branch="feature")
    commit(project, {"d.txt": "d"})
    commit(project, {"e.txt": "e"})
    shown = client.get("/@ada/widget/branches/").content.decode()
    assert "1 ahead, 2 behind" in shown
    client.post("/@ada/widget/branches/", {"action": "delete", "name": "feature"})
    assert "feature" in names(project)
    client.force_login(project.created_by)
    client.post("/@ada/widget/branches/", {"action": "delete", "name": "feature"})
    assert names(project) == {"main"}
    client.post("/@ada/widget/settings/branches/", {"action": "add", "pattern": "main*"})
    assert "main*" in client.get("/@ada/widget/settings/branches/").content.decode()


def test_any_two_versions_are_compared_with_slashes_in_their_names(project, client):
    create_branch(project, by=project.created_by, name="deep/er", start="main")
    commit(project, {"c.txt": "c"}, branch="deep/er", message="Add c")
    chosen = client.get("/@ada/widget/compare/", {"before": "main", "after": "deep/er"})
    assert chosen["Location"] == "/@ada/widget/compare/main...deep/er/"
    shown = client.get(chosen["Location"]).content.decode()
    assert "1 ahead, 0 behind" in shown
    assert "Add c" in shown
    wrong = client.get("/@ada/widget/compare/", {"before": "main", "after": "nothing"})
    assert wrong.status_code == 422
    assert "There is no branch, tag or commit “nothing”." in wrong.content.decode()


def test_tags_that_git_made_are_listed_and_can_become_releases(project, client):
    branches.run(project.path, ["tag", "v9", project.head])
    client.force_login(project.created_by)
    shown = client.get("/@ada/widget/tags/").content.decode()
    assert "releases/new/?tag=v9" in shown


def test_open_contributions_follow_a_branch_that_is_renamed(project):
    ada = project.created_by
    create_branch(project, by=ada, name="try/one", start="main")
    commit(project, {"b.txt": "two"}, branch="try/one")
    values = {"by": ada, "source": project, "target_branch": "main", "title": "Two", "text": ""}
    made = open_contribution(project, source_branch="try/one", **values)
    rename_branch(project, by=ada, name="try/one", to="try/two")
    made.refresh_from_db()
    assert (made.source_branch, made.target_branch) == ("try/two", "main")


def test_mirrors_are_asked_again_for_branches_and_tags_that_no_commit_tells_of(project):
    ada = project.created_by
    mirror = Mirror.objects.create(project=project, by=ada, direction="out", url="https://example.org/widget.git")

    def asked(action, *args, **values):
        Mirror.objects.update(state=State.DONE)
        result = action(*args, **values)
        mirror.refresh_from_db()
        return mirror.state == State.READY and (result or True)

    assert asked(create_branch, project, by=ada, name="next", start="main")
    assert asked(rename_branch, project, by=ada, name="next", to="later")
    assert asked(delete_branch, project, by=ada, name="later")
    release = asked(publish_release, project, by=ada, tag="v1")
    assert asked(delete_release, release, with_tag=True)


def test_the_chooser_names_the_default_branch_first_and_searches_among_many(project, client):
    for number in range(12):
        branches.create(project.path, f"b{number}", project.head)
    shown = client.get("/@ada/widget/commits/?ref=b3").content.decode()
    assert shown.index("?ref=main") < shown.index("?ref=b0")
    assert 'action="/@ada/widget/branches/"' in shown
    found = client.get("/@ada/widget/branches/?q=b11").content.decode()
    assert "b11" in found
    assert "b10" not in found

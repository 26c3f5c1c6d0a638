"""Who changed what last, and which release carried it, on pages that walk a history once."""

import subprocess

import pytest

from bench import histories
from designs import history
from designs.actions.commit_files import commit_files
from designs.actions.publish_release import publish_release
from designs.models import FolderHistory, ReleasedHistory
from storage.git import walks
from storage.git.types import Move
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def project(ada):
    return make_project(ada)


def titles(project, at, folder=""):
    names = {entry.name for entry in project.repo.tree(at, folder)}
    return {name: last.title for name, last in history.last_changes(project, at, folder, names).items()}


def test_last_changes_are_walked_once_and_brought_forward_after_a_push(project, monkeypatch):
    old = commit(project, {"d/a": "1", "d/b": "1", "c": "1"}, message="first").commit
    assert titles(project, old, "d") == {"a": "first", "b": "first"}
    new = commit(project, {"d/b": "2", "d/e": "1"}, message="second").commit
    walked = []
    walk = walks.last_changes

    def watched(*args, since=None):
        walked.append(since)
        return walk(*args, since=since)

    monkeypatch.setattr(walks, "last_changes", watched)
    assert titles(project, new, "d") == {"a": "first", "b": "second", "e": "second"}
    assert titles(project, old, "d") == {"a": "first", "b": "first"}
    assert walked == [old]


def test_a_rewritten_branch_is_walked_anew(project):
    first = commit(project, {"a": "1"}, message="first").commit
    lost = commit(project, {"a": "2"}, message="lost").commit
    assert titles(project, lost)["a"] == "lost"
    subprocess.run(["git", f"--git-dir={project.path}", "update-ref", "refs/heads/main", first], check=True)
    kept = commit(project, {"b": "1"}, message="kept").commit
    found = titles(project, kept)
    assert (found["README.md"], found["a"], found["b"]) == ("Start the project", "first", "kept")


def test_only_a_few_versions_of_a_folder_are_kept(project):
    for number in range(8):
        titles(project, commit(project, {"a": str(number)}).commit)
    assert FolderHistory.objects.count() == history.KEPT


def test_what_is_kept_equals_a_whole_walk_of_a_large_history(ada):
    project = make_project(ada, name="Large", readme=False)
    tip = histories.fast_import(project.path, files=60, commits=300)
    ids = [found.id for found in project.repo.log(tip, limit=300)]
    for at in (ids[250], ids[120], ids[3], tip):
        for folder in ("", "group 04", "group 04/frame"):
            names = {entry.name for entry in project.repo.tree(at, folder)}
            assert history.last_changes(project, at, folder, names) == project.repo.last_changes(at, folder)


def test_each_commit_knows_the_first_release_that_has_it(project, ada):
    first = commit(project, {"a": "1"})
    publish_release(project, by=ada, tag="v1")
    second = commit(project, {"a": "2"})
    third = commit(project, {"b": "1"})
    asked = [first.commit, second.commit, third.commit]
    assert history.released_in(project, asked) == {first.commit: "v1"}
    publish_release(project, by=ada, tag="v2")
    assert history.released_in(project, asked) == {first.commit: "v1", second.commit: "v2", third.commit: "v2"}
    publish_release(project, by=ada, tag="v1.1", target=second.commit)
    assert history.released_in(project, asked)[second.commit] == "v1.1"
    project.releases.get(tag="v1").delete()
    assert history.released_in(project, asked)[first.commit] == "v1.1"
    history.forget(project)
    assert not ReleasedHistory.objects.exists()
    assert history.released_in(project, asked)[third.commit] == "v2"


def test_a_release_whose_commit_is_gone_harms_nobody(project, ada):
    kept = commit(project, {"a": "1"})
    publish_release(project, by=ada, tag="v1")
    project.releases.create(tag="v0", commit="1" * 40)
    assert history.released_in(project, [kept.commit]) == {kept.commit: "v1"}


def test_the_history_of_a_part_names_the_releases_that_carry_each_version(project, ada, client):
    commit(project, {"a.txt": "one"}, message="First form")
    publish_release(project, by=ada, tag="v1")
    publish_release(project, by=ada, tag="v1.1")
    commit(project, {"a.txt": "two"}, message="Never shipped")
    commit(project, {"a.txt": "three"}, message="Second form")
    publish_release(project, by=ada, tag="v2")
    commit(project, {"a.txt": "four"}, message="Work")
    page = client.get("/@ada/widget/history/main/a.txt")
    shown = [(one.line.commit.title, one.first_release, one.releases) for one in page.context["versions"]]
    assert shown == [
        ("Work", "", []),
        ("Second form", "v2", ["v2"]),
        ("Never shipped", "v2", []),
        ("First form", "v1", ["v1.1", "v1"]),
    ]
    text = page.content.decode()
    assert "Not released yet" in text
    assert "replaced before its release" in text
    assert '<a class="tag" href="/@ada/widget/releases/v1.1/">v1.1</a>' in text


def test_a_content_that_came_back_belongs_to_the_version_of_its_time(project, ada, client):
    for number, content in enumerate(("one", "two", "one")):
        commit(project, {"a.txt": content}, message=f"Version {number}")
        publish_release(project, by=ada, tag=f"v{number}")
    versions = client.get("/@ada/widget/history/main/a.txt").context["versions"]
    assert [one.releases for one in versions] == [["v2"], ["v1"], ["v0"]]


def test_tree_and_release_say_in_which_release_each_part_changed(project, ada, client):
    commit(project, {"a.txt": "one", "b.txt": "one"})
    publish_release(project, by=ada, tag="v1")
    commit(project, {"b.txt": "two"})
    publish_release(project, by=ada, tag="v2")
    commit(project, {"c.txt": "one"})
    rows = {row.name: row.released for row in client.get("/@ada/widget/tree/main/").context["rows"]}
    assert [rows[name] for name in ("README.md", "a.txt", "b.txt", "c.txt")] == ["v1", "v1", "v2", ""]
    files = client.get("/@ada/widget/releases/v2/").context["files"]
    found = {file["path"]: tag for file, tag in files}
    assert [found[name] for name in ("README.md", "a.txt", "b.txt")] == ["v1", "v1", "v2"]
    files = client.get("/@ada/widget/releases/v1/").context["files"]
    assert {tag for _, tag in files} == {"v1"}


def test_a_deleted_file_keeps_its_history_and_a_missing_one_has_none(project, client):
    commit(project, {"a.txt": "one"}, message="Came")
    commit_files(project, [Move("a.txt", "b.txt")], by=project.created_by, message="Went")
    page = client.get("/@ada/widget/history/main/a.txt")
    shown = [(one.line.commit.title, bool(one.oid)) for one in page.context["versions"]]
    assert shown == [("Went", False), ("Came", True)]
    assert "Deleted" in page.content.decode()
    for path in ("main/nothing", "main", "main/", "nowhere/a.txt"):
        assert client.get(f"/@ada/widget/history/{path}").status_code == 404
    assert client.get("/@ada/widget/commits/?path=a.txt")["Location"] == "/@ada/widget/history/main/a.txt"

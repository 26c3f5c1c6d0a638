"""Releases: drafted notes, citation, tags that git made, changed and taken back; feeds of what happened."""

import json

import pytest
from lxml import etree

from accounts import tokens
from designs import citation
from designs.actions.change_release import change_release, delete_release
from designs.actions.publish_release import publish_release
from designs.models import Analysis
from designs.release_notes import draft
from jobs.models import State
from storage.git import branches
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
STL = b"solid a\nendsolid a\n"


@pytest.fixture
def project():
    project = make_project(make_user("ada"), summary='Says: "hello"\nand more', tags=["clip"])
    commit(project, {"a.stl": STL, "gone.stl": STL + b"\n"}, message="First parts")
    return project


def publish(project, tag="v1", **values):
    return publish_release(project, by=project.created_by, tag=tag, **values)


def test_notes_are_drafted_from_what_changed_since_the_last_release(project):
    publish(project)
    commit(project, {"a.stl": STL + b" ", "new.stl": STL}, message="Stronger clip")
    text = draft(project, "main")
    assert "### Parts added\n\n- new.stl" in text
    assert "### Parts changed\n\n- a.stl" in text
    assert "- Stronger clip" in text
    assert "First parts" not in text
    assert text.endswith("Since v1.")


def test_the_citation_has_what_cff_1_2_0_requires(project):
    lines = citation.cff(publish(project)).splitlines()
    fields = dict(line.split(": ", 1) for line in lines if line[0] not in " -" and ": " in line)
    assert fields["cff-version"] == "1.2.0"
    assert json.loads(fields["title"]) == "Widget"
    assert json.loads(fields["abstract"]) == 'Says: "hello" and more'
    assert json.loads(fields["version"]) == "v1"
    assert lines[lines.index("authors:") + 1].startswith("  - name: ")
    assert json.loads(fields["url"]).endswith("/@ada/widget/releases/v1/")
    assert json.loads(fields["commit"]) == project.head


def test_bibtex_cannot_be_broken_by_names(project):
    project.name = "50% {of} a_b \\ $x"
    release = publish(project)
    release.project = project
    text = citation.bibtex(release)
    assert r"title = {{50\% \{of\} a\_b \textbackslash{} \$x}}" in text
    assert text.startswith("@misc{ada-widget-v1,")


def test_a_citation_file_of_the_project_wins(project, client):
    commit(project, {"CITATION.cff": "cff-version: 1.2.0\ntitle: Mine\n"})
    publish(project)
    answer = client.get("/@ada/widget/releases/v1/CITATION.cff")
    assert answer.content == b"cff-version: 1.2.0\ntitle: Mine\n"


def test_a_tag_that_git_made_becomes_a_release_only_when_asked(project, client):
    branches.run(project.path, ["tag", "v9", project.head])
    assert not project.releases.exists()
    client.force_login(project.created_by)
    form = client.get("/@ada/widget/releases/new/?tag=v9").content.decode()
    assert "First parts" in form
    client.post("/@ada/widget/releases/new/?tag=v9", {"tag": "v9", "target": "v9", "notes": "Fine"})
    release = project.releases.get()
    assert (release.tag, release.commit) == ("v9", project.head)
    assert {file["path"] for file in release.files} >= {"a.stl", "gone.stl"}


def test_words_of_a_release_change_and_its_files_do_not(project):
    release = publish(project)
    files = release.files
    change_release(release, title="Better", notes="New words", is_prerelease=True)
    release.refresh_from_db()
    assert (release.title, release.notes, release.is_prerelease, release.files) == ("Better", "New words", True, files)


def test_a_deleted_release_leaves_its_tag_unless_asked(project):
    delete_release(publish(project, "v1"))
    assert [ref.name for ref in project.repo.tags()] == ["v1"]
    delete_release(publish(project, "v1"), with_tag=True)
    assert project.repo.tags() == []


def test_the_page_shows_parts_and_how_to_cite_and_only_managers_delete(project, client):
    publish(project)
    shown = client.get("/@ada/widget/releases/v1/").content.decode()
    assert "@misc{ada-widget-v1" in shown
    assert "Parts of this release" in shown
    client.post("/@ada/widget/releases/v1/edit/", {"action": "delete"})
    assert project.releases.exists()
    client.force_login(project.created_by)
    client.post("/@ada/widget/releases/v1/edit/", {"action": "delete", "with_tag": "yes"})
    assert not project.releases.exists()


@pytest.mark.parametrize("address", ["/@ada/widget/feed.atom", "/@ada/feed.atom"])
def test_feeds_are_valid_atom_and_answer_304(project, client, address):
    publish(project)
    answer = client.get(address)
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.findall(f"{ATOM}entry")):
        assert all(part.find(ATOM + name) is not None for name in ("id", "title", "updated", "link"))
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) >= 2
    assert "published a release: v1" in feed.find(f"{ATOM}entry").findtext(f"{ATOM}title")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_feeds_tell_nothing_of_private_projects_even_to_their_owner(client):
    ada = make_user("ada")
    secret = make_project(ada, name="Secret", visibility="private")
    commit(secret, {"a.txt": "x"})
    client.force_login(ada)
    assert client.get("/@ada/secret/feed.atom").status_code == 404
    assert b"Secret" not in client.get("/@ada/feed.atom").content


def test_the_list_of_releases_shows_their_largest_parts(project, client):
    publish(project)
    Analysis.objects.update(state=State.DONE, preview_256="a" * 64)
    shown = client.get("/@ada/widget/releases/").content.decode()
    assert shown.count('<span class="mat"><img src="/@ada/widget/preview/') == 2


def test_programs_read_change_and_take_back_a_release(project, client):
    ada = project.created_by
    publish(project, title="First")
    address = "/api/v1/projects/ada/widget/releases/v1"
    secrets = [tokens.issue(user, "w", ["write"])[1] for user in (ada, make_user("bob"))]
    write, other = ({"Authorization": f"Bearer {secret}"} for secret in secrets)
    assert client.get(address).json()["files"][0]["sha256"]

    def patch(values, headers):
        return client.patch(address, json.dumps(values), content_type="application/json", headers=headers)

    assert patch({"notes": "Mine"}, other).status_code == 403
    changed = patch({"notes": "Wider"}, write).json()
    assert (changed["title"], changed["notes"], changed["tag"]) == ("First", "Wider", "v1")
    assert client.delete(address, headers=other).status_code == 403
    assert client.delete(f"{address}?with_tag=true", headers=write).status_code == 204
    assert client.get(address).status_code == 404
    assert project.repo.tags() == []

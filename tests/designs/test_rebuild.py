"""Every derived row comes back from repositories and blobs, in an empty database too, and nobody sees more."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.management import call_command

from accounts.actions.rename import rename
from accounts.models import Namespace, Organisation, User
from designs import descriptions, history
from designs.actions.change_project import move_project, set_cover, set_units, update_project
from designs.actions.moderate import hide_project
from designs.actions.publish_release import publish_release
from designs.actions.recover_projects import recover_projects
from designs.actions.trash_project import trash_project
from designs.models import (
    Analysis,
    Event,
    File,
    FolderHistory,
    LfsObject,
    Project,
    ProtectedBranch,
    Release,
    ReleasedHistory,
    Revision,
)
from jobs.models import State
from storage import blobs
from storage.git import commits
from storage.git.types import Put, Signature
from tests.factories import commit, make_organisation, make_project, make_user

pytestmark = pytest.mark.django_db
DERIVED = [Revision, File, Release, LfsObject, ReleasedHistory, Analysis]
LEFT_OUT = {"id", "run_after", "releases"}
"""What a new row may have otherwise: its number, and when the kernel is to look again."""


@pytest.fixture(autouse=True)
def clean():
    """Stores that hold nothing of other tests."""
    for folder in (site.REPOSITORIES_DIR, site.STORAGES["blobs"]["OPTIONS"]["location"]):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


@pytest.fixture
def ada():
    return make_user("ada")


def rows(model):
    """Every row, field by field; rows that it names stand by what they are called."""
    told = []
    for row in model.objects.all():
        fields = {}
        for field in model._meta.concrete_fields:
            value = getattr(row, field.name)
            if field.name not in LEFT_OUT and not (model is LfsObject and field.name == "created_at"):
                fields[field.name] = str(value) if field.is_relation else value
        told.append(json.dumps(fields, default=str, sort_keys=True))
    return sorted(told)


def full_site(ada):
    """Two projects with releases, branches, large files, units and a cover."""
    first = make_project(ada, name="Widget", summary="A knob.", tags=["knob"], visibility="unlisted")
    commit(first, {"part.stl": "solid a\nendsolid a\n", "notes.txt": "one"}, message="Parts")
    file = first.files.get(path="part.stl")
    set_units(file, "inch")
    first.refresh_from_db()
    publish_release(first, by=ada, tag="v1", title="First", notes="It *turns*.")
    commit(first, {"part.stl": "solid b\nendsolid b\n"}, message="More")
    commit(first, {"side.txt": "x"}, branch="side", message="Aside")
    commit(first, {"lid.stl": "solid lid\nendsolid lid\n" * 9, "large.bin": b"\1" * 600_000})
    publish_release(first, by=ada, tag="v2")
    first.refresh_from_db()
    set_cover(first, first.files.get(path="lid.stl"))
    first.protected_branches.create(pattern="release/*")
    second = make_project(ada, name="Gear", visibility="private", licence="MIT")
    commit(second, {"gear.stl": "solid gear\nendsolid gear\n"})
    for project in Project.objects.all():
        history.mark_released(project)
    descriptions.describe_all()
    return first, second


def rebuild(*words):
    said = StringIO()
    call_command("rebuild", *words, stderr=said)
    return said.getvalue()


def test_deleted_rows_come_back_field_by_field_and_nobody_is_told(ada):
    full_site(ada)
    before = {model.__name__: rows(model) for model in DERIVED}
    projects = rows(Project)
    events = Event.objects.count()
    assert all(before.values())
    for model in [*DERIVED, FolderHistory]:
        model.objects.all().delete()
    Project.objects.update(head="", git_bytes=0)
    rebuild()
    assert {model.__name__: rows(model) for model in DERIVED} == before
    assert Event.objects.count() == events
    again = [json.loads(row) for row in rows(Project)]
    for row, old in zip(again, map(json.loads, projects), strict=True):
        assert abs(row.pop("git_bytes") - old.pop("git_bytes")) < 20_000
        row.pop("updated_at"), old.pop("updated_at")
        assert row == old
    rebuild()
    assert {model.__name__: rows(model) for model in DERIVED} == before


def test_an_empty_database_is_filled_from_repositories_and_blobs(ada):
    full_site(ada)
    before = {model.__name__: rows(model) for model in DERIVED}
    known = {str(project): project for project in Project.objects.select_related("cover", "namespace")}
    Project.objects.all().delete()
    Analysis.objects.all().delete()
    Namespace.objects.all().delete()
    User.objects.all().delete()
    assert "a repository without a row" in rebuild()
    assert set(map(str, Project.objects.all())) == set(known) == {"ada/widget", "ada/gear"}
    for name, old in known.items():
        now = Project.objects.get(slug=name.split("/")[1])
        same = ("name", "summary", "licence", "tags", "visibility", "default_branch", "head", "created_at",
                "default_is_protected", "repository_id")  # fmt: skip
        assert [getattr(now, field) for field in same] == [getattr(old, field) for field in same]
        assert now.cover.path == old.cover.path
    assert ProtectedBranch.objects.get().pattern == "release/*"
    assert Namespace.objects.get().organisation.memberships.count() == 0

    def without_people(found):
        return [json.dumps(json.loads(row) | {"author": None}, sort_keys=True) for row in found]

    for model in DERIVED:
        assert without_people(rows(model)) == without_people(before[model.__name__]), model


def test_a_project_of_which_nothing_is_known_comes_back_private(ada, client):
    project = make_project(ada, name="Widget")
    commit(project, {"a.txt": "one"})
    publish_release(project, by=ada, tag="v1", notes="Notes")
    (project.path / descriptions.DESCRIPTION).unlink()
    Project.objects.all().delete()
    [found] = recover_projects()
    assert (found.visibility, found.namespace.handle) == ("private", "recovered")
    rebuild()
    assert found.repo.tip("main") == Project.objects.get().head
    release = Release.objects.get()
    assert (release.tag, release.notes) == ("v1", "Notes")
    assert {file["path"] for file in release.files} >= {"a.txt", "README.md"}
    assert client.get(Project.objects.get().get_absolute_url()).status_code == 404


@pytest.mark.parametrize("text", ["", "{", "[]", '{"visibility": "everybody", "name": 3, "slug": "../x", "owner": 5}'])
def test_a_description_that_is_none_makes_a_project_private(ada, text):
    project = make_project(ada)
    (project.path / descriptions.DESCRIPTION).write_text(text)
    Project.objects.all().delete()
    [found] = recover_projects()
    assert found.visibility == "private"
    assert "/" not in found.slug


def test_projects_of_unknown_owners_go_to_whom_the_option_names(ada):
    make_project(ada)
    Project.objects.all().delete()
    ada.namespace.delete()
    bea = make_user("bea")
    rebuild("--owner", "bea")
    assert Project.objects.get().namespace == bea.namespace
    assert not Organisation.objects.exists()


def test_what_is_narrower_is_written_down_before_the_row_says_so(ada, monkeypatch):
    project = make_project(ada)
    told = []
    read = descriptions.read_description
    monkeypatch.setattr(Project, "save", lambda self, **kwargs: told.append(read(project.path)))
    update_project(project, {"visibility": "private"})
    assert told[0]["visibility"] == "private"
    project.visibility = "private"
    update_project(project, {"visibility": "public"})
    assert told[1]["visibility"] == "private"
    assert descriptions.read_description(project.path)["visibility"] == "public"


def test_the_description_follows_every_action(ada):
    project = make_project(ada)
    lab = make_organisation("lab", owner=ada)

    def told():
        return descriptions.read_description(project.path)

    move_project(project, to=lab.namespace, slug="knob", by=ada)
    assert (told()["owner"], told()["owner_kind"], told()["slug"]) == ("lab", "organisation", "knob")
    publish_release(project, by=ada, tag="v1")
    assert [(one["tag"], one["author"]) for one in told()["releases"]] == [("v1", "ada")]
    hide_project(project, "spam")
    assert told()["hidden_at"]
    assert told()["hidden_reason"] == "spam"
    trash_project(project)
    assert told()["deleted_at"]
    Project.objects.all().delete()
    rebuild()
    found = Project.objects.get()
    assert found.deleted_at
    assert found.hidden_reason == "spam"
    assert not Project.objects.alive().exists()


def test_a_renamed_owner_is_written_down_within_a_day(ada):
    project = make_project(ada)
    rename(ada.namespace, "lovelace")
    assert descriptions.describe_all() == 1
    assert descriptions.describe_all() == 0
    assert descriptions.read_description(project.path)["owner"] == "lovelace"


def test_a_typed_pointer_brings_nobody_the_file_of_another(ada, tmp_path):
    secret = make_project(ada, name="Secret", visibility="private")
    commit(secret, {"part.step": b"\2" * 700_000})
    held = LfsObject.objects.get()
    thief = make_project(make_user("eve"), name="Thief")
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{held.sha256}\nsize {held.size}\n"
    file = tmp_path / "mine"
    file.write_text(text)
    eve = Signature("Eve", "eve@example.org")
    commits.commit(thief.path, "main", [Put("mine.txt", file)], author=eve, message="Past every check")
    LfsObject.objects.all().delete()
    rebuild()
    assert list(LfsObject.objects.values_list("project", flat=True)) == [secret.pk]
    LfsObject.objects.all().delete()
    (secret.path / descriptions.LARGE_FILES).unlink()
    rebuild()
    assert not LfsObject.objects.exists()
    rebuild("--trust-pointers")
    assert LfsObject.objects.filter(project=secret).exists()


def test_pictures_that_the_store_has_lost_are_drawn_again(ada):
    project = make_project(ada)
    commit(project, {"part.stl": "solid a\nendsolid a\n"})
    Analysis.objects.update(state=State.DONE, preview_256="a" * 64)
    rebuild()
    assert Analysis.objects.get().state == State.READY


def fsck(*words):
    out, said = StringIO(), StringIO()
    try:
        call_command("fsck", *words, stdout=out, stderr=said)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_fsck_finds_what_is_wrong_with_repositories_blobs_and_rows(ada, tmp_path):
    project = make_project(ada)
    commit(project, {"part.step": b"\3" * 700_000})
    publish_release(project, by=ada, tag="v1")
    assert fsck() == (0, "")
    held = LfsObject.objects.get()
    lost = Path(site.STORAGES["blobs"]["OPTIONS"]["location"]) / blobs.key(held.sha256)
    lost.write_bytes(b"\4" * 700_000)
    assert fsck("--quick") == (0, "")
    assert fsck() == (1, f"blob {held.sha256}: its content is another\n")
    lost.unlink()
    code, said = fsck()
    assert code == 1
    assert "its content is missing" in said
    Project.objects.update(head="1" * 40)
    project.revisions.create(commit="2" * 40, author_name="x", message="x", at=project.created_at)
    project.releases.update(commit="3" * 40)
    project.revisions.filter(commit=project.repo.tip("main")).delete()
    code, said = fsck("--quick")
    assert code == 1
    for words in ("is at 1111", f"commit {'2' * 40} has a row", "is not indexed", "its tag is elsewhere"):
        assert words in said
    shutil.rmtree(project.path)
    assert "its repository is missing" in fsck("--quick")[1]

"""What the actions promise, whichever door they are called from."""

import hashlib
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.branches import create_branch
from designs.actions.change_project import move_project, set_cover, set_units, update_project
from designs.actions.commit_files import commit_files, signature
from designs.actions.create_project import create_project
from designs.actions.errors import RefusedError
from designs.actions.publish_release import publish_release
from designs.actions.rebuild import queue_analyses, rebuild_project
from designs.actions.receive_push import catch_up
from designs.actions.trash_project import purge_trash, restore_project, trash_project
from designs.models import Analysis, Project, ProjectRedirect
from storage.git.types import Delete, Move, Put
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def project(ada):
    return create_project(ada.namespace, by=ada, name="Widget", summary="A knob.")


def _put(tmp_path, path, content):
    file = tmp_path / hashlib.sha256(path.encode() + content).hexdigest()
    file.write_bytes(content)
    return Put(path, file)


def test_a_new_project_is_a_git_repository_with_a_readme_and_attributes_for_large_files(project, ada):
    assert project.path.is_dir()
    assert project.head == project.repo.tip("main")
    assert [entry.path for entry in project.repo.tree(project.head)] == [".gitattributes", "README.md"]
    assert project.revisions.get().author == ada


def test_two_projects_cannot_share_an_address(project, ada):
    with pytest.raises(RefusedError):
        create_project(ada.namespace, by=ada, name="Widget")
    assert Project.objects.count() == 1


def test_nobody_publishes_in_the_name_of_another(project, ada):
    mallory = factories.make_user("mallory")
    with pytest.raises(RefusedError):
        create_project(ada.namespace, by=mallory, name="Other")


def test_a_commit_makes_one_file_row_a_changed_path_and_one_analysis_a_content(project, ada, tmp_path):
    cube = b"solid x\nendsolid x\n"
    edits = [
        _put(tmp_path, "a.stl", cube),
        _put(tmp_path, "sub/b.STL", cube),
        _put(tmp_path, "notes.txt", b"hi"),
    ]
    revision = commit_files(project, edits, by=ada, message="Parts")
    files = {file.path: file for file in revision.files.all()}
    assert set(files) == {"a.stl", "sub/b.STL", "notes.txt"}
    assert files["a.stl"].sha256 == hashlib.sha256(cube).hexdigest()
    assert files["a.stl"].size == len(cube)
    assert Analysis.objects.filter(sha256=files["a.stl"].sha256).count() == 1
    assert not Analysis.objects.filter(sha256=files["notes.txt"].sha256).exists()


def test_the_same_content_again_is_no_commit(project, ada, tmp_path):
    edit = _put(tmp_path, "a.txt", b"hi")
    commit_files(project, [edit], by=ada)
    head = project.repo.tip("main")
    with pytest.raises(RefusedError) as refused:
        commit_files(project, [edit], by=ada)
    assert refused.value.code == "no-change"
    assert project.repo.tip("main") == head


def test_delete_and_rename_are_commits(project, ada, tmp_path):
    commit_files(project, [_put(tmp_path, "a.txt", b"one"), _put(tmp_path, "b.txt", b"two")], by=ada)
    commit_files(project, [Move("a.txt", "deep/c.txt"), Delete("b.txt")], by=ada, message="Tidy")
    paths = {e.path for e in project.repo.tree(project.repo.tip("main"), recursive=True) if e.kind == "blob"}
    assert paths == {".gitattributes", "README.md", "deep/c.txt"}


@pytest.mark.parametrize("path", ["../evil.stl", "/etc/passwd", ".git/config", "a/.GIT/hooks/x", "aux.stl", "a\\b.stl"])
def test_a_name_that_could_do_harm_is_refused_and_nothing_is_written(project, ada, tmp_path, path):
    head = project.repo.tip("main")
    edits = [_put(tmp_path, "good.txt", b"x"), _put(tmp_path, path, b"y")]
    with pytest.raises(RefusedError):
        commit_files(project, edits, by=ada)
    assert project.repo.tip("main") == head


def test_commits_use_the_no_reply_address_unless_the_person_chose_otherwise(project, ada, tmp_path, settings):
    commit_files(project, [_put(tmp_path, "a.txt", b"1")], by=ada)
    assert project.repo.commit_info(project.repo.tip("main")).author_email == f"ada@{settings.NOREPLY_DOMAIN}"
    ada.email_private = False
    ada.save()
    commit_files(project, [_put(tmp_path, "a.txt", b"2")], by=ada)
    assert project.repo.commit_info(project.repo.tip("main")).author_email == ada.email


def test_an_edit_of_what_has_changed_meanwhile_is_refused(project, ada, tmp_path):
    seen = project.repo.tip("main")
    commit_files(project, [_put(tmp_path, "a.txt", b"theirs")], by=ada)
    with pytest.raises(RefusedError) as refused:
        commit_files(project, [_put(tmp_path, "a.txt", b"mine")], by=ada, expect=seen)
    assert refused.value.code == "conflict"


def test_old_addresses_lead_to_a_renamed_project(project):
    move_project(project, slug="knob", by=project.created_by)
    assert str(project) == "ada/knob"
    assert ProjectRedirect.objects.get(slug="widget").project == project


def test_a_project_taken_back_from_the_trash_is_whole(project):
    trash_project(project)
    assert not Project.objects.alive().exists()
    restore_project(project)
    assert Project.objects.alive().get() == project


def test_the_trash_is_emptied_after_thirty_days_and_not_before(project):
    trash_project(project)
    assert purge_trash() == 0
    Project.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    path = project.path
    assert purge_trash() == 1
    assert not path.exists()


def test_a_release_freezes_its_files(project, ada, tmp_path):
    commit_files(project, [_put(tmp_path, "a.txt", b"one")], by=ada)
    release = publish_release(project, by=ada, tag="v1.0", notes="First")
    commit_files(project, [_put(tmp_path, "a.txt", b"two")], by=ada)
    frozen = {file["path"]: file["sha256"] for file in release.files}
    assert frozen["a.txt"] == hashlib.sha256(b"one").hexdigest()
    assert [ref.name for ref in project.repo.tags()] == ["v1.0"]
    with pytest.raises(RefusedError):
        publish_release(project, by=ada, tag="v1.0")


def test_the_units_that_the_owner_chose_hold_for_the_next_version(project, ada, tmp_path):
    first = commit_files(project, [_put(tmp_path, "a.stl", b"one")], by=ada).files.get()
    set_units(first, "inch")
    assert commit_files(project, [_put(tmp_path, "a.stl", b"two")], by=ada).files.get().units == "inch"


def test_the_cover_follows_its_file_to_the_newest_version(project, ada, tmp_path):
    first = commit_files(project, [_put(tmp_path, "a.stl", b"one")], by=ada).files.get()
    set_cover(project, first)
    second = commit_files(project, [_put(tmp_path, "a.stl", b"two")], by=ada).files.get()
    project.refresh_from_db()
    assert project.cover == second


def test_the_cover_is_what_the_default_branch_holds(project, ada, tmp_path):
    kept = commit_files(project, [_put(tmp_path, "a.stl", b"one")], by=ada).files.get()
    create_branch(project, by=ada, name="next", start="main")
    commit_files(project, [_put(tmp_path, "a.stl", b"another one")], by=ada, branch="next")
    other = commit_files(project, [_put(tmp_path, "b.stl", b"b")], by=ada).files.get()
    project.refresh_from_db()
    assert project.cover == kept
    commit_files(project, [Delete("a.stl")], by=ada)
    project.refresh_from_db()
    assert project.cover == other


def test_a_default_branch_that_is_not_there_is_refused(project):
    with pytest.raises(RefusedError):
        update_project(project, {"default_branch": "nowhere"})


def test_every_derived_row_comes_back_from_the_repository(project, ada, tmp_path):
    commit_files(project, [_put(tmp_path, "a.stl", b"one")], by=ada)
    before = set(project.files.values_list("path", "oid", "sha256", "size", "format"))
    project.revisions.all().delete()
    Analysis.objects.all().delete()
    rebuild_project(project)
    assert set(project.files.values_list("path", "oid", "sha256", "size", "format")) == before
    assert Analysis.objects.present().count() == 1
    assert queue_analyses() == 0


def test_a_private_project_is_in_no_list_of_a_stranger(project, ada, django_user_model):
    from django.contrib.auth.models import AnonymousUser

    stranger = factories.make_user("stranger")
    update_project(project, {"visibility": "private"})
    assert not Project.objects.listed_for(AnonymousUser()).exists()
    assert not Project.objects.visible_to(stranger).exists()
    assert Project.objects.listed_for(ada).get() == project


def test_an_unlisted_project_is_seen_by_its_address_alone(project):
    stranger = factories.make_user("stranger")
    update_project(project, {"visibility": "unlisted"})
    assert not Project.objects.listed_for(stranger).exists()
    assert Project.objects.visible_to(stranger).get() == project


def test_a_commit_whose_process_died_before_it_was_indexed_is_indexed_at_the_next_start(project, ada, tmp_path):
    put = _put(tmp_path, "lost.stl", b"solid x")
    project.repo.mark_unindexed()
    lost = project.repo.commit("main", [put], author=signature(ada), message="Lost")
    assert not project.revisions.filter(commit=lost).exists()
    assert catch_up() == 1
    project.refresh_from_db()
    assert project.head == lost
    assert project.files.get(path="lost.stl").sha256 == hashlib.sha256(b"solid x").hexdigest()
    assert catch_up() == 0


def test_the_mark_of_a_dead_process_goes_when_no_push_can_be_that_old(project):
    fresh, old = project.repo.mark_unindexed(), project.repo.mark_unindexed()
    os.utime(old, (0, 0))
    catch_up()
    assert project.repo.unindexed_marks() == [fresh]


def test_a_commit_on_top_of_one_that_was_not_indexed_indexes_both(project, ada, tmp_path):
    first, second = _put(tmp_path, "a.stl", b"1"), _put(tmp_path, "b.stl", b"2")
    lost = project.repo.commit("main", [first], author=signature(ada), message="Lost")
    made = commit_files(project, [second], by=ada)
    assert project.revisions.get(commit=lost).author is None
    assert made.author == ada
    assert set(project.files.filter(format="stl").values_list("path", flat=True)) == {"a.stl", "b.stl"}

"""A file that somebody has locked: seen on its page, kept from others, given free by who may."""

import pytest

from designs.actions.commit_files import commit_files
from designs.actions.contributions import merge_contribution, open_contribution
from designs.actions.errors import RefusedError
from designs.actions.locks import unlock
from designs.models import Collaborator, LfsLock
from storage.git.types import Delete, Move
from tests.factories import commit, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def project(ada, bob):
    project = make_project(ada)
    Collaborator.objects.create(project=project, user=bob, role="writer")
    commit(project, {"parts/lid.txt": "a lid", "other.txt": "other"})
    return project


@pytest.fixture
def lock(project, bob):
    return LfsLock.objects.create(project=project, path="parts/lid.txt", owner=bob)


def test_a_locked_file_is_not_changed_moved_or_deleted_by_others(project, lock, ada, bob):
    head = project.head
    edits = (
        [Delete("parts/lid.txt")],
        [Delete("parts")],
        [Move("parts/lid.txt", "lid.txt")],
        [Move("other.txt", "parts/lid.txt")],
    )
    for edit in edits:
        with pytest.raises(RefusedError, match=r"“parts/lid.txt” is locked by bob") as refused:
            commit_files(project, edit, by=ada)
        assert refused.value.code == "locked"
    with pytest.raises(RefusedError, match="is locked by bob"):
        commit(project, {"parts/lid.txt": "another lid"})
    project.refresh_from_db()
    assert project.head == head
    commit(project, {"other.txt": "beside it"}, by=ada)
    assert commit(project, {"parts/lid.txt": "a better lid"}, by=bob).commit


def test_the_file_and_the_list_say_who_is_at_work(client, project, lock):
    page = client.get("/@ada/widget/blob/main/parts/lid.txt").content.decode()
    assert "bob is at work on this file" in page
    listed = client.get("/@ada/widget/locks/").content.decode()
    assert "parts/lid.txt" in listed
    assert "lock_release" not in listed
    assert "/release/" not in listed + page


def test_ones_own_lock_is_given_free_on_the_page(client, project, lock, bob):
    client.force_login(bob)
    at = "/@ada/widget/blob/main/parts/lid.txt"
    assert f"/locks/{lock.pk}/release/" in client.get(at).content.decode()
    answer = client.post(f"/@ada/widget/locks/{lock.pk}/release/", {"back": at})
    assert (answer.status_code, answer["Location"]) == (302, at)
    assert not project.locks.exists()


def test_nobody_is_led_away_after_unlocking(client, project, lock, bob):
    client.force_login(bob)
    answer = client.post(f"/@ada/widget/locks/{lock.pk}/release/", {"back": "//evil.example/"})
    assert answer["Location"] == "/@ada/widget/locks/"


def test_a_lock_of_another_is_broken_by_maintainers_alone(client, project, lock, ada):
    eve = make_user("eve")
    at = f"/@ada/widget/locks/{lock.pk}/release/"
    client.force_login(eve)
    assert client.post(at).status_code == 403
    Collaborator.objects.create(project=project, user=eve, role="writer")
    assert client.post(at).status_code == 403
    assert project.locks.exists()
    client.force_login(ada)
    assert "Break the lock" in client.get("/@ada/widget/locks/").content.decode()
    assert client.post(at).status_code == 302
    assert not project.locks.exists()


def test_many_locks_come_in_pages_with_the_same_number_of_queries(
    client, project, lock, bob, django_assert_max_num_queries
):
    client.get("/@ada/widget/locks/")
    LfsLock.objects.bulk_create(LfsLock(project=project, path=f"{n}.stl", owner=bob) for n in range(60))
    with django_assert_max_num_queries(12):
        first = client.get("/@ada/widget/locks/").content.decode()
    assert first.count("bob</a>") == 50
    assert client.get("/@ada/widget/locks/?page=2").content.decode().count("bob</a>") == 11


def test_a_contribution_that_changes_a_locked_file_waits(project, lock, ada, bob):
    commit(project, {"parts/lid.txt": "a lid of bob"}, by=bob, branch="better")
    contribution = open_contribution(
        project, by=bob, source=project, source_branch="better", target_branch="main", title="Lid"
    )
    with pytest.raises(RefusedError, match="is locked by bob"):
        merge_contribution(contribution, by=ada)
    unlock(lock, by=bob)
    assert merge_contribution(contribution, by=ada)

"""Watching, likes and collections on the pages; private things stay private in everybody's lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.delete_account import delete_account
from designs.actions.errors import RefusedError
from designs.actions.like import like, save_collection, set_collections
from designs.actions.open_issue import open_issue
from designs.actions.watch import watch
from designs.models import Collection, Like, Watch
from tests.factories import make_organisation, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def eve():
    return make_user("eve")


@pytest.fixture
def project(ada):
    return make_project(ada)


def names(answer):
    return [card.project.name for card in answer.context["cards"]]


def test_one_person_likes_once_and_takes_it_back(client, eve, project):
    client.force_login(eve)
    for _n in range(2):
        answer = client.post(
            "/@ada/widget/like/", {"like": "yes"}, headers={"referer": "http://testserver/@ada/widget/issues/"}
        )
    assert answer["Location"] == "/@ada/widget/issues/"
    assert Like.objects.count() == 1
    standing = client.get("/@ada/widget/").context["standing"]
    assert (standing.likes, standing.liked) == (1, True)
    client.post("/@ada/widget/like/", {"like": "no"})
    assert not Like.objects.exists()


def test_the_anonymous_are_sent_to_sign_in_and_a_foreign_referer_leads_home(client, eve, project):
    answer = client.post("/@ada/widget/like/", headers={"referer": "https://evil.example/x"})
    assert answer["Location"] == "/accounts/login/?next=/"
    client.force_login(eve)
    answer = client.post("/@ada/widget/like/", headers={"referer": "https://evil.example/@ada/widget/"})
    assert answer["Location"] == "/@ada/widget/"


def test_cards_show_likes_and_the_profile_lists_what_is_liked(client, ada, eve, project):
    like(project, by=eve)
    like(project, by=ada)
    assert [card.likes for card in client.get("/@ada/").context["cards"]] == [2]
    assert names(client.get("/@eve/likes/")) == ["Widget"]


def test_private_and_unlisted_projects_show_only_to_those_who_may_see_them(client, ada, eve):
    secret = make_project(ada, name="Secret", visibility="private")
    quiet = make_project(ada, name="Quiet", visibility="unlisted")
    collection = save_collection(by=ada, name="Mine")
    for one in (secret, quiet):
        like(one, by=ada)
        set_collections(one, by=ada, collections=[collection])
    client.force_login(eve)
    assert names(client.get("/@ada/likes/")) == names(client.get("/@ada/collections/mine/")) == []
    assert [one.count for one in client.get("/@ada/collections/").context["page"]] == [0]
    client.force_login(ada)
    assert names(client.get("/@ada/likes/")) == ["Quiet", "Secret"]
    assert names(client.get("/@ada/collections/mine/")) == ["Quiet", "Secret"]
    assert [one.count for one in client.get("/@ada/collections/").context["page"]] == [2]


def test_a_private_collection_is_not_there_for_others(client, ada, eve, project):
    save_collection(by=ada, name="Plans", is_public=False)
    client.force_login(eve)
    assert client.get("/@ada/collections/plans/").status_code == 404
    assert list(client.get("/@ada/collections/").context["page"]) == []
    assert client.post("/@ada/collections/", {"name": "Mine now"}).status_code == 404
    client.force_login(ada)
    assert client.get("/@ada/collections/plans/").status_code == 200


def test_a_project_is_put_into_collections_from_its_page(client, eve, project):
    client.force_login(eve)
    client.post("/@ada/widget/collect/", {"name": "Workshop", "private": "on"})
    made = Collection.objects.get()
    assert (made.name, made.slug, made.is_public, made.user) == ("Workshop", "workshop", False, eve)
    assert list(made.projects.all()) == [project]
    assert client.get("/@ada/widget/").context["standing"].collections == [(made, True)]
    client.post("/@ada/widget/collect/", {})
    assert not made.projects.exists()


def test_nobody_puts_a_project_into_the_collection_of_another(client, ada, eve, project):
    theirs = save_collection(by=ada, name="Mine")
    client.force_login(eve)
    client.post("/@ada/widget/collect/", {"collection": [theirs.pk]})
    assert not theirs.projects.exists()
    assert client.post("/@ada/collections/mine/", {"action": "delete"}).status_code == 404
    assert Collection.objects.exists()


def test_two_collections_of_one_name_have_two_addresses(ada):
    first, second = (save_collection(by=ada, name="Mine") for _n in range(2))
    assert first.slug == "mine"
    assert second.slug.startswith("mine-")


def test_a_collection_is_changed_and_deleted_by_its_owner(client, ada):
    save_collection(by=ada, name="Mine")
    client.force_login(ada)
    client.post("/@ada/collections/mine/", {"name": "Ours", "summary": "For the class", "is_public": "on"})
    assert Collection.objects.get().name == "Ours"
    assert client.post("/@ada/collections/mine/", {"name": ""}).status_code == 422
    client.post("/@ada/collections/mine/", {"action": "delete"})
    assert not Collection.objects.exists()


def test_watching_is_chosen_in_the_head_of_the_project(client, ada, eve, project):
    client.force_login(eve)
    assert client.get("/@ada/widget/").context["standing"].level == "participating"
    client.post("/@ada/widget/watch/", {"level": "all"})
    client.post("/@ada/widget/watch/", {"level": "loud"})
    assert Watch.objects.get().level == "all"
    assert client.get("/@ada/widget/").context["standing"].level == "all"
    client.force_login(ada)
    assert client.get("/@ada/widget/").context["standing"].level == "all"


def test_lists_cost_the_same_for_one_and_for_nine(client, ada, eve, django_assert_num_queries):
    collection = save_collection(by=eve, name="Mine")

    def add(name):
        project = make_project(ada, name=name)
        like(project, by=eve)
        set_collections(project, by=eve, collections=[collection])

    add("First")
    pages = ("/@eve/likes/", "/@eve/collections/mine/", "/@eve/collections/")
    counts = {}
    for page in pages:
        with CaptureQueriesContext(connection) as counted:
            client.get(page)
        counts[page] = len(counted)
    for n in range(8):
        add(f"Next {n}")
        save_collection(by=eve, name=f"More {n}")
    for page in pages:
        with django_assert_num_queries(counts[page]):
            client.get(page)


def test_who_leaves_takes_likes_lists_and_watches_along_and_leaves_what_was_said(ada, eve, project):
    like(project, by=eve)
    save_collection(by=eve, name="Mine")
    watch(project, by=eve, level="all")
    issue = open_issue(project, by=eve, kind="wish", title="A lid")
    delete_account(eve)
    assert [rows.objects.count() for rows in (Like, Collection, Watch)] == [0, 0, 0]
    issue.refresh_from_db()
    assert issue.author.title == "deleted user"


def test_an_organisation_has_no_collections_and_its_projects_no_such_name(client, ada):
    make_organisation("lab", owner=ada)
    assert client.get("/@lab/collections/").status_code == 404
    with pytest.raises(RefusedError):
        make_project(ada, name="Collections")

"""A search that is kept tells its owner once of each new design, and ends with one click."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from designs.actions.change_project import update_project
from designs.actions.saved_searches import MOST, look_again
from designs.models import SavedSearch
from jobs.worker import Worker
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def grace(client):
    grace = factories.make_user("grace")
    client.force_login(grace)
    return grace


def later():
    """An hour passes; the worker does what is due."""
    SavedSearch.objects.update(looked_at=timezone.now() - timedelta(hours=2))
    look_again()
    Worker().drain()


def test_something_new_is_told_once(client, ada, grace, index_now, mailoutbox):
    factories.make_project(ada, "Gear old")
    index_now()
    client.post("/search/save/", {"params": "q=gear&material=pla"})
    factories.make_project(ada, "Gear new", materials=["PLA"], summary="Fresh from the bed.")
    factories.make_project(ada, "Gear other", materials=["ABS"])
    factories.make_project(ada, "Gear hidden", materials=["PLA"], visibility="private")
    index_now()
    look_again()
    assert mailoutbox == []
    later()
    (mail,) = mailoutbox
    assert mail.to == ["grace@example.org"]
    assert mail.subject == "New designs: gear, PLA"
    assert "Gear new" in mail.body
    assert "Fresh from the bed." in mail.body
    for other in ("Gear old", "Gear other", "Gear hidden"):
        assert other not in mail.body
    later()
    assert len(mailoutbox) == 1


def test_what_is_private_again_before_the_mail_goes_is_not_told(ada, client, grace, index_now, mailoutbox):
    index_now()
    client.post("/search/save/", {"params": "q=gear"})
    project = factories.make_project(ada, "Gear")
    index_now()
    SavedSearch.objects.update(looked_at=timezone.now() - timedelta(hours=2))
    assert look_again() == 1
    update_project(project, {"visibility": "private"})
    Worker().drain()
    assert mailoutbox == []


def test_a_search_ends_with_one_click_in_its_mail(ada, client, grace, index_now, mailoutbox):
    index_now()
    client.post("/search/save/", {"params": "q=gear"})
    factories.make_project(ada, "Gear")
    index_now()
    later()
    (mail,) = mailoutbox
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(r"/search/end/[^>]+/", mail.extra_headers["List-Unsubscribe"])[0]
    client.logout()
    assert SavedSearch.objects.count() == 1
    assert "End this search?" in client.get(link).content.decode()
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert SavedSearch.objects.count() == 0
    assert "has ended" in client.get(link).content.decode()
    assert client.get("/search/end/abc/").status_code == 404


def test_the_list_is_ones_own(ada, client, grace, index_now):
    index_now()
    client.post("/search/save/", {"params": "q=gear"})
    client.post("/search/save/", {"params": "q=gear&page=4"})
    row = SavedSearch.objects.get()
    assert "gear" in client.get("/search/saved/").content.decode()
    client.force_login(ada)
    assert "gear" not in client.get("/search/saved/").content.decode()
    assert client.post(f"/search/saved/{row.pk}/end/").status_code == 404
    client.force_login(grace)
    client.post(f"/search/saved/{row.pk}/end/")
    assert SavedSearch.objects.count() == 0


def test_an_empty_search_and_too_many_are_refused_with_a_sentence(client, grace, index_now):
    index_now()
    assert "Say what to search" in client.post("/search/save/", {"params": ""}, follow=True).content.decode()
    SavedSearch.objects.bulk_create(SavedSearch(user=grace, name=str(n), params=f"q={n}") for n in range(MOST))
    answer = client.post("/search/save/", {"params": "q=gear"}, follow=True).content.decode()
    assert "end one first" in answer


def test_while_the_search_is_away_nothing_is_saved_and_nothing_forgotten(client, grace, index_now):
    answer = client.post("/search/save/", {"params": "q=gear"}, follow=True)
    assert SavedSearch.objects.count() == 0
    assert answer.status_code == 503
    SavedSearch.objects.create(user=grace, name="gear", params="q=gear")
    assert look_again() == 0

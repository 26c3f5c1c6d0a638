"""Projects, parts and people are found by those who may see them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.actions.delete_account import delete_account
from accounts.actions.rename import rename
from designs import indexing
from designs.actions.change_project import move_project, update_project
from designs.actions.fork_project import fork_project
from designs.actions.like import like, unlike
from designs.actions.moderate import hide_project
from designs.actions.publish_release import publish_release
from designs.actions.trash_project import restore_project, trash_project
from designs.discovery import texts
from designs.discovery.readers import readers
from designs.models import Project
from jobs.worker import Worker
from search import drift, index
from search.types import Query
from tests import factories
from tests.solids import box

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


def found(text, user=None, kind="project", **facets):
    asked = Query(facets={"kind": [kind], "reader": readers(user or AnonymousUser()), **facets})
    results = index.find(text, asked).results
    return results.total


def test_whoever_may_list_a_project_finds_it_and_nobody_else(ada, index_now):
    grace, staff = factories.make_user("grace"), factories.make_user("warden", is_staff=True)
    lab = factories.make_organisation("lab", owner=grace)
    made = {
        "public": factories.make_project(ada, "gear public"),
        "unlisted": factories.make_project(ada, "gear unlisted", visibility="unlisted"),
        "private": factories.make_project(ada, "gear private", visibility="private"),
        "hidden": factories.make_project(ada, "gear hidden"),
        "theirs": factories.make_project(grace, "gear theirs", visibility="private"),
        "shared": factories.make_project(grace, "gear shared", visibility="private"),
    }
    made["shared"].collaborators.create(user=ada)
    hide_project(made["hidden"], "no")
    Project.objects.filter(pk=made["theirs"].pk).update(namespace=lab.namespace)
    indexing.touch(made["theirs"].pk)
    index_now()
    for person in (AnonymousUser(), ada, grace, staff):
        asked = Query(facets={"kind": ["project"], "reader": readers(person)}, limit=100)
        hits = {hit.id // 8 for hit in index.find("gear", asked).results.hits}
        assert hits == set(Project.objects.listed_for(person).values_list("pk", flat=True)), person


def test_what_becomes_private_is_gone_from_hits_at_once_and_then_from_the_counts(client, ada, index_now):
    project = factories.make_project(ada, "Brass gear", summary="Turned on a lathe.")
    index_now()
    assert "Turned on a lathe." in client.get("/search/?q=gear").content.decode()
    update_project(project, {"visibility": "private"})
    assert "Turned on a lathe." not in client.get("/search/?q=gear").content.decode()
    index_now()
    assert found("gear") == 0


def test_each_change_of_a_project_reaches_the_index(ada, index_now):
    project = factories.make_project(ada, "Widget")
    grace = factories.make_user("grace")
    for change in (
        lambda: update_project(project, {"tags": ["knob"], "materials": ["PLA"]}),
        lambda: factories.commit(project, {"part.stl": box((10, 10, 10)), "part.scad": "cube(10);"}),
        lambda: Worker().drain(),
        lambda: like(project, by=grace),
        lambda: publish_release(project, by=ada, tag="v1"),
        lambda: fork_project(project, by=grace, to=grace.namespace),
        lambda: unlike(project, by=grace),
        lambda: move_project(project, slug="gadget", by=ada),
        lambda: rename(ada.namespace, "lovelace"),
        lambda: trash_project(project),
        lambda: restore_project(project),
        lambda: delete_account(grace),
    ):
        change()
        index_now()
        assert drift.look().subjects == []


def test_a_part_is_found_by_its_name_its_size_and_its_verdict(ada, index_now):
    project = factories.make_project(ada, "Widget", materials=["PLA"])
    factories.commit(project, {"frames/arm_left.stl": box((20, 20, 20)), "notes.txt": "hello"})
    Worker().drain()
    index_now()
    assert found("arm", kind="part") == 1
    assert found("frames", kind="part", material=["pla"], format=["stl"], verdict=["fdm-220:prints"]) == 1
    public = {"reader": ["public"], "kind": ["part"]}
    (hit,) = index.find("left", Query(facets=public, ranges={"large": (19, 21), "mass": (0.1, 50)})).results.hits
    assert index.find("", Query(facets=public, ranges={"large": (None, 19)})).results.total == 0
    analysis = project.files.get(path="frames/arm_left.stl")
    assert hit.id == analysis.pk * 8 + 1
    assert hit.family == project.pk


def test_a_project_with_editable_cad_a_release_and_a_licence_has_these_facets(ada, index_now):
    project = factories.make_project(ada, "Widget", licence="CC-BY-NC-4.0")
    factories.commit(project, {"part.FCStd": b"x"})
    publish_release(project, by=ada, tag="v1")
    index_now()
    assert found("widget", source=["yes"], released=["yes"], format=["fcstd"]) == 1
    assert found("widget", licence=["CC-BY-NC-4.0"], licence_family=["not-open"]) == 1
    assert found("widget", licence_family=["open"]) == 0


def test_forks_are_of_one_family(ada, index_now):
    project = factories.make_project(ada, "Widget")
    fork = fork_project(project, by=(grace := factories.make_user("grace")), to=grace.namespace)
    second = fork_project(fork, by=(mary := factories.make_user("mary")), to=mary.namespace)
    documents = indexing.projects([project.pk, second.pk])
    assert {one.family for made in documents.values() for one in made} == {project.pk}


def test_people_and_organisations_are_found_until_they_leave(ada, index_now):
    factories.make_organisation("fablab", owner=ada, name="Atelier Commun")
    grace = factories.make_user("grace")
    index_now()
    assert found("atelier", kind="organisation") == 1
    assert found("grace", kind="person") == 1
    delete_account(grace)
    index_now()
    assert found("grace", kind="person") == 0


def test_the_words_of_a_readme_are_found_and_tell_its_language(ada, index_now):
    project = factories.make_project(ada, "Widget")
    told = "# Widget\nUne [petite pièce](https://example.org) pour réparer la poignée de votre cuisinière.\n"
    factories.commit(project, {"README.md": told})
    index_now()
    assert found("poignee", language=["fr"]) == 1
    assert found("example") == 0


def test_a_short_text_tells_no_language_and_a_long_one_does():
    assert texts.language("box") == ""
    assert texts.language("This is a small part to repair the handle of your stove in the kitchen.") == "en"
    assert texts.language("Ceci est une petite pièce pour réparer la poignée de votre cuisinière.") == "fr"


def test_without_an_index_the_page_says_so_and_the_site_goes_on(client, ada, index_now):
    factories.make_project(ada, "Widget")
    answer = client.get("/search/?q=widget")
    assert answer.status_code == 503
    assert "search is away" in answer.content.decode()
    assert client.get("/").status_code == 200
    ready = client.get("/readyz").json()
    assert ready["parts"]["search"]["ok"] is False


def test_typing_errors_are_forgiven_and_that_is_said(client, ada, index_now):
    factories.make_project(ada, "Microscope")
    index_now()
    answer = client.get("/search/?q=micorscope").content.decode()
    assert "Microscope" in answer
    assert "these come near" in answer


def test_a_change_costs_one_row_in_the_same_transaction(ada, django_assert_max_num_queries):
    project = factories.make_project(ada, "Widget")
    with django_assert_max_num_queries(6):
        project.save(update_fields=["summary"])
    assert connection.in_atomic_block

"""Labs in the search: found by name, town, country, machine and material; gone when hidden."""

import pytest
from django.utils import timezone

from fablab.models import Lab
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def labs(index_now):
    lab = make_lab("atelier", name="Atelier des Pentes", city="Lyon", story="Café and **repairs**")
    make_machine(lab, name="Trotec Speedy", process="laser-cutting")
    make_stock(lab, material="Plywood")
    make_lab("turin", name="Officina", city="Torino", country="IT")
    make_project(make_user("ada"), "Atelier lamp")
    index_now()
    return index_now


def names(client, query):
    page = client.get(f"/search/?kind=labs&{query}")
    assert page.status_code == 200
    return [row.name for row in page.context["brought"][1]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=atelier", ["Atelier des Pentes"]),
        ("q=torino", ["Officina"]),
        ("q=italie", ["Officina"]),
        ("q=Italy", ["Officina"]),
        ("q=trotec", ["Atelier des Pentes"]),
        ("q=plywood", ["Atelier des Pentes"]),
        ("q=repairs", ["Atelier des Pentes"]),
        ("process=laser-cutting", ["Atelier des Pentes"]),
        ("material=plywood", ["Atelier des Pentes"]),
        ("q=lamp", []),
    ],
)
def test_labs_are_found_in_their_tab(labs, client, query, found):
    assert names(client, query) == found


def test_designs_and_labs_are_apart_and_both_counted(labs, client):
    page = client.get("/search/?q=atelier")
    assert [card.project.name for card in page.context["cards"]] == ["Atelier lamp"]
    assert [(name, count) for name, count, _here, _address in page.context["tabs"] if count] == [
        ("Designs", 1),
        ("Labs", 1),
    ]


def test_labs_are_suggested_while_typing(labs, client):
    page = client.get("/search/suggest/?q=offic").content.decode()
    assert "/labs/turin/" in page


def test_a_hidden_or_closed_lab_is_gone_at_once_and_stays_gone(labs, client):
    Lab.objects.filter(slug="turin").update(hidden_at=timezone.now())
    assert names(client, "q=officina") == []
    lab = Lab.objects.get(slug="turin")
    lab.hidden_at, lab.standing = None, Lab.Standing.CLOSED
    lab.save()
    labs()
    assert client.get("/search/?kind=labs&q=officina").context["total"] == 0


def test_a_new_machine_is_found_without_anybody_saying_so(labs, client):
    make_machine(Lab.objects.get(slug="turin"), name="Ender 3")
    labs()
    assert names(client, "q=ender") == ["Officina"]


def test_designs_and_labs_stand_on_one_map(labs, client):
    ada = make_user("grace")
    ada.location = "Grenoble, France"
    ada.save()
    make_project(ada, "Gear")
    make_project(ada, "Secret gear", visibility="private")
    labs()
    rows = {row[1]: row for row in client.get("/labs/points.json?designs=gear").json()["labs"]}
    assert rows["Gear"][2:6] == ["Grenoble", pytest.approx(45.18, abs=0.1), pytest.approx(5.72, abs=0.1), "design"]
    assert {"Atelier des Pentes", "Officina"} <= rows.keys()
    assert "Secret gear" not in rows
    near = client.get("/labs/?designs=gear&near=Paris&km=100")
    assert near.context["designs"] == []
    assert "Grenoble" in client.get("/labs/?designs=gear").content.decode()

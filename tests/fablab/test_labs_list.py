"""The list of labs: what narrows it, how far they are, what the map shows."""

import json
from datetime import time

import pytest
from django.http import QueryDict

from fablab import lab_list
from fablab.distance import Box, box_around, distance_km
from fablab.gazetteer import towns, zone_at
from fablab.models import Lab
from fablab.near import nearest
from fablab.open_now import open_now
from fablab.opening import is_open
from fablab.places import place_named
from tests.fablab.factories import make_lab, make_machine

LYON = (45.7578, 4.8320)


def found(query):
    return [lab.slug for lab, _far in lab_list.find(lab_list.read(QueryDict(query))).labs]


@pytest.fixture
def labs(db):
    make_lab("paris", name="Paris workshop")
    make_lab("lyon", city="Lyon", latitude=LYON[0], longitude=LYON[1], standing=Lab.Standing.VERIFIED)
    make_lab("turin", city="Torino", country="IT", latitude=45.07, longitude=7.69, access=Lab.Access.MEMBERS)
    make_lab("suva", city="Suva", country="FJ", latitude=-18.14, longitude=178.44, timezone="Pacific/Fiji")
    make_lab("gone", standing=Lab.Standing.CLOSED)


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["lyon", "paris", "suva", "turin"]),
        ("q=workshop", ["paris"]),
        ("q=TORINO", ["turin"]),
        ("country=it", ["turin"]),
        ("access=members", ["turin"]),
        ("verified=1", ["lyon"]),
        ("near=Lyon&km=300", ["lyon", "turin"]),
        ("near=45.7578, 4.8320&km=10", ["lyon"]),
        ("near=Lyon&km=300&country=FR", ["lyon"]),
        ("near=Nowhereville", ["lyon", "paris", "suva", "turin"]),
        ("km=banana&access=x&country=France&process=y", ["lyon", "paris", "suva", "turin"]),
        ("q=%00", ["lyon", "paris", "suva", "turin"]),
    ],
)
def test_labs_are_narrowed(labs, query, slugs):
    assert found(query) == slugs


def test_without_a_distance_all_are_listed_nearest_first(labs):
    assert found("near=Torino") == ["turin", "lyon", "paris", "suva"]


def test_a_process_is_had_by_a_machine_that_works_or_said_by_an_imported_lab(labs):
    lyon = Lab.objects.get(slug="lyon")
    make_machine(lyon)
    make_machine(Lab.objects.get(slug="paris"), state="broken")
    Lab.objects.filter(slug="turin").update(okw={"processes": ["material-extrusion"]})
    assert found("process=material-extrusion") == ["lyon", "turin"]


def test_open_now_is_by_each_labs_own_clock(labs):
    from datetime import UTC, datetime

    asked = lab_list.read(QueryDict("open=1"))
    monday_morning_in_fiji = datetime(2026, 11, 29, 22, tzinfo=UTC)
    assert [lab.slug for lab, _far in lab_list.find(asked, at=monday_morning_in_fiji).labs] == ["suva"]


def test_many_labs_at_once_are_as_open_as_each_by_itself(db):
    from datetime import UTC, date, datetime, timedelta

    from fablab.actions.change_lab import add_special_day, say_open, set_hours
    from fablab.models import Closure

    night = {day: [(time(20), time(2))] for day in range(7)}
    for number, zone in enumerate(("Europe/Paris", "Pacific/Auckland", "America/Lima", "Asia/Kolkata", "UTC")):
        make_lab(f"week-{number}", timezone=zone)
        set_hours(make_lab(f"night-{number}", timezone=zone), night, {})
        set_hours(make_lab(f"always-{number}", timezone=zone), {day: [(time(0), time(0))] for day in range(7)}, {})
        set_hours(make_lab(f"members-{number}", timezone=zone), {}, {day: [(time(0), time(0))] for day in range(7)})
        special = make_lab(f"special-{number}", timezone=zone)
        add_special_day(special, date(2026, 12, 2), date(2026, 12, 3), [(time(3), time(5))], "")
        closed = make_lab(f"closed-{number}", timezone=zone)
        noon = datetime(2026, 12, 2, 12, tzinfo=UTC)
        Closure.objects.create(lab=closed, starts=noon, ends=noon + timedelta(days=1))
        say_open(make_lab(f"said-{number}", timezone=zone), is_open=True, at=noon)
    labs = list(Lab.objects.all())
    for hours in range(96):
        at = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=hours, minutes=7)
        assert open_now(Lab.objects.all(), at) == {lab.pk for lab in labs if is_open(lab, at)}


def test_each_country_is_offered_once(labs):
    make_lab("twin")
    assert lab_list.countries_present() == ["FJ", "FR", "IT"]


def test_the_map_shows_what_the_list_shows(labs, client):
    data = client.get("/labs/points.json?near=Lyon&km=300").json()
    assert {row[0] for row in data["labs"]} == {"/labs/lyon/", "/labs/turin/"}
    assert data["centre"][2] == 300
    assert len(client.get("/labs/points.json").json()["labs"]) == 4


def test_the_list_works_without_scripts(labs, client):
    page = client.get("/labs/?near=Lyon&km=300").content.decode()
    assert "Labs near Lyon" in page
    assert page.index("/labs/lyon/") < page.index("/labs/turin/")
    assert "We know no town" in client.get("/labs/?near=Nowhereville").content.decode()


def test_a_list_costs_the_same_queries_however_long(labs, client, django_assert_max_num_queries):
    for number in range(30):
        make_lab(f"more-{number}")
    with django_assert_max_num_queries(12):
        client.get("/labs/")


def test_near_reaches_over_the_180th_meridian(labs):
    assert [Lab.objects.get(pk=pk).slug for pk, _far in nearest(-18.0, -179.5, 300, Lab.objects.listed())] == ["suva"]


def test_distances_are_those_of_the_globe():
    assert distance_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(391.5, abs=1)
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert distance_km(90, 0, -90, 0) == pytest.approx(20015, abs=1)


def test_a_box_holds_everything_within_its_reach():
    box = box_around(60.0, 10.0, 500)
    assert box.south == pytest.approx(55.5, abs=0.01)
    assert distance_km(60.0, 10.0, 60.5, box.west) >= 498
    assert box_around(89.9, 0, 100) == Box(box_around(89.9, 0, 100).south, 90.0, -180.0, 180.0)
    assert box_around(0.0, 179.9, 100).west > box_around(0.0, 179.9, 100).east


@pytest.mark.parametrize(
    ("said", "name", "country"),
    [
        ("Paris", "Paris", "FR"),
        ("Paris, US", "Paris", "US"),
        ("Paris, États-Unis", "Paris", "US"),
        ("saint etienne", "Saint-Étienne", "FR"),
        ("Londres", "London", "GB"),
        ("New York", "New York City", "US"),
    ],
)
def test_towns_are_known_without_a_network(said, name, country):
    assert (towns(said)[0].name, towns(said)[0].country) == (name, country)


def test_a_place_has_its_zone():
    assert zone_at(*LYON) == "Europe/Paris"
    assert zone_at(-23.55, -46.63) == "America/Sao_Paulo"


@pytest.mark.django_db
def test_a_place_is_coordinates_a_town_or_the_town_of_a_lab():
    make_lab("fab", city="Atlantis-les-Bains", latitude=1.5, longitude=2.5)
    assert place_named(" 48.85 , 2.35 ").lat == 48.85
    assert place_named("atlantis-les-bains").lon == 2.5
    assert place_named("91, 0") is None
    assert place_named("") is None


def test_labs_of_a_lab_that_is_hidden_are_nowhere(labs, client):
    from django.utils import timezone

    Lab.objects.filter(slug="paris").update(hidden_at=timezone.now())
    assert client.get("/labs/paris/").status_code == 404
    assert "paris" not in json.dumps(client.get("/labs/okw.json").json())
    assert found("") == ["lyon", "suva", "turin"]

"""What is found for a lab's machines, and near a place; on which machines a version prints, and when."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from designs.discovery import places
from designs.discovery.places import Place
from fablab import search_places
from fablab.actions import machines as acts
from fablab.actions.occupy import occupy
from fablab.actions.stock import load
from fablab.models import Machine
from jobs.worker import Worker
from search.types import Choice
from tests import factories
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.solids import box

LYON = {"latitude": 45.7640, "longitude": 4.8357, "city": "Lyon"}
SHEET = '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="50mm" viewBox="0 0 100 50"><rect x="5" y="5" width="90" height="40" fill="none" stroke="red"/></svg>'  # noqa: E501


@pytest.fixture
def ada(db):
    return factories.make_user("ada")


@pytest.fixture
def sizes(ada):
    project = factories.make_project(ada, "Sizes")
    factories.commit(project, {"cube.stl": box((100, 100, 100)), "long.stl": box((20, 20, 240))})
    Worker().drain()
    project.refresh_from_db()
    return project


def _names(client, query):
    page = client.get(f"/search/?kind=parts&{query}").content.decode()
    return sorted(name for name in ("cube.stl", "long.stl", "sheet.svg") if name in page)


def test_the_search_finds_what_prints_on_a_labs_machines_and_what_is_made_near(client, sizes, index_now):
    factories.commit(sizes, {"sheet.svg": SHEET})
    Worker().drain()
    paris, lyon = make_lab("paris"), make_lab("lyon", **LYON)
    make_machine(paris, "small")
    make_machine(lyon, "tall", z_mm=300)
    index_now()
    assert _names(client, "lab=paris") == ["cube.stl"]
    assert _names(client, "lab=lyon") == ["cube.stl", "long.stl"]
    assert _names(client, "near=Paris&km=20") == ["cube.stl"]
    assert _names(client, "near=45.76,4.83&km=20") == ["cube.stl", "long.stl"]
    assert _names(client, "near=Paris&km=1000") == ["cube.stl", "long.stl"]
    assert _names(client, "lab=lyon&near=Paris&km=20") == ["cube.stl"]
    assert _names(client, "near=0,0&km=5") == []
    make_machine(paris, "laser", process="laser-cutting", x_mm=600, y_mm=300, z_mm=0, nozzle_mm=0)
    assert _names(client, "lab=paris") == ["cube.stl", "sheet.svg"]
    for machine in Machine.objects.filter(lab=paris):
        acts.set_state(machine, "broken", by=None)
    assert _names(client, "lab=paris") == []
    page = client.get("/search/?lab=lyon&near=Paris&km=20&tag=x").content.decode()
    assert "Made at Lyon" in page
    assert "Made within 20 km of Paris" in page


def test_a_lab_or_a_town_that_nobody_knows_is_said_and_asks_nothing(client, sizes, index_now):
    index_now()
    page = client.get("/search/?kind=parts&lab=atlantis&near=Xyzzyville").content.decode()
    assert "We know no lab “atlantis”" in page
    assert "We know no town “Xyzzyville”" in page
    assert "cube.stl" in page


def test_thousands_of_machines_ask_no_more_than_the_best_of_them(db):
    lab = make_lab()
    for number in range(60):
        make_machine(lab, f"m{number}", x_mm=100 + number, y_mm=100 + number, z_mm=100 + number)
    assert len(search_places.choices(Machine.objects.all())) == 1
    assert search_places.choices(Machine.objects.none()) == []


NUMBERS = st.sampled_from([None, 1.0, 5.0, 9.0])
CHOICES = st.builds(
    lambda small, wall, process: Choice(
        {"process": process} if process else {}, {"small": (None, small), "wall": (wall, None)}
    ),
    NUMBERS,
    NUMBERS,
    st.sampled_from([None, ["a"], ["b"], ["a", "b"]]),
)


def _meets(choice, small, wall, process):
    facets = choice.facets.get("process")
    low, high = choice.ranges.get("wall", (None, None))[0], choice.ranges.get("small", (None, None))[1]
    return (
        "kind" not in choice.facets
        and (facets is None or process in facets)
        and (high is None or small <= high)
        and (low is None or wall >= low)
    )


@given(
    st.lists(st.lists(CHOICES, max_size=4), max_size=3),
    st.sampled_from([0.5, 3.0, 7.0, 10.0]),
    st.sampled_from([0.5, 3.0, 7.0, 10.0]),
    st.sampled_from("ab"),
)
def test_several_places_hold_all_at_once(many, small, wall, process):
    each = all(any(_meets(one, small, wall, process) for one in some) for some in many)
    asked = places.choices([Place("", some) for some in many])
    assert (not asked or any(_meets(one, small, wall, process) for one in asked)) == each


def _fragment(client, query="", **headers):
    answer = client.get(f"/@ada/sizes/machines/?{query}", headers={"HX-Request": "true", **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_design_says_on_which_machines_it_prints_and_when_one_is_free(client, sizes):
    paris, lyon = make_lab("paris"), make_lab("lyon", **LYON)
    small, tall = make_machine(paris, "small", name="Petite"), make_machine(lyon, "tall", name="Grande", z_mm=300)
    make_machine(lyon, "needle", name="Aiguille", process="sewing")
    load(make_stock(lyon), tall)
    now = timezone.now()
    occupy(tall, "closure", now - timedelta(hours=1), now + timedelta(days=2))
    page = _fragment(client)
    assert page.index("Grande") < page.index("Petite")
    assert "1 of 2 parts" in page
    assert "Aiguille" not in page
    assert "PLA" in page
    assert re.search(r"about €\d", page)
    assert "<html" not in page
    cube = sizes.files.get(path="cube.stl")
    page = _fragment(client, f"file={cube.pk}")
    assert "of 2 parts" not in page
    acts.set_state(small, "maintenance", by=None)
    assert "Petite" not in _fragment(client)


def test_the_visitors_place_is_kept_only_once_they_say_it_and_forgotten_when_they_say_so(client, sizes):
    make_machine(make_lab("paris"), "one", name="Parisienne", z_mm=300)
    make_machine(make_lab("lyon", **LYON), "two", name="Lyonnaise", z_mm=300)
    assert not re.search(r"\d km", _fragment(client))
    assert "sessionid" not in client.cookies
    answer = client.post("/place/", {"near": "Lyon", "next": "/@ada/sizes/"})
    assert answer.headers["Location"] == "/@ada/sizes/"
    page = _fragment(client)
    assert page.index("Lyonnaise") < page.index("Parisienne")
    assert "393 km" in page
    assert "Machines near Lyon" in page
    client.post("/place/", {"near": "", "next": "//evil.example/"})
    assert "393 km" not in _fragment(client)


def test_without_a_place_labs_of_the_browsers_country_come(client, sizes):
    make_machine(make_lab("paris"), "one", name="Parisienne")
    make_machine(make_lab("berlin", country="DE"), "two", name="Berlinerin")
    page = _fragment(client, **{"Accept-Language": "de-DE,de;q=0.9"})
    assert "Berlinerin" in page
    assert "Parisienne" not in page
    assert "Parisienne" in _fragment(client, **{"Accept-Language": "ja-JP"})


def test_a_place_goes_back_to_this_site_alone(client, db):
    answer = client.post("/place/", {"near": "Lyon", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    assert client.get("/place/").status_code == 405


def test_the_machines_of_a_private_design_are_nobodys_business(client, sizes):
    sizes.visibility = "private"
    sizes.save()
    assert client.get("/@ada/sizes/machines/").status_code == 404


def test_the_page_works_without_scripts(client, sizes):
    make_machine(make_lab("paris"), "one", name="Parisienne")
    page = client.get("/@ada/sizes/machines/").content.decode()
    assert "<html" in page
    assert "Parisienne" in page
    assert client.get("/@ada/sizes/machines/?file=99999999").status_code == 404
    assert client.get("/@ada/sizes/machines/?ref=nowhere").status_code == 404

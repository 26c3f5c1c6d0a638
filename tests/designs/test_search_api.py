"""What the API finds: the same as the page, and nothing else."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import tokens
from jobs.worker import Worker
from search import index
from search.types import SearchAwayError
from tests import factories
from tests.solids import box, cylinder

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


@pytest.fixture
def shop(index_now):
    ada = factories.make_user("ada")
    gear = factories.make_project(ada, "Gear box", materials=["PLA"], tags=["gear"], processes=["material-extrusion"])
    factories.commit(gear, {"housing.stl": box((60, 40, 30))})
    rod = factories.make_project(ada, "Gear rod", materials=["Steel"], licence="CC-BY-NC-4.0")
    factories.commit(rod, {"rod.stl": cylinder(5, 200)})
    hidden = factories.make_project(ada, "Gear of nobody", materials=["Plumbonium"], visibility="private")
    factories.commit(hidden, {"secret.stl": cylinder(5, 200)})
    Worker().drain()
    index_now()
    return ada


def bearer(user):
    return {"HTTP_AUTHORIZATION": "Bearer " + tokens.issue(user, "test", ["read"])[1]}


def slugs(answer):
    return sorted(one["slug"] for one in answer["items"])


def test_words_facets_and_a_machine_narrow_what_is_found(client, shop):
    found = client.get(f"{V1}/search?q=gear").json()
    assert (found["total"], slugs(found), found["next"], found["is_fuzzy"]) == (
        2,
        ["gear-box", "gear-rod"],
        None,
        False,
    )
    counts = {one["value"]: one["count"] for one in found["facets"]["material"]}
    assert counts == {"pla": 1, "steel": 1}
    assert slugs(client.get(f"{V1}/search?q=gear&material=pla&material=steel").json()) == ["gear-box", "gear-rod"]
    assert slugs(client.get(f"{V1}/search?q=gear&licence_family=open").json()) == ["gear-box"]
    assert slugs(client.get(f"{V1}/search?machine=prusa-mini-plus").json()) == ["gear-box"]
    assert slugs(client.get(f"{V1}/search?bed=300x10x10").json()) == ["gear-rod"]
    parts = client.get(f"{V1}/search?kind=parts&verdict=prints").json()
    assert {(one["project"], one["path"], one["grade"]) for one in parts["items"]} >= {
        ("gear-box", "housing.stl", "prints")
    }
    people = client.get(f"{V1}/search?kind=people&q=ada").json()
    assert [(one["handle"], one["kind"]) for one in people["items"]] == [("ada", "person")]


@pytest.mark.parametrize(
    "wrong", ["machine=spoon", "bed=wide", "verdict=maybe", "page=0", "page=1000000", "q=%00", "size_min=-1"]
)
def test_what_is_not_understood_is_refused_by_name(client, wrong):
    answer = client.get(f"{V1}/search?{wrong}")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_pages_follow_by_the_address_in_next(client, shop, monkeypatch):
    monkeypatch.setattr("designs.discovery.asked.PER_PAGE", 1)
    monkeypatch.setattr("designs.api.search.asking.PER_PAGE", 1)
    first = client.get(f"{V1}/search?q=gear&sort=newest").json()
    assert first["next"] == f"{V1}/search?q=gear&sort=newest&page=2"


def test_what_is_private_is_found_by_its_owner_alone(client, shop):
    for asker, expected in (({}, False), (bearer(shop), True), (bearer(factories.make_user("eve")), False)):
        found = client.get(f"{V1}/search?q=gear", **asker).json()
        assert ("gear-of-nobody" in slugs(found)) == expected
        assert ("plumbonium" in str(found["facets"])) == expected
        offered = client.get(f"{V1}/search/suggestions?q=plumb", **asker).json()
        assert bool(offered["materials"]) == expected
        offered = client.get(f"{V1}/search/suggestions?q=secre", **asker).json()
        assert bool(offered["parts"]) == expected
        alike = client.get(f"{V1}/projects/ada/gear-rod/similar/rod.stl", **asker).json()
        assert ("secret.stl" in str(alike)) == expected


def test_a_part_that_is_brought_is_measured_and_compared(client, shop):
    body = {"file": SimpleUploadedFile("mine.stl", bytes(cylinder(10, 400)))}
    brought = client.post(f"{V1}/search/shapes", body)
    assert (brought.status_code, brought.json()["state"]) == (202, "waiting")
    Worker().drain()
    found = client.get(f"{V1}/search/shapes/{brought.json()['token']}").json()
    assert found["state"] == "ready"
    nearest = found["families"][0]
    assert (nearest["part"]["path"], nearest["distance"] < 0.2) == ("rod.stl", True)
    assert client.get(f"{V1}/search/shapes/none-of-ours").status_code == 404
    refused = client.post(f"{V1}/search/shapes", {"file": SimpleUploadedFile("mine.txt", b"words")})
    assert (refused.status_code, refused.json()["code"]) == (422, "format")


def test_while_the_engine_is_away_the_api_says_so(client, index_now, monkeypatch):
    def away(*_args, **_named):
        raise SearchAwayError

    monkeypatch.setattr(index.engine(), "search", away)
    answer = client.get(f"{V1}/search?q=gear")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")


def test_the_description_of_the_api_names_the_search(client):
    paths = client.get(f"{V1}/openapi.json").json()["paths"]
    names = {one["name"] for one in paths[f"{V1}/search"]["get"]["parameters"]}
    assert {"q", "kind", "material", "machine", "bed", "nozzle", "size_max", "sort", "page"} <= names
    assert {f"{V1}/search/suggestions", f"{V1}/search/shapes", f"{V1}/search/shapes/{{token}}"} <= set(paths)

"""Parts of the same shape: on a part's page, and for a part that is dropped into the search box."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from designs.actions.fork_project import fork_project
from designs.models import Analysis
from jobs.worker import Worker
from tests import factories
from tests.solids import box, cylinder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def shapes(ada, index_now):
    """A rod of three sizes in three projects, one of them with a fork, and a box."""
    grace = factories.make_user("grace")
    made = {}
    for name, content in (
        ("rod", cylinder(10, 60)), ("bigger rod", cylinder(12, 72)), ("box", box((40, 40, 40))),
        ("secret rod", cylinder(10, 61)),
    ):  # fmt: skip
        made[name] = factories.make_project(ada, name, visibility="private" if "secret" in name else "public")
        factories.commit(made[name], {f"{name}.stl": content})
    fork_project(made["bigger rod"], by=grace, to=grace.namespace)
    Worker().drain()
    index_now()
    return made


def test_the_nearest_parts_come_first_and_forks_of_one_another_once(client, shapes):
    file = shapes["rod"].files.get(path="rod.stl")
    answer = client.get(f"/@ada/rod/similar/{file.pk}/")
    families = answer.context["families"]
    assert families[0].nearest.name == "bigger rod.stl"
    assert len(families[0].others) == 1
    assert "rod" not in {one.nearest.result.project.slug for one in families}
    assert "secret" not in answer.content.decode()


def test_the_page_of_a_part_asks_for_them_when_one_gets_there(client, shapes):
    file = shapes["rod"].files.get(path="rod.stl")
    assert f'hx-get="/@ada/rod/similar/{file.pk}/"' in client.get("/@ada/rod/blob/main/rod.stl").content.decode()


def test_a_dropped_part_is_measured_and_its_like_are_shown(client, shapes):
    answer = client.post("/search/shape/", {"file": SimpleUploadedFile("mine.STL", cylinder(5, 30))})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "Being measured" in page.content.decode()
    Worker().drain()
    page = client.get(answer["Location"], headers={"hx-request": "true"})
    assert "<html" not in page.content.decode()
    assert {one.nearest.result.project.slug for one in page.context["families"][:2]} == {"rod", "bigger-rod"}
    assert "secret" not in page.content.decode()
    picture = client.get(f"{answer['Location']}picture.webp")
    assert picture["Content-Type"] == "image/webp"
    assert "private" in picture["Cache-Control"]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Choose a file of a part"),
        (("a.exe", b"MZ"), "Shapes are compared from"),
        (("noname", b""), "Shapes are compared from"),
    ],
)
def test_what_is_no_part_is_refused_with_a_sentence(client, index_now, file, sentence):
    index_now()
    sent = {"file": SimpleUploadedFile(*file) if file and file[1] else io.BytesIO(b"x")} if file else {}
    answer = client.post("/search/shape/", sent, follow=True)
    assert sentence in answer.content.decode()
    assert Analysis.objects.count() == 0


def test_a_broken_part_is_refused_with_the_sentence_of_the_kernel(client, index_now):
    index_now()
    answer = client.post("/search/shape/", {"file": SimpleUploadedFile("a.stl", b"solid nothing")})
    Worker().drain()
    page = client.get(answer["Location"])
    assert page.context["refusal"]
    assert page.context["refusal"] in page.content.decode()


def test_nobody_learns_of_a_content_by_its_hash(client, shapes):
    sha256 = shapes["secret rod"].files.get(path="secret rod.stl").sha256
    assert client.get(f"/search/shape/{sha256}/").status_code == 404
    assert client.get(f"/search/shape/{sha256}.stl/picture.webp").status_code == 404

"""What an address asks, what the page offers, and what nobody else may learn from it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from designs.actions.publish_release import publish_release
from designs.demo import listed
from designs.discovery import asked as asking
from designs.discovery import machines, words
from jobs.worker import Worker
from tests import factories
from tests.solids import box, cylinder

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


def asked(text):
    return asking.read(QueryDict(text))


@pytest.mark.parametrize(
    ("text", "left", "facets", "without"),
    [
        ("gear tag:lamp", "gear", {"tag": ["lamp"]}, {}),
        ('tag:"desk lamp" -by:@Ada gear', "gear", {"tag": ["desk lamp"]}, {"owner": ["ada"]}),
        ("licence:open license:mit", "", {"licence_family": ["open"], "licence": ["MIT"]}, {}),
        ("Material:PLA box", "box", {"material": ["pla"]}, {}),
        ("format:STL language:fr", "", {"format": ["stl"], "language": ["fr"]}, {}),
        ("tag: a http://x.org colour:red", "tag: a http://x.org colour:red", {}, {}),
        ("-laser", "-laser", {}, {}),
    ],
)
def test_conditions_in_the_box_are_told_from_words(text, left, facets, without):
    said = words.read(text)
    assert (said.words, said.facets, said.without) == (left, facets, without)


def test_the_same_search_has_the_same_address_whatever_the_order():
    one = asked("material=pla&q=gear&material=abs&size_max=20,5&machine=prusa-mk4s&sort=newest&kind=parts")
    two = asked("kind=parts&machine=prusa-mk4s&material=abs&material=pla&q=gear&sort=newest&size_max=20.5&page=1")
    assert one.address() == two.address()
    assert asked(one.address().partition("?")[2]) == one


def test_a_text_is_one_line():
    assert asked("q=%20a%0d%0aBcc:%20b%20%20c%09").text == "a Bcc: b c"


@pytest.mark.parametrize(
    "text",
    [
        "page=0&page=-3",
        "owner=yes&material=yes&released=yes&released=no&language=yes",
        "page=99999999999999999999",
        "page=²",
        "q=" + "%00" * 50,
        "size_min=nan&size_max=inf&mass_min=-1",
        "material=" + "x" * 5000,
        "&".join(f"tag={n}" for n in range(200)),
        "kind=nothing&sort=nothing&profile=nothing&machine=nothing&bed=nothing&nozzle=nothing",
        "verdict=nothing",
        "q=%22%22%22 -- -'%3B DROP TABLE",
    ],
)
def test_nonsense_in_the_address_is_answered_with_a_page(client, ada, index_now, text):
    factories.make_project(ada, "Gear")
    index_now()
    assert client.get(f"/search/?{text}").status_code == 200
    assert client.get(f"/search/suggest/?{text}").status_code == 200
    assert client.get(f"/search/feed.atom?{text}").status_code == 200


def test_what_could_not_be_understood_is_said(client, ada, index_now):
    index_now()
    page = client.get("/search/?bed=big&nozzle=x&size_min=long&machine=replicator").content.decode()
    for sentence in ("A bed is two or three lengths", "A nozzle is a number", "A size is a number", "type its bed"):
        assert sentence in page


def test_the_catalogue_of_machines_is_sound():
    known = machines.catalogue()
    assert len(known) >= 30
    for machine in known.values():
        assert all(40 <= side <= machines.LONGEST_MM for side in machine.bed_mm), machine
        assert (machine.nozzle_mm > 0) == (machine.process == "fdm"), machine


@pytest.mark.parametrize(
    ("text", "bed"),
    [
        ("220 x 220 x 250", (220, 220, 250)),
        ("220×220×250 mm", (220, 220, 250)),
        ("300*200", (300, 200, machines.LONGEST_MM)),
        ("12,5x12.5x10", (12.5, 12.5, 10)),
        ("220", None),
        ("0x1x1", None),
        ("1x1x1e9", None),
    ],
)
def test_a_bed_is_read_as_people_write_it(text, bed):
    assert machines.read_bed(text) == bed


def test_only_what_fits_a_machine_in_some_orientation_stays(client, ada, index_now):
    project = factories.make_project(ada, "Sizes")
    factories.commit(
        project, {"long.stl": box((20, 20, 240)), "cube.stl": box((100, 100, 100)), "thin.stl": box((20, 20, 1))}
    )
    Worker().drain()
    index_now()

    def parts(query):
        page = client.get(f"/search/?kind=parts&{query}").content.decode()
        return {name for name in ("long", "cube", "thin") if f"{name}.stl</a>" in page}

    assert parts("") == {"long", "cube", "thin"}
    assert parts("bed=250x50x50") == {"long", "thin"}
    assert parts("machine=prusa-mini-plus") == {"cube", "thin"}
    assert parts("bed=300x300x300&nozzle=1.8") == {"long", "cube"}
    assert parts("size_min=150") == {"long"}
    assert parts("size_max=150&mass_min=100") == {"cube"}


def test_each_facet_narrows_and_its_own_counts_stay(client, ada, index_now):
    grace = factories.make_user("grace")
    lamp = factories.make_project(
        ada, "Lamp", tags=["light"], materials=["PLA"], processes=["laser-cutting"], category="home", licence="MIT",
        summary="A small lamp to read with in the evening, for the wall over your bed.",
    )  # fmt: skip
    factories.make_project(grace, "Bracket", materials=["ABS"], processes=["turning"], licence="CC-BY-NC-4.0")
    factories.commit(lamp, {"shade.scad": "cube(10);", "shade.stl": cylinder(10, 20)})
    publish_release(lamp, by=ada, tag="v1")
    Worker().drain()
    index_now()
    for choice in (
        "tag=light", "material=pla", "process=laser-cutting", "category=home", "licence=MIT", "licence_family=open",
        "format=stl", "source=yes", "verdict=prints", "language=en", "released=yes", "owner=ada", "q=by:ada",
    ):  # fmt: skip
        answer = client.get(f"/search/?{choice}")
        assert [card.project.name for card in answer.context["cards"]] == ["Lamp"], choice
    panels = {one.name: one for one in client.get("/search/?material=pla").context["panels"]}
    assert [(one.label, one.count, one.is_chosen) for one in panels["material"].options] == [
        ("PLA", 1, True),
        ("ABS", 1, False),
    ]
    assert [one.label for one in panels["process"].options] == ["Laser cutting"]


def test_private_and_unlisted_designs_are_in_no_count_suggestion_or_feed_of_others(client, ada, index_now):
    for number, visibility in enumerate(("public", "unlisted", "private")):
        project = factories.make_project(
            ada, f"Gear {visibility}", visibility=visibility, materials=[f"stuff{number}"], tags=["cog"]
        )
        factories.commit(project, {f"{visibility}-tooth.stl": box((10, 10, 10 + number))})
    Worker().drain()
    index_now()

    def seen():
        page = client.get("/search/?q=gear").content.decode()
        parts = client.get("/search/?q=tooth&kind=parts").content.decode()
        suggested = [client.get(f"/search/suggest/?q={text}").content.decode() for text in ("gea", "toot", "stuff")]
        return " ".join([page, parts, *suggested, client.get("/search/feed.atom?q=gear").content.decode()])

    answer = seen()
    assert "Gear public" in answer
    for word in ("unlisted", "private", "stuff1", "stuff2"):
        assert word not in answer.casefold().replace("private and unlisted", ""), word
    assert client.get("/search/?q=gear").context["total"] == 1
    client.force_login(ada)
    assert client.get("/search/?q=gear").context["total"] == 3
    assert "private-tooth.stl" in seen()


def test_suggestions_are_of_each_kind(client, ada, index_now):
    factories.make_organisation("gearlab", owner=ada, name="Gear Lab")
    project = factories.make_project(ada, "Gear box", materials=["gearite"])
    factories.commit(project, {"gear-1.stl": box((10, 10, 10))})
    Worker().drain()
    index_now()
    page = client.get("/search/suggest/?q=gea").content.decode()
    for link in ('href="/@ada/gear-box/"', "gear-1.stl", 'href="/@gearlab/"', "material=gearite"):
        assert link in page
    assert client.get("/search/suggest/?q=").content.decode().strip() == ""


def test_where_nothing_is_found_the_condition_that_took_the_most_is_named(client, ada, index_now):
    factories.make_project(ada, "Gear one", materials=["PLA"])
    factories.make_project(ada, "Gear two", materials=["PLA"])
    factories.make_project(ada, "Other", materials=["ABS"], tags=["round"])
    index_now()
    answer = client.get("/search/?q=gear&material=abs")
    advice = answer.context["advice"]
    assert (advice.label, advice.total, advice.address) == ("ABS", 2, "/search/?q=gear")
    assert client.get("/search/?q=gear+tag:nothing").context["advice"].total == 2
    assert client.get("/search/?q=zzyzx").context["advice"] is None


def test_the_feed_of_a_search_is_atom_with_the_newest_first(client, ada, index_now):
    for name in ("Gear one", "Gear two", "Lamp"):
        factories.make_project(ada, name)
    index_now()
    answer = client.get("/search/feed.atom?q=gear")
    assert answer["Content-Type"].startswith("application/atom+xml")
    text = answer.content.decode()
    assert text.index("Gear two") < text.index("Gear one")
    assert "Lamp" not in text


def test_the_page_is_as_french_as_its_reader(client, ada, index_now):
    factories.make_project(ada, "Boîtier étanche", materials=["PLA"])
    index_now()
    page = client.get("/search/?q=enclosure", headers={"accept-language": "fr"}).content.decode()
    assert "Boîtier étanche" in page
    assert "1 modèle" in page
    assert "Matériau" in page


def test_the_prompts_of_the_first_readme_are_not_found(client, ada, index_now):
    factories.make_project(ada, "Gear")
    index_now()
    assert client.get("/search/?q=settings").context["total"] == 0
    assert client.get("/search/?q=gear").context["total"] == 1


def test_a_list_of_projects_is_loaded_once(ada, tmp_path):
    rows = tmp_path / "list.jsonl"
    rows.write_text(
        '{"name": "Voron 0", "description": "Small CoreXY printer", "keywords": ["CoreXY"], "licence": "GPL-3.0",'
        ' "processes": ["3D printing"], "materials": ["ABS"]}\n{"name": "Bare", "licence": null}\n'
    )
    assert listed.load_list(rows, ada) == 2
    assert listed.load_list(rows, ada) == 0
    project = listed.Project.objects.get(slug="voron-0")
    assert (project.licence, project.processes, project.tags) == ("GPL-3.0-only", ["material-extrusion"], ["corexy"])
    assert listed.Project.objects.get(slug="bare").licence == "NOASSERTION"
    titles = tmp_path / "titles.csv"
    titles.write_text("title,date_added,manifest_url\nFlypi,2019,https://example.org/x.yml\n,,\n")
    assert listed.load_list(titles, ada) == 1
    (tmp_path / "bad.jsonl").write_text("{nope")
    with pytest.raises(ValueError, match="line 1"):
        listed.load_list(tmp_path / "bad.jsonl", ada)


def test_each_sort_has_its_order(client, ada, index_now):
    grace = factories.make_user("grace")
    first, second = factories.make_project(ada, "Gear gear"), factories.make_project(ada, "Gear in a box")
    from designs.actions.like import like

    like(first, by=grace)
    index_now()

    def names(sort):
        return [card.project.name for card in client.get(f"/search/?q=gear&sort={sort}").context["cards"]]

    assert names("newest") == [second.name, first.name]
    assert names("liked") == [first.name, second.name]
    assert set(names("made")) == {first.name, second.name}


def test_readers_of_nobody_are_the_public():
    assert asked("q=x").query(AnonymousUser()).facets["reader"] == ["public"]


def test_what_a_form_sends_unasked_goes_from_the_address(client, index_now):
    answer = client.get("/search/?q=gear&machine=&bed=&nozzle=&size_min=&profile=fdm-220&material=pla")
    assert (answer.status_code, answer["Location"]) == (302, "/search/?q=gear&material=pla")
    index_now()
    kept = client.get("/search/?q=gear&machine=&bed=wide")
    assert kept.status_code == 200
    assert 'value="wide"' in kept.content.decode()


def test_a_nozzle_alone_asks_for_walls_that_it_can_print(ada):
    assert asked("nozzle=0.6").own_machine.ranges["wall"] == (0.6, None)
    assert asked("machine=prusa-mk4s&nozzle=0.6").own_machine.name == "Prusa MK4S, nozzle of 0.6 mm"
    assert asked("bed=220x220x250mm&nozzle=0.6").own_machine.name == "220x220x250 mm, nozzle of 0.6 mm"


def test_where_no_condition_alone_helps_all_of_them_are_offered(client, ada, index_now):
    factories.make_project(ada, "Gear plain", materials=["Steel"], tags=["shop"])
    index_now()
    page = client.get("/search/?q=gear&material=pla&tag=lamp").content.decode()
    assert "Search without conditions" in page
    assert 'href="/search/?q=gear"' in page


def test_where_parts_are_none_the_designs_are_offered(client, ada, index_now):
    factories.make_project(ada, "Gear plain")
    index_now()
    page = client.get("/search/?q=gear&kind=parts").content.decode()
    assert "There is something of another kind" in page


def test_a_licence_that_nobody_stated_is_neither_open_nor_closed(client, ada, index_now):
    factories.make_project(ada, "Gear plain", licence="NOASSERTION")
    index_now()
    page = client.get("/search/?q=gear").content.decode()
    assert "No licence stated" in page
    assert "Not open" not in page

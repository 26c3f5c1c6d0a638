"""How a person's words are asked ever more loosely, until something is found."""

import pytest

from search import analysis, synonyms
from search.cognates import cognates
from search.engines.embedded import Embedded
from search.passes import Search
from search.types import Document, Query

TABLE = synonyms.groups(synonyms.OWN.read_text().splitlines())
TITLES = {
    1: ("OpenFlexure Microscope", "printable microscope whose stage bends"),
    2: ("PlanktoScope", "portable microscope for plankton"),
    3: ("Thor robotic arm", "six axes, freecad"),
    4: ("BCN3D Moveo", "educational robot arm with stepper motors"),
    5: ("Corne keyboard", "split ergonomic keyboard"),
    6: ("3DBenchy", "a tugboat"),
    7: ("Meditation bench", "plain wood, affordable"),
    8: ("Bus servo board", "circuit board"),
    9: ("Loudspeaker", "bluetooth"),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = Embedded(tmp_path_factory.mktemp("index"))
    made.create("1-1")
    documents = {f"project:{id}": [Document(id, f"project:{id}", *texts)] for id, texts in TITLES.items()}
    made.replace(documents, version="1-1")
    made.commit(version="1-1")
    made.swap("1-1")
    yield made
    made.release()


@pytest.fixture
def find(engine):
    """Titles found, exact ones, and whether there are others."""

    def ask(text, *, forgiving=True, **query):
        found = Search(engine, TABLE, Query(**query)).find(text, forgiving=forgiving)
        return [TITLES[hit.id][0] for hit in found.results.hits], found.exact, found.is_fuzzy

    return ask


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("microsope plankton", "PlanktoScope"),
        ("open source microscope stage", "OpenFlexure Microscope"),
        ("key board split", "Corne keyboard"),
        ("clavier ergonomique", "Corne keyboard"),
        ("claviers ergonomiques", "Corne keyboard"),
        ("bras robotique à 6 axes", "Thor robotic arm"),
        ("bras éducatif moteur pas à pas", "BCN3D Moveo"),
        ("benchy", "3DBenchy"),
        ("meuble pas cher en bois", "Meditation bench"),
        ("circuits imprimés", "Bus servo board"),
        ("haut parleur bluetoth", "Loudspeaker"),
        ("plankt", "PlanktoScope"),
    ],
)
def test_what_is_meant_comes_first(find, text, first):
    assert find(text)[0][0] == first


def test_those_with_every_word_stand_before_those_with_some_and_are_counted_apart(find):
    titles, exact, is_fuzzy = find("robot arm freecad")
    assert (titles, exact, is_fuzzy) == (["Thor robotic arm", "BCN3D Moveo"], 1, True)
    assert find("robot arm freecad", offset=1, limit=1)[0] == ["BCN3D Moveo"]
    assert find("robot arm freecad", forgiving=False) == (["Thor robotic arm"], 1, False)


@pytest.mark.parametrize("text", ["robot arm freecad", "microsope plankton bench", "split wooden stage bluetooth"])
def test_the_total_is_that_of_all_pages(engine, text):
    search = Search(engine, TABLE, Query(limit=100))
    found = search.find(text, forgiving=True).results
    assert found.total == len(found.hits) == len({hit.id for hit in found.hits}) > 1
    assert Search(engine, TABLE, Query(limit=0)).find(text, forgiving=True).results.total == found.total


def test_one_known_word_asks_for_nothing_looser(find):
    assert find("bluetooth") == (["Loudspeaker"], 1, False)


def test_a_phrase_and_a_minus_are_never_loosened(find):
    assert find('"microscope stage" plankton')[0] == []
    assert "Thor robotic arm" not in find("robot arm stepper -freecad gripper")[0]


def test_a_nozzle_is_no_bus(find):
    assert find("buse", forgiving=False)[0] == []


def test_a_word_of_science_is_found_in_the_other_language():
    assert "ergonomic" in cognates("ergonomique")
    assert "photogrammetrie" in cognates("photogrammetry")
    assert cognates("gear") == ()


def test_a_synonym_may_be_said_in_the_plural_and_with_small_words():
    for text in ("boîtes de petri", "petri dishes", "moteurs pas à pas"):
        (clause,) = analysis.clauses(text, synonyms=TABLE)
        assert len(clause.forms) > 1

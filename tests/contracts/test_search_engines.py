"""What every search engine promises, held against plain Python that looks at every document."""

import random
from dataclasses import replace

import numpy as np
import pytest

from search import analysis
from search.types import WINDOW, Choice, Document, Query, SearchAwayError
from tests.contracts.search_oracle import Oracle, neighbours
from tests.search_engines import ENGINES

WORDS = (
    "gear engrenages boîtier enclosure capteur sensor d'eau pump pompe M3x12 608zz microscope OpenFlexure l'imprimante "
    "printer 3D arm bras robotique lamp lampe vis screw charnière hinge pièce holder support Raspberry Pi e-NABLE hand "
    "main 20 mm 1.75mm frame châssis caméra camera stand wheel roue drone quadcopter moteur motor stepper"
).split()
MATERIALS = ["PLA", "PETG", "ABS", "plywood 3 mm", "acier", "resin"]
PROCESSES = ["material-extrusion", "laser-cutting", "cnc-milling", "électronique"]
FIELDS = ("material", "process", "licence", "format", "tag", "bom", "verdict")
SYNONYMS = {("gear",): [("engrenage",)], ("screw",): [("vis",)], ("raspberry", "pi"): [("rpi",), ("single", "board")]}


def _vector(chance):
    return [round(chance.random(), 5) for _ in range(120)]


def _document(chance, subject, slot):
    number = subject * 8 + slot
    words = [chance.choice(WORDS) for _ in range(chance.randint(1, 6))]
    sides = sorted(chance.uniform(1, 400) for _ in range(3))
    has_box = chance.random() < 0.8
    return Document(
        id=number,
        subject=f"project:{subject}",
        title=" ".join(words),
        summary=" ".join(chance.choice(WORDS) for _ in range(chance.randint(0, 12))),
        body=" ".join(chance.choice(WORDS) for _ in range(chance.randint(0, 30))),
        facets={
            "kind": ["part" if slot else "project"],
            "reader": chance.choice([["public"], ["public"], ["namespace:1", "project:2"]]),
            "material": chance.sample(MATERIALS, chance.randint(0, 3)),
            "process": chance.sample(PROCESSES, chance.randint(0, 2)),
            "licence": [chance.choice(["MIT", "CERN-OHL-S-2.0", "CC-BY-4.0"])],
            "format": chance.sample(["stl", "step", "scad"], chance.randint(0, 3)),
            "tag": [f"tag {chance.randint(0, 80)}" for _ in range(chance.randint(0, 5))],
            "bom": ["yes"] if chance.random() < 0.3 else [],
            "verdict": [f"fdm-220:{chance.choice(['prints', 'care', 'fails'])}"],
            "place": [f"lab:{chance.randint(1, 9)}"] if chance.random() < 0.2 else [],
        },
        numbers={
            **(dict(zip(("small", "middle", "large"), sides, strict=True)) if has_box else {}),
            **({"wall": chance.uniform(0.2, 5)} if has_box and chance.random() < 0.7 else {}),
        },
        created=chance.randint(1_600_000_000, 1_800_000_000),
        likes=chance.randint(0, 5),
        makes=chance.randint(0, 2),
        family=subject % 50,
        vector=_vector(chance) if slot else (),
    )


def _subject(chance, subject):
    return [_document(chance, subject, slot) for slot in range(chance.randint(1, 2))]


def _mistyped(chance, word):
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(["", "x", word[at] * 2]) + word[at + 1 :]


def _text(chance):
    said = []
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        word = chance.choice(WORDS)
        kind = chance.random()
        if kind < 0.15:
            word = _mistyped(chance, word)
        elif kind < 0.25:
            word = f'"{" ".join(chance.choice(neighbours(WORDS)))}"'
        elif kind < 0.35:
            word = f"-{word}"
        said.append(word)
    return " ".join(said)


def _query(chance):
    clauses = analysis.clauses(
        _text(chance), synonyms=SYNONYMS, fuzzy=chance.random() < 0.4, typing=chance.random() < 0.4
    )
    facets = {"reader": ["public"]} if chance.random() < 0.5 else {}
    if chance.random() < 0.4:
        facets["material"] = chance.sample(MATERIALS, chance.randint(1, 2))
    if chance.random() < 0.3:
        facets["process"] = [chance.choice(PROCESSES)]
    if chance.random() < 0.1:
        facets["tag"] = [f"tag {number}" for number in range(0, 60, 2)]
    ranges = {}
    for name in chance.sample(["small", "middle", "large", "wall"], chance.choice([0, 0, 1, 3])):
        ends = (chance.choice([None, chance.uniform(0, 60)]), chance.choice([None, chance.uniform(20, 400)]))
        ranges[name] = ends
    machines = [
        Choice(
            {"process": [chance.choice(PROCESSES)]} if chance.random() < 0.5 else {},
            {"large": (None, chance.uniform(50, 300)), "wall": (chance.choice([0.4, 0.8]), None)},
        )
        for _ in range(chance.choice([0, 0, 0, 1, 4]))
    ]
    return Query(
        clauses=clauses,
        facets=facets,
        without={"tag": ["tag 3"]} if chance.random() < 0.1 else {},
        ranges=ranges,
        any_of=machines,
        sort=chance.choice(["relevance", "newest", "made", "liked"]),
        offset=chance.choice([0, 0, 10]),
        limit=chance.choice([10, 24]),
        facet_fields=chance.sample(FIELDS, chance.randint(0, 5)),
        least=chance.choice([0, 0, 1, 2]),
    )


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def begun(engine):
    """An engine with an empty version that answers."""
    engine.create("1-1")
    engine.commit(version="1-1")
    engine.swap("1-1")
    return engine


def put(engine, *documents):
    subjects = {}
    for one in documents:
        subjects.setdefault(one.subject, []).append(one)
    engine.replace(subjects)
    engine.commit()


def ids(results):
    return [hit.id for hit in results.hits]


def named(number, title, **values):
    facets = {"kind": ["project"], "reader": ["public"], **values.pop("facets", {})}
    return Document(number, f"project:{number}", title, facets=facets, **values)


def test_a_thousand_random_questions_with_changes_between_them_are_answered_as_by_looking_at_everything(begun):
    chance, oracle = random.Random(20261123), Oracle()
    first = {f"project:{number}": _subject(chance, number) for number in range(1, 500)}
    for each in (begun, oracle):
        each.replace(first)
    begun.commit()
    filled = 0
    for number in range(1050):
        if number and number % 50 == 0:
            some = chance.sample(range(1, 550), 40)
            changes = {f"project:{one}": [] if one % 7 == 0 else _subject(chance, one) for one in some}
            for each in (begun, oracle):
                each.replace(changes)
            begun.commit()
        query = _query(chance)
        total, expected, counts = oracle.search(query)
        found = begun.search(query)
        assert found.total == total, query
        assert {name: list(values) for name, values in found.facets.items()} == counts, query
        if query.sort != "relevance":
            assert ids(found) == expected, query
        else:
            whole = ids(begun.search(replace(query, offset=0, limit=WINDOW)))
            assert sorted(whole) == sorted(expected), query
        filled += total > 0
    assert filled > 500


def test_an_index_that_was_never_built_is_away(engine):
    with pytest.raises(SearchAwayError):
        engine.search(Query())
    assert engine.current() == ""


def test_a_new_version_is_filled_while_the_old_one_answers_and_then_swapped(begun):
    put(begun, named(1, "old"))
    begun.create("1-2")
    begun.replace({"project:2": [named(2, "new"), named(3, "new too")]}, version="1-2")
    begun.commit(version="1-2")
    assert ids(begun.search(Query())) == [1]
    begun.swap("1-2")
    assert begun.current() == "1-2"
    assert sorted(ids(begun.search(Query()))) == [2, 3]


def test_a_subject_has_its_new_documents_and_no_former_one(begun):
    begun.replace({"project:8": [named(8, "one"), replace(named(9, "two"), subject="project:8")]})
    begun.commit()
    begun.replace({"project:8": [named(8, "three")], "project:5": []})
    begun.commit()
    assert ids(begun.search(Query())) == [8]
    assert begun.search(Query(analysis.clauses("two"))).total == 0


def test_nothing_is_seen_before_it_is_committed(begun):
    begun.replace({"project:1": [named(1, "waiting")]})
    assert begun.search(Query()).total == 0
    begun.commit()
    assert begun.search(Query()).total == 1


def test_no_page_is_deeper_than_the_window(begun):
    assert begun.search(Query(offset=WINDOW - 10, limit=10)).total == 0
    with pytest.raises(ValueError, match="10000"):
        begun.search(Query(offset=WINDOW - 10, limit=11))


def test_what_another_may_read_is_in_no_result_no_count_and_no_suggestion(begun):
    secret = named(1, "secret gear", facets={"reader": ["namespace:7"], "material": ["PLA"]})
    put(begun, secret, named(2, "open gear", facets={"material": ["ABS"]}))
    asked = Query(analysis.clauses("gear"), {"reader": ["public"]}, facet_fields=["material"])
    found = begun.search(asked)
    assert (ids(found), found.total, dict(found.facets)) == ([2], 1, {"material": [("ABS", 1)]})
    assert [hit.id for hit in begun.suggest(replace(asked, clauses=analysis.clauses("ge", typing=True)))] == [2]
    own = begun.search(replace(asked, facets={"reader": ["public", "namespace:7"]}))
    assert sorted(ids(own)) == [1, 2]


def test_a_title_comes_before_a_text_and_the_word_itself_before_its_kin(begun):
    put(
        begun,
        named(1, "a lamp", body="with a gear inside"),
        named(2, "gear"),
        named(3, "gears of all kinds"),
        named(4, "geer"),
    )
    assert ids(begun.search(Query(analysis.clauses("gear", fuzzy=True)))) == [2, 3, 1, 4]


def test_the_nearest_shapes_are_exact_and_those_of_others_are_left_out(begun):
    chance = random.Random(1)
    documents = [
        replace(
            named(number, "part", facets={"reader": ["public"] if number % 3 else ["namespace:1"]}),
            vector=_vector(chance),
        )
        for number in range(1, 400)
    ]
    put(begun, *documents)
    moved = [replace(one, vector=_vector(chance)) for one in documents[:50]]
    put(begun, *moved)
    begun.replace({"project:60": []})
    begun.commit()
    alive = [one for one in [*moved, *documents[50:]] if one.id != 60 and one.id % 3]
    wanted = documents[199].vector
    far = {one.id: float(np.linalg.norm(np.array(one.vector) - np.array(wanted))) for one in alive}
    found = begun.similar(wanted, 20, Query(facets={"reader": ["public"]}))
    assert found[0].id == documents[199].id
    assert found[0].score == pytest.approx(0, abs=1e-3)
    assert [hit.score for hit in found] == sorted(hit.score for hit in found)
    assert [hit.id for hit in found] == sorted(far, key=far.get)[:20]


def test_few_shapes_among_many_others_are_found_too(begun):
    chance = random.Random(2)
    rare = {"material": ["unobtainium"]}
    put(begun, *(
        replace(named(number, "part", facets=rare if number % 100 == 0 else {}), vector=_vector(chance))
        for number in range(1, 601)
    ))  # fmt: skip
    found = begun.similar(_vector(chance), 5, Query(facets=rare))
    assert sorted(hit.id for hit in found) == sorted({hit.id for hit in found})
    assert len(found) == 5
    assert {hit.id % 100 for hit in found} == {0}


def test_each_subject_is_listed_with_the_digest_of_its_documents(begun):
    first, second = named(1, "one"), replace(named(2, "two"), subject="project:1")
    put(begun, first, second, named(3, "three"))
    assert dict(begun.subjects()) == {
        "project:1": analysis.digest([second, first]),
        "project:3": analysis.digest([named(3, "three")]),
    }

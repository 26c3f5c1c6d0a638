"""Words and queries as search reads them."""

import pytest

from search import analysis, synonyms
from search.types import Clause, Document, Form


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Boîtier d'ESP32-CAM", ["boitier", "esp32", "cam"]),
        ("vis M3 x 12, 608zz", ["vis", "m3x12", "608zz"]),
        ("M3×12", ["m3x12"]),
        ("20 mm and 1,75mm", ["20mm", "and", "1.75mm"]),
        ("l’engrenage qu'on aujourd'hui", ["engrenage", "on", "aujourdhui"]),
        ("Œuvre ß", ["oeuvre", "ss"]),
        ("", []),
    ],
)
def test_words_are_folded_and_sizes_are_one_word(text, words):
    assert analysis.tokens(text) == words


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("OpenFlexure Microscope", "flexure"),
        ("Open Flexure", "openflexure"),
        ("e-NABLE hand", "enable"),
        ("M3x12 screw", "m3"),
        ("608zz bearing", "608"),
        ("ESP32-CAM", "esp32cam"),
    ],
)
def test_a_title_is_found_by_other_ways_to_write_it(title, typed):
    assert typed in analysis.document_texts(Document(1, "project:1", title))["title"]


def test_a_plural_and_its_singular_share_a_stem_in_both_languages():
    assert set(analysis.stems("gears")) & set(analysis.stems("gear"))
    assert set(analysis.stems("engrenages")) & set(analysis.stems("engrenage"))
    assert set(analysis.stems("charnieres")) & set(analysis.stems("charniere"))


def test_words_that_say_nothing_are_left_out_unless_there_is_nothing_else():
    assert [one.forms[0].tokens for one in analysis.clauses("a box for the lamp")] == [("box",), ("lamp",)]
    assert [one.forms[0].tokens for one in analysis.clauses("the")] == [("the",)]


def test_phrases_stay_in_a_row_and_minus_leaves_out():
    said = analysis.clauses('"open source" -laser -"cnc mill" pump')
    assert [(one.forms[0].tokens, one.forms[0].in_a_row, one.negated) for one in said] == [
        (("pump",), False, False),
        (("open", "source"), True, False),
        (("laser",), False, True),
        (("cnc", "mill"), True, True),
    ]


def test_the_word_being_typed_may_be_a_beginning():
    assert [one.forms[0].prefix for one in analysis.clauses("laser cut", typing=True)] == [False, True]
    assert [one.forms[0].prefix for one in analysis.clauses("laser cut ", typing=True)] == [False, False]
    assert analysis.clauses("the", typing=True)[0].forms[0].prefix


def test_typing_errors_are_forgiven_by_length_and_never_in_numbers():
    assert [analysis.edits(word) for word in ("pi", "gear", "engrenage", "608zz")] == [0, 1, 2, 0]


def test_synonyms_hold_in_every_direction_and_over_several_words():
    table = synonyms.groups(["PLA,polylactic acid,acide polylactique"])
    (clause,) = analysis.clauses("pla", synonyms=table)
    assert [form.tokens for form in clause.forms] == [("pla",), ("polylactic", "acid"), ("acide", "polylactique")]
    (back,) = analysis.clauses("polylactic acid", synonyms=table)
    assert back.forms[0] == Form(("polylactic", "acid"))
    assert ("pla",) in [form.tokens for form in back.forms]


def test_our_own_synonyms_are_groups_of_two_or_more_without_repetition():
    lines = synonyms.OWN.read_text().splitlines()
    assert len(lines) > 80
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert len({tuple(analysis.tokens(word)) for word in line.split(",")}) > 1, line


@pytest.mark.parametrize("odd", ['"', '"" ""', "-", "--", '-"', "\0", "   ", "*:* AND (", "a" * 5000, '"a" ' * 500])
def test_odd_queries_are_read_as_something(odd):
    assert all(isinstance(one, Clause) for one in analysis.clauses(odd, fuzzy=True, typing=True))


def test_two_digests_are_equal_where_the_documents_are():
    one = Document(1, "project:1", "box", facets={"tag": ["a", "b"]}, vector=[0.1])
    same = Document(1, "project:1", "box", facets={"tag": ("b", "a"), "bom": []}, vector=(0.1,))
    assert analysis.digest([one]) == analysis.digest([same])
    assert analysis.digest([one]) != analysis.digest([Document(1, "project:1", "boxes")])

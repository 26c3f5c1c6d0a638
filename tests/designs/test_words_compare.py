"""What changed, should I reprint? One sentence, deterministic, in French too; and what a repair did."""

import numpy as np
import pytest
import trimesh
from django.utils import translation

from designs import words_changes, words_compare, words_repair
from designs.mesh import compare, repair
from designs.mesh.compare import Change
from designs.mesh.edge_table import welded
from designs.mesh.types import Surface

BASE = {
    "same_shape": False,
    "only_retessellated": False,
    "turned": False,
    "mirrored": False,
    "rearranged": False,
    "moved_mm": None,
    "scaled_by": None,
    "closed_for_it": False,
    "method": "exact",
    "shared_share": 0.95,
    "max_distance_mm": 2.0,
    "added_mm3": 1200.0,
    "removed_mm3": 0.0,
    "changed_place_count": 1,
    "changed_places": [
        {
            "kind": "added",
            "at_mm": [10, 2, 19],
            "size_mm": [10, 4, 2],
            "distance_mm": 2.0,
            "volume_mm3": 1200.0,
            "area_mm2": 100.0,
        }
    ],
    "volume_before_mm3": 8000.0,
    "volume_after_mm3": 9200.0,
    "area_before_mm2": 2400.0,
    "area_after_mm2": 2560.0,
    "size_before_mm": [20.0, 20.0, 20.0],
    "size_after_mm": [20.0, 20.0, 22.0],
    "triangles_before": 12,
    "triangles_after": 1200,
    "closed_before": True,
    "closed_after": True,
}
SAME = {**BASE, "same_shape": True, "added_mm3": 0.0, "max_distance_mm": 0.0, "changed_places": []}
SAME |= {"changed_place_count": 0, "shared_share": 1.0}
FRAME = {"min_mm": [0, 0, 0], "size_mm": [20, 20, 20]}
THIN_NOW = Change("thin", "new", "warning", 1.2, 0.7, 0.8, "mm", (1.0, 2.0, 19.0))
THICK_NOW = Change("thin", "gone", "warning", 0.6, 1.2, 0.8, "mm", (1.0, 2.0, 19.0))
OPEN_NOW = Change("not-watertight", "new", "error", 0.0, 12.0, 0.0, "edges")
CLOSED_NOW = Change("not-watertight", "gone", "error", 12.0, 0.0, 0.0, "edges")
MORE_BODIES = Change("multi-shell", "worse", "info", 2.0, 3.0, 1.0)

RULES = [
    (None, [], "unknown", "not-compared"),
    (SAME, [], "same", "identical"),
    ({**SAME, "only_retessellated": True}, [], "same", "retessellated"),
    ({**SAME, "moved_mm": [0.0, 0.0, 4.0]}, [], "same", "moved"),
    ({**SAME, "turned": True}, [], "same", "turned"),
    ({**SAME, "rearranged": True}, [], "same", "rearranged"),
    (SAME, [OPEN_NOW], "same", "identical"),
    ({**BASE, "scaled_by": 25.4}, [THIN_NOW], "unknown", "units"),
    ({**BASE, "scaled_by": 1 / 1000}, [], "unknown", "units"),
    ({**BASE, "scaled_by": 1.02}, [], "reprint", "scaled"),
    ({**BASE, "mirrored": True}, [], "different-part", "mirrored"),
    ({**BASE, "shared_share": 0.29}, [CLOSED_NOW], "different-part", "little-shared"),
    ({**BASE, "shared_share": 0.3}, [], "reprint", "changed"),
    ({**BASE, "max_distance_mm": 0.099}, [], "cosmetic", "below-visible"),
    ({**BASE, "max_distance_mm": 0.099}, [THIN_NOW], "cosmetic", "below-visible"),
    ({**BASE, "max_distance_mm": 0.099}, [OPEN_NOW], "keep-old", "error"),
    ({**BASE, "max_distance_mm": 0.1}, [], "reprint", "changed"),
    (BASE, [MORE_BODIES], "reprint", "changed"),
    (BASE, [THIN_NOW], "worse", "warning"),
    (BASE, [THIN_NOW, CLOSED_NOW], "reprint", "mixed"),
    (BASE, [THICK_NOW], "better", "finding"),
    (BASE, [OPEN_NOW, THICK_NOW], "keep-old", "error"),
]


@pytest.mark.parametrize(("compared", "changes", "code", "reason"), RULES)
def test_the_advice_follows_from_the_facts(compared, changes, code, reason):
    assert words_compare.advice(compared, changes) == words_compare.Advice(code, reason)


def test_a_wide_nozzle_shows_less():
    compared = {**BASE, "max_distance_mm": 0.15}
    assert words_compare.advice(compared, [], nozzle_mm=0.4).code == "reprint"
    assert words_compare.advice(compared, [], nozzle_mm=0.8).code == "cosmetic"


SENTENCES = [
    (SAME, [], "The shape is the same: no need to reprint."),
    ({**SAME, "moved_mm": [0.0, 3.0, 4.0]}, [], "The shape is the same, moved by 5.00 mm: no need to reprint."),
    (BASE, [], "1.20 cm³ added at one place: reprint if you need the change."),
    (
        BASE,
        [THICK_NOW],
        "1.20 cm³ added at one place. Better: the wall at x 1.00, y 2.00, z 19.0 mm (top, left, front) went from "
        "0.60 mm to 1.20 mm: now thick enough. Reprint if yours broke or did not print well.",
    ),
    (
        BASE,
        [THIN_NOW],
        "Worse: the wall at x 1.00, y 2.00, z 19.0 mm (top, left, front) went from 1.20 mm to 0.70 mm: now too thin. "
        "Keep the version before, unless you need the change.",
    ),
    (BASE, [OPEN_NOW, THICK_NOW], "Worse: open edges: 0, now 12. Keep the version before."),
    (
        {**BASE, "scaled_by": 25.4},
        [],
        "The same shape, 25.4 times as large: the unit seems to have changed. Check it before you print.",
    ),
    (
        {**BASE, "scaled_by": 0.5},
        [],
        "The same shape, 2.00 times smaller: reprint if you need the new size.",
    ),
    (None, [], "The two versions could not be compared."),
]


@pytest.mark.parametrize(("compared", "changes", "sentence"), SENTENCES)
def test_the_answer_is_one_sentence_at_the_top(compared, changes, sentence):
    with translation.override("en"):
        assert words_compare.summary(compared, changes, FRAME).sentence == sentence


def test_every_reason_has_a_sentence():
    for compared, changes, _code, _reason in RULES:
        assert words_compare.summary(compared, changes, FRAME).sentence


def test_the_same_shape_in_a_damaged_file_says_so_below():
    with translation.override("en"):
        told = words_compare.summary(SAME, [OPEN_NOW], FRAME)
    assert told.notes == [
        "But the new file has a fault: open edges: 0, now 12. Print from the version before.",
    ]


def test_the_table_shows_volume_mass_size_triangles_and_findings_before_and_after():
    with translation.override("en"):
        rows = {row.label: row for row in words_compare.summary(BASE, [THIN_NOW], FRAME, density_g_cm3=1.25).rows}
    assert (rows["Volume"].before, rows["Volume"].after, rows["Volume"].change) == ("8.00 cm³", "9.20 cm³", "+1.20 cm³")
    assert (rows["Mass, solid"].before, rows["Mass, solid"].after) == ("10.0 g", "11.5 g")
    assert rows["Triangles"].after == "1,200"
    assert rows["Size"].after == "20.0 × 20.0 × 22.0 mm"
    thin = next(row for label, row in rows.items() if label.startswith("Thin walls"))
    assert (thin.before, thin.after, thin.change, thin.tone) == ("1.20 mm", "0.70 mm", "new", "worse")


def test_an_open_part_has_no_volume_and_no_mass_in_the_table():
    told = words_compare.summary({**BASE, "closed_before": False}, [], FRAME)
    assert not {"Volume", "Mass, solid"} & {row.label for row in told.rows}


def test_places_say_how_much_and_where():
    with translation.override("en"):
        told = words_compare.summary(BASE, [], FRAME)
    assert told.places == ["1.20 cm³ added at x 10.0, y 2.00, z 19.0 mm (top, front): 10.0 × 4.00 × 2.00 mm"]


def test_a_place_in_the_middle_has_no_side():
    with translation.override("en"):
        assert words_changes.where((10, 10, 10), FRAME) == "x 10.0, y 10.0, z 10.0 mm"
        assert words_changes.where((10, 10, 10), {}) == "x 10.0, y 10.0, z 10.0 mm"


def test_real_comparisons_are_put_in_words():
    box = trimesh.creation.box((20, 20, 20))
    tall = trimesh.creation.box((20, 20, 22)).apply_translation((0, 0, 1))
    one, other = (welded(np.array(m.vertices, float), np.array(m.faces, np.int64)) for m in (box, tall))
    with translation.override("en"):
        told = words_compare.summary(compare.measure(one, other).facts, [])
        empty = compare.measure(Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32)), other)
        assert words_compare.summary(empty.facts, []).advice.code == "different-part"
    assert told.sentence == "800 mm³ added at one place: reprint if you need the change."


def test_a_repair_is_told_step_by_step():
    box = trimesh.creation.box((20, 20, 20))
    part = welded(np.array(box.vertices, float), np.array(box.faces, np.int64))
    faces = np.vstack((part.faces[1:], part.faces[5:7]))
    with translation.override("en"):
        told = words_repair.report(repair.repair(Surface(part.points, faces)).report)
    assert told.title == "Repaired"
    assert told.sentence == "The surface is closed and every edge has two faces. No point was moved."
    assert told.steps == ["2 doubled faces were removed.", "One hole was closed. New surface: 2.00 cm²."]
    rows = {row.label: (row.before, row.after, row.tone) for row in told.rows}
    assert rows["Open edges"] == ("3", "0", "better")
    assert told.left == []


def test_a_sound_mesh_has_nothing_to_repair_and_a_cup_keeps_its_mouth():
    box = trimesh.creation.box((20, 20, 20))
    part = welded(np.array(box.vertices, float), np.array(box.faces, np.int64))
    with translation.override("en"):
        told = words_repair.report(repair.repair(part).report)
        cup = words_repair.report(repair.repair(Surface(part.points, part.faces[2:])).report)
        nothing = words_repair.report(repair.repair(Surface(part.points, part.faces[:0])).report)
    assert (told.title, told.steps) == ("Nothing to repair", [])
    assert cup.title == "Nothing could be repaired"
    assert cup.left == ["Open edges: 4. The holes are too large to guess what was meant."]
    assert nothing.left == ["There is no surface in it."]


@pytest.mark.parametrize(
    "code",
    "weld split-edges degenerate duplicate flaps specks winding fill-holes inverted separated united".split(),
)
def test_every_step_of_a_repair_has_a_sentence(code):
    with translation.override("en"):
        one, many = (words_repair.step({"code": code, "count": count}) for count in (1, 1200))
    assert one.startswith(("One", "Surfaces"))
    assert "1,200" in many

"""What people read: every finding and refusal in words, numbers in their way of writing, facts as rows."""

import re
from types import SimpleNamespace

import pytest
from django.utils import translation

from designs import words
from designs.mesh.printability import Judged, judge
from designs.mesh.profiles import PROFILES
from designs.mesh.types import Finding
from designs.words import tables

CODES = (
    "not-watertight non-manifold non-manifold-vertices misoriented inverted degenerate duplicate crossing no-volume "
    "multi-shell cavities thin gap small-hole small-pin fine-detail units-guess too-large fits-bed fits-bed-turned "
    "overhang overhang-ok bridge bed-contact tips-over trapped cups turn watertight sheet not-flat "
    "nothing-to-cut open-contours no-unit cut-twice"
).split()
REFUSALS = (
    "abandoned bad-count bad-index component-cycle crashed empty flat lfs-pointer missing-part needs-openscad "
    "no-triangles non-finite not-3mf not-amf not-gcode not-gltf not-iges not-off not-scad not-step not-stl not-svg "
    "out-of-memory output-too-large outside-target render-timeout render-too-large syntax timeout too-complex "
    "too-large too-many-instances too-many-pixels too-many-triangles truncated unknown-format unpacks-too-large "
    "unreadable unsupported-extension unsupported-version xml-dtd"
).split()
NUMBERS = {
    "size_mm": [300.0, 20.0, 10.0], "bed_mm": [220.0, 220.0, 250.0], "unit": "inch", "confidence": 0.87, "count": 3,
    "degrees": 45.0, "share": 0.12, "nozzle_mm": 0.4, "now_mm3": 2000.0, "then_mm3": 500.0, "area_mm2": 12.0,
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("severity", ["error", "warning", "info"])
@pytest.mark.parametrize("process", ["fdm", "sla", "sls", "laser", "cnc"])
def test_every_finding_has_words_without_a_hole_and_what_is_wrong_has_advice(code, severity, process):
    found = Judged(code, severity, 0.3, 0.8, "mm", {**NUMBERS, "process": process})
    told = words.finding(found)
    assert told.title
    assert told.sentence
    assert not re.search(r"%\(|\s{2}|: \.|None", told.title + told.sentence + told.advice)
    assert bool(told.advice) != (code in {"watertight", "multi-shell", "fits-bed", "overhang-ok"})


def test_a_finding_without_words_shows_the_kernels_own():
    told = words.finding(Finding("brand-new", "info", params={"message": "Something new."}))
    assert (told.title, told.sentence) == ("Brand new", "Something new.")


def test_a_finding_carries_its_numbers_its_mark_and_what_it_rests_on():
    facts = {
        "size_mm": [40, 30, 20], "area_mm2": 5000.0, "wall_min_mm": 0.31,
        "wall_edges_mm": [0.1, 0.396, 50.0], "wall_area_mm2": [600.0, 4400.0],
    }  # fmt: skip
    told = next(words.finding(one) for one in judge(facts).findings if one.code == "thin")
    assert (told.severity, told.mark) == ("error", "thin")
    assert told.sentence == "12.0 % of the surface has walls under 0.4 mm; the thinnest is 0.31 mm."
    assert told.rests_on.startswith("Limit: 0.4 mm. Source: PrusaSlicer and Cura")


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize(
    "params", [{}, {"limit": 400 << 20}, {"line": 12, "points": 4, "seconds": 20.0, "announced": 9}]
)
def test_every_refusal_has_a_sentence_of_ours_and_says_that_the_file_is_kept(code, params):
    told = words.refusal(code, {"sentence": "KERNEL", **params})
    assert told.sentence
    assert "KERNEL" not in told.sentence
    assert "%(" not in told.sentence
    assert told.advice.endswith("The file itself is kept as it is, and can be downloaded.")


def test_a_refusal_tells_its_numbers():
    cut = {"sentence": "truncated: 10 facets announced, 4 present", "announced": 10, "present": 4}
    assert words.refusal("truncated", cut).sentence == "10 facets are announced, 4 are there."
    assert words.refusal("too-large", {"limit": 512 << 20}).sentence == "Files of at most 512 MiB are measured."
    assert words.refusal("syntax", {"line": 7}).sentence == "The fault is in line 7."


def test_a_damaged_file_keeps_what_its_reader_said_and_a_strange_refusal_shows_it():
    told = words.refusal("unreadable", {"sentence": "the GLB header is damaged"})
    assert told.detail == "the GLB header is damaged"
    strange = words.refusal("strange", {"sentence": "The file holds no triangles."})
    assert (strange.sentence, strange.detail) == ("The file holds no triangles.", "")


@pytest.mark.parametrize(
    ("seconds", "told"), [(12.2, "12 s"), (59 * 60, "59 min"), (3601, "1 h 00 min"), (2 * 3600 + 58 * 60, "3 h 00 min")]
)
def test_durations_are_as_exact_as_they_can_be(seconds, told):
    assert words.duration(seconds) == told


def test_numbers_are_written_as_the_visitor_writes_them():
    assert words.quantity(1234.5, "mm3") == "1.23 cm³"
    with translation.override("fr"):
        assert words.quantity(1234.5, "mm3") == "1,23 cm³"
        assert "0,4" in words.profile_name(PROFILES["fdm-220"])


def test_a_profile_of_a_lab_keeps_its_own_name():
    lab = SimpleNamespace(key="fdm-220", name="Old Faithful", process="fdm")
    assert words.profile_name(lab) == "Old Faithful"


def test_the_table_of_facts_has_a_row_for_all_that_was_measured_and_none_for_what_was_not():
    known = {
        "triangles": 1200, "size_mm": [10.0, 20.0, 30.0], "oriented_box_mm": [28.0, 20.0, 9.0], "volume_mm3": 2000.0,
        "area_mm2": 150.0, "wall_min_mm": 0.8, "gap_min_mm": None, "units": "unknown",
        "units_guess": {"unit": "inch"}, "round_holes": [{"at_mm": [0, 0, 0], "diameter_mm": 3.0}],
        "orientations": [{"reasons": ["less-support", "lower"]}],
    }  # fmt: skip
    rows = dict(words.facts(known))
    assert list(rows)[:2] == ["Size", "Volume"]
    assert rows["Size"] == "10.0 × 20.0 × 30.0 mm"
    assert rows["Smallest box, turned"] == "28.0 × 20.0 × 9.00 mm"
    assert rows["Mass, solid PLA"] == "2.48 g"
    assert rows["Round holes"] == "1, ⌀ 3.00 mm"
    assert rows["Best way up"] == "turned: less support, less height"
    assert rows["Units"] == "unknown, read as mm; perhaps inches"
    assert not {"Narrowest gap", "Open edges", "Longest bridge"} & set(rows)


def test_a_resin_part_is_weighed_in_resin():
    known = {"triangles": 12, "size_mm": [1.0, 1.0, 1.0], "volume_mm3": 2000.0}
    assert dict(words.facts(known, PROFILES["sla-desktop"]))["Mass, solid resin"] == "2.30 g"


def test_a_drawing_tells_what_a_laser_needs():
    layers = [{"name": "cut", "color": "#ff0000", "lines": 4, "cut_length_mm": 400.0}]
    known = {
        "format": "dxf", "size_mm": [100.0, 100.0], "cut_length_mm": 2400.0, "closed_contours": 3, "open_contours": 0,
        "estimated_cut_s": 95.0, "layers": layers,
    }  # fmt: skip
    rows = dict(words.facts(known))
    assert (rows["Length to cut"], rows["Closed contours"], rows["Open contours"]) == ("2.40 m", "3", "0")
    assert rows["Time to cut, estimated"] == "2 min"
    assert [(row.name, row.lines, row.length) for row in tables.layers(known)] == [("cut", "4", "400 mm")]


def test_the_objects_of_a_plate_are_judged_one_by_one_and_listed_to_fifty():
    good = {"name": "lid", "size_mm": [10.0, 10.0, 10.0], "triangles": 12, "boundary_edges": 0, "volume_mm3": 1000.0}
    plate = {"objects": [good, {**good, "name": "", "boundary_edges": 4}] * 40, "object_count": 80}
    listed = tables.objects(plate)
    assert [(row.name, row.grade) for row in listed[:2]] == [("lid", "prints"), ("Object 2", "fails")]
    assert (len(listed), tables.others(plate)) == (50, "and 30 more")
    assert tables.objects({"objects": [good]}) == []


def test_a_hollow_part_is_one_body_in_the_table():
    rows = dict(words.facts({"triangles": 24, "shells": 2, "cavities": 1}))
    assert (rows["Bodies"], rows["Closed cavities"]) == ("1", "1")


def test_numbers_next_to_a_round_one_are_written_like_it():
    assert [words.quantity(value, "mm") for value in (0.0999999, 0.1, 9.9999, 99.99)] == [
        "0.10 mm", "0.10 mm", "10.0 mm", "100 mm",
    ]  # fmt: skip


def test_limits_are_written_as_they_were_set():
    contact = judge({"size_mm": [40, 30, 20], "bed_contact_mm2": 3.0}).findings[0]
    assert words.finding(contact).sentence == "Only 3.00 mm² touches the bed; 25 mm² would hold it well."
    edge = judge({"size_mm": [40, 30, 20], "bed_contact_mm2": 0.0}).findings[0]
    assert words.finding(edge).sentence.startswith("It touches the bed in points or lines only; 25 mm²")


@pytest.mark.parametrize(
    ("key", "told"), [("fdm-220", "tend to join"), ("cnc-desktop", "cutter"), ("laser-600", "cut")]
)
def test_a_narrow_gap_is_told_by_what_the_machine_does(key, told):
    facts = {"size_mm": [40, 30, 3], "gap_min_mm": 0.1}
    gap = next(one for one in judge(facts, PROFILES[key]).findings if one.code == "gap")
    assert told in words.finding(gap).sentence

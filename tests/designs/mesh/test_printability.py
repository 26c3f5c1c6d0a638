"""What the judge says of a part for a machine: limits, places, sources; facts of every age; profiles; units."""

import copy
import dataclasses
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designs.mesh import limits, profiles
from designs.mesh.printability import DEFAULT_FDM, in_units, judge
from designs.mesh.profiles import PROFILES, from_mapping
from designs.mesh.units import guess_units

CLEAN = {
    "units": "mm", "units_guess": {"unit": "mm", "confidence": 1.0, "reason": "declared"}, "triangles": 1200,
    "size_mm": [40.0, 30.0, 20.0], "volume_mm3": 12_000.0, "area_mm2": 5_200.0, "shells": 1, "boundary_edges": 0,
    "non_manifold_edges": 0, "non_manifold_vertices": 0, "winding_errors": 0, "degenerate_triangles": 0,
    "duplicate_triangles": 0, "crossing_faces": 0, "cavities": 0, "inverted_shells": 0, "holes": 0,
    "overhang_area_mm2": 0.0, "overhang_by_angle_mm2": [0.0, 0.0, 0.0, 0.0], "bed_contact_mm2": 1200.0,
    "oriented_box_mm": [40.0, 30.0, 20.0], "stable": True, "tip_degrees": 36.0, "wall_min_mm": 2.0,
    "wall_edges_mm": [0.05, 0.396, 0.792, 1.188, 50.0], "wall_area_mm2": [0.0, 0.0, 0.0, 5_200.0], "thin_places": [],
    "gap_min_mm": None, "gap_places": [], "round_holes": [], "pins": [], "fine_detail_area_mm2": 0.0, "bridges": [],
    "bridge_max_mm": 0.0, "trapped_volume_mm3": 0.0, "cup_volume_mm3": 0.0, "support_volume_mm3": 0.0,
    "orientations": [], "objects": [],
}  # fmt: skip
FIRST_KERNEL = {
    "format": "stl", "units": "unknown", "triangles": 12, "volume_mm3": 8000.0, "area_mm2": 2400.0, "shells": 1,
    "cavities": 0, "boundary_edges": 0, "non_manifold_edges": 0, "degenerate_triangles": 0, "winding_errors": 0,
    "inverted_shells": 0, "overhang_area_mm2": 0.0, "bed_contact_mm2": 400.0, "size_mm": [20.0, 20.0, 20.0],
    "min_mm": [0.0, 0.0, 0.0], "watertight": True, "units_guess": {"unit": "mm", "confidence": 0.9, "reason": ""},
}  # fmt: skip
FDM, SLA, SLS, LASER, CNC = (
    PROFILES[key] for key in ("fdm-220", "sla-desktop", "sls-nylon", "laser-600", "cnc-desktop")
)


def told(profile=FDM, **changes):
    """code -> finding of a clean part with these facts changed."""
    return {one.code: one for one in judge({**CLEAN, **changes}, profile).findings}


def described(profile):
    """A machine as a lab would describe it."""
    return {one.name: getattr(profile, one.name) for one in dataclasses.fields(profile)}


def walls(edges, areas, least):
    return {"wall_edges_mm": edges, "wall_area_mm2": areas, "wall_min_mm": least}


def at(x, **measures):
    return {"at_mm": [x, 0.0, 0.0], **measures}


def test_a_clean_part_prints_and_only_says_what_passed():
    verdict = judge(CLEAN)
    assert verdict.grade == "prints"
    assert {one.code for one in verdict.findings} == {"watertight", "fits-bed", "overhang-ok"}


def test_facts_of_the_first_kernel_are_judged_without_what_it_did_not_measure():
    verdict = judge(FIRST_KERNEL)
    assert (verdict.grade, {one.severity for one in verdict.findings}) == ("prints", {"ok"})


@pytest.mark.parametrize(("longest", "severity"), [(5.0, "warning"), (5.1, "error")])
def test_holes_that_a_slicer_closes_without_a_trace_are_care(longest, severity):
    found = told(boundary_edges=9, hole_lengths_mm=[longest, 1.0], size_mm=[100.0, 50.0, 20.0])["not-watertight"]
    assert found.severity == severity


@pytest.mark.parametrize(
    ("fact", "at_limit", "beyond", "code", "severity"),
    [
        ("bridge_max_mm", 10.0, 10.2, "bridge", "info"),
        ("bridge_max_mm", 30.0, 30.4, "bridge", "warning"),
        ("bed_contact_mm2", 25.0, 24.0, "bed-contact", "warning"),
        ("tip_degrees", 10.0, 9.9, "tips-over", "warning"),
        ("trapped_volume_mm3", 1.0, 1.1, "trapped", "info"),
        ("fine_detail_area_mm2", 1.0, 1.1, "fine-detail", "info"),
        ("gap_min_mm", 0.5, 0.49, "gap", "info"),
        ("gap_min_mm", 0.2, 0.19, "gap", "warning"),
        ("boundary_edges", 0, 1, "not-watertight", "error"),
        ("duplicate_triangles", 0, 1, "duplicate", "warning"),
        ("crossing_faces", 0, 2, "crossing", "warning"),
        ("inverted_shells", 0, 1, "inverted", "warning"),
    ],
)
def test_nothing_fires_at_its_limit_and_something_does_beyond(fact, at_limit, beyond, code, severity):
    found = told(**{fact: at_limit}).get(code)
    assert found is None or found.severity != severity
    assert told(**{fact: beyond})[code].severity == severity


def test_five_hundredths_of_overhang_pass_and_a_little_more_does_not():
    assert "overhang-ok" in told(overhang_by_angle_mm2=[900.0, 260.0, 0.0, 0.0])
    hanging = told(overhang_by_angle_mm2=[900.0, 261.0, 0.0, 0.0])["overhang"]
    assert (hanging.severity, hanging.limit, hanging.unit) == ("warning", 0.05, "share")
    assert hanging.value == pytest.approx(261 / 5200)


def test_a_machine_may_take_steeper_overhangs():
    able = from_mapping({**described(FDM), "key": "able", "overrides": {"overhang_degrees": 60.0}})
    facts = {**CLEAN, "overhang_by_angle_mm2": [900.0, 800.0, 10.0, 0.0]}
    assert "overhang" in {one.code for one in judge(facts).findings}
    assert "overhang-ok" in {one.code for one in judge(facts, able).findings}


@pytest.mark.parametrize(
    ("thickness", "severity"), [(0.8, None), (0.795, None), (0.78, "warning"), (0.4, "warning"), (0.39, "error")]
)
def test_walls_are_judged_by_the_lines_of_the_nozzle_within_one_per_cent(thickness, severity):
    edges = sorted({0.05, 0.396, 0.792, 1.188, 50.0, thickness - 0.001, thickness + 0.001})
    areas = [5_200.0 if low < thickness < high else 0.0 for low, high in itertools.pairwise(edges)]
    found = told(**walls(edges, areas, thickness)).get("thin")
    assert (found and found.severity) == severity


def test_a_nozzle_of_six_tenths_wants_thicker_walls():
    thin = walls([0.05, 0.9, 1.1, 50.0], [0.0, 5_200.0, 0.0], 1.0)
    assert "thin" not in told(**thin)
    found = told(PROFILES["fdm-220-06"], **thin)["thin"]
    assert (found.limit, found.rests_on.key, found.rests_on.source) == (1.2, "wall_care", "slicer")


def test_a_speck_of_thin_wall_is_good_to_know_and_only_when_it_has_a_place():
    speck = walls([0.05, 0.396, 0.9, 50.0], [5.0, 0.0, 5_195.0], 0.2)
    assert "thin" not in told(**speck)
    found = told(**speck, thin_places=[at(7.0, wall_mm=0.2, area_mm2=5.0)])["thin"]
    assert (found.severity, found.where.points_mm) == ("info", ((7.0, 0.0, 0.0),))


@pytest.mark.parametrize(("area", "severity"), [(26.0, None), (26.1, "warning"), (104.0, "warning"), (104.1, "error")])
def test_too_thin_walls_spoil_a_part_by_their_share_of_it(area, severity):
    thin = walls([0.05, 0.396, 0.792, 50.0], [area, 0.0, 5_200.0 - area], 0.2)
    found = told(**thin, thin_places=[at(7.0, wall_mm=0.2, area_mm2=area)])["thin"]
    assert found.severity == (severity or "info")
    assert found.rests_on.key == "wall_fails"


def test_a_hinge_of_a_large_part_is_told_however_small_its_share():
    hinge = walls([0.05, 0.396, 0.792, 50.0], [101.0, 0.0, 50_000.0], 0.3)
    assert told(**hinge, area_mm2=50_101.0)["thin"].severity == "warning"


def test_walls_that_are_only_good_to_know_stay_so_however_large():
    assert told(SLA, **walls([0.05, 0.6, 0.9, 50.0], [0.0, 5_200.0, 0.0], 0.7))["thin"].severity == "info"
    assert told(SLA, **walls([0.05, 0.6, 0.9, 50.0], [0.0, 120.0, 50_000.0], 0.7))["thin"].severity == "info"


def test_a_hollow_part_is_one_body():
    assert "multi-shell" not in told(shells=2, cavities=1)
    assert told(shells=3, cavities=1)["multi-shell"].params["count"] == 2


def test_what_a_bridge_spans_needs_no_support():
    ceiling = {"overhang_by_angle_mm2": [400.0, 400.0, 400.0, 400.0]}
    assert "overhang" in told(**ceiling)
    assert "overhang-ok" in told(**ceiling, bridges=[at(1.0, length_mm=30.0, area_mm2=400.0)])
    assert "overhang" in told(**ceiling, bridges=[at(1.0, length_mm=31.0, area_mm2=400.0)])


def test_a_narrow_hole_that_lies_arches_over_itself():
    lying, upright = (
        {"round_holes": [at(1.0, axis=axis, diameter_mm=10.0, depth_mm=30.0)]} for axis in ([0.0, 1.0, 0.0], [0, 0, 1])
    )
    roof = {"overhang_by_angle_mm2": [300.0, 300.0, 100.0, 50.0], "area_mm2": 5_200.0}
    assert "overhang" in told(**roof, **upright)
    assert "overhang-ok" in told(**roof, **lying)
    wide = {"round_holes": [at(1.0, axis=[0.0, 1.0, 0.0], diameter_mm=11.0, depth_mm=30.0)]}
    assert "overhang" in told(**roof, **wide)


def test_no_size_is_held_to_a_limit_while_the_unit_is_likely_another():
    metres = {
        **CLEAN,
        "units": "unknown",
        "wall_min_mm": 0.001,
        "gap_min_mm": 0.0003,
        "wall_area_mm2": [5_200, 0, 0, 0],
    }
    assert {"thin", "gap"} <= {one.code for one in judge({**metres, "units_guess": {"unit": "mm"}}).findings}
    doubtful = judge({**metres, "units_guess": {"unit": "m", "confidence": 0.9}, "boundary_edges": 4})
    assert {one.code for one in doubtful.findings} == {"units-guess", "not-watertight"}
    assert {"thin", "gap"} <= {one.code for one in judge({**metres, "units_guess": {"unit": "unknown"}}).findings}


def test_a_part_that_is_too_large_is_told_by_the_side_that_does_not_fit():
    found = told(SLA, size_mm=[159.0, 174.0, 24.0], oriented_box_mm=None)["too-large"]
    assert (found.value, found.limit) == (159.0, 143.0)


def test_no_more_than_all_of_a_part_is_off_the_outline_that_a_laser_cuts():
    dish = told(LASER, size_mm=[100.0, 100.0, 3.0], bed_contact_mm2=10_000.0, volume_mm3=3_000.0)["not-flat"]
    assert dish.value == pytest.approx(0.9)


def test_a_finding_says_where_it_is_with_at_most_twenty_points_the_worst_first():
    holes = [at(float(n), diameter_mm=1.9 - n / 100, depth_mm=3.0) for n in range(30)]
    found = told(round_holes=[*holes, at(99.0, diameter_mm=8.0, depth_mm=3.0)])["small-hole"]
    assert (found.severity, found.params["count"], found.where.mark) == ("info", 30, "hole")
    assert len(found.where.points_mm) == 20
    assert found.where.points_mm[0] == (29.0, 0.0, 0.0)
    assert found.value == pytest.approx(1.61)


def test_every_limited_finding_names_the_row_it_rests_on():
    bad = {"bridge_max_mm": 80.0, "tip_degrees": 1.0, "gap_min_mm": 0.1, "wall_min_mm": 0.1}
    for code in ("bridge", "tips-over", "gap", "thin"):
        row = told(**bad, wall_area_mm2=[2000.0, 0.0, 0.0, 3200.0])[code].rests_on
        assert row == FDM.limits[row.key]
        assert row.source in limits.SOURCES


def test_a_part_may_lie_down_or_turn_by_any_angle_to_fit():
    assert "fits-bed-turned" in told(size_mm=[100.0, 20.0, 249.0 + 1.5], oriented_box_mm=[249.0, 100.0, 20.0])
    assert "fits-bed" in told(size_mm=[220.0, 220.0, 250.0], oriented_box_mm=None)
    assert told(size_mm=[220.1, 220.1, 250.1], oriented_box_mm=None)["too-large"].severity == "error"


def test_a_plate_too_large_whose_objects_fit_one_by_one_is_only_to_watch():
    objects = [{"size_mm": [100.0, 100.0, 10.0]}, {"size_mm": [100.0, 100.0, 10.0]}]
    assert told(size_mm=[400.0, 100.0, 10.0], oriented_box_mm=None, objects=objects)["too-large"].severity == "warning"


def test_turning_is_told_when_it_saves_a_third_of_a_good_deal_of_support():
    way = {"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "support_volume_mm3": 500.0, "reasons": ["less-support"]}
    found = told(support_volume_mm3=2000.0, orientations=[way])["turn"]
    assert (found.severity, found.value, found.params["then_mm3"]) == ("info", 0.75, 500.0)
    assert "turn" not in told(support_volume_mm3=900.0, orientations=[way])


def test_resin_and_powder_care_for_what_filament_does_not():
    hollow = {"trapped_volume_mm3": 900.0, "cup_volume_mm3": 3000.0, "overhang_by_angle_mm2": [0, 4000.0, 0, 0]}
    assert {told(profile, **hollow)["trapped"].severity for profile in (SLA, SLS)} == {"warning"}
    assert told(CNC, **hollow)["trapped"].severity == "error"
    assert "cups" in told(SLA, **hollow)
    assert not {"cups", "overhang", "bed-contact", "tips-over"} & set(told(SLS, **hollow, bed_contact_mm2=0.0))


def test_a_laser_wants_one_outline_as_thick_as_the_sheet():
    flat = {"size_mm": [200.0, 100.0, 3.0], "bed_contact_mm2": 15_000.0, "volume_mm3": 45_000.0}
    assert not {"sheet", "not-flat", "too-large"} & set(told(LASER, **flat))
    assert told(LASER, **flat | {"size_mm": [200.0, 100.0, 6.0]})["sheet"].severity == "error"
    assert told(LASER, **flat | {"size_mm": [200.0, 100.0, 2.0]})["sheet"].severity == "warning"
    assert "not-flat" in told(LASER, **flat | {"volume_mm3": 40_000.0})
    tilted = {"size_mm": [200.0, 75.0, 75.0], "oriented_box_mm": [200.0, 100.0, 3.0], "volume_mm3": 45_000.0}
    assert not {"sheet", "not-flat"} & set(told(LASER, **tilted))


def test_a_mill_cannot_cut_a_hole_or_a_slot_narrower_than_its_cutter():
    found = told(CNC, round_holes=[at(1.0, diameter_mm=2.0, depth_mm=5.0)], gap_min_mm=2.0)
    assert (found["small-hole"].limit, found["gap"].limit) == (2.5, 3.175)


def test_a_printer_that_says_no_layer_and_no_material_is_estimated_as_usual():
    lab = from_mapping({"key": "lab", "name": "Lab", "process": "fdm", "volume_mm": [200, 200, 200], "nozzle_mm": 0.6})
    assert (lab.layer_mm, lab.density_g_cm3) == (0.3, 1.24)


KEYS = [*CLEAN, *FIRST_KERNEL]
RUBBISH = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.floats(), st.lists(st.one_of(st.none(), st.floats()), max_size=4),
    st.lists(st.dictionaries(st.sampled_from(["at_mm", "wall_mm", "diameter_mm", "size_mm"]), st.none()), max_size=2),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.sampled_from(KEYS)),
    st.dictionaries(st.sampled_from(KEYS), RUBBISH, max_size=8),
    st.sampled_from(sorted(PROFILES)),
)
def test_no_facts_make_the_judge_fail(missing, odd, key):
    facts = {name: value for name, value in {**FIRST_KERNEL, **CLEAN, **odd}.items() if name not in missing}
    verdict = judge(facts, PROFILES[key])
    assert verdict.grade in {"prints", "care", "fails"}
    assert all(one.value is None or math.isfinite(one.value) for one in verdict.findings)


@pytest.mark.parametrize("key", sorted(PROFILES))
def test_every_profile_of_ours_has_its_limits_and_reads_back_from_its_own_description(key):
    profile = PROFILES[key]
    assert from_mapping(described(profile)) == profile
    assert judge(CLEAN, profile).grade in {"prints", "care", "fails"}
    assert {row.source for row in profile.limits.values()} <= set(limits.SOURCES)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"process": "magic"}, "process"),
        ({"volume_mm": [1, 2]}, "volume_mm"),
        ({"volume_mm": [1, 2, "x"]}, "volume_mm"),
        ({"nozzle_mm": 0}, "nozzle_mm"),
        ({"layer_mm": 0}, "layer_mm"),
        ({"density_g_cm3": 0.0}, "density_g_cm3"),
        ({"density_g_cm3": float("nan")}, "density_g_cm3"),
        ({"name": " "}, "name"),
        ({"overrides": {"wall_best": 1.0}}, "overrides.wall_best"),
        ({"overrides": {"wall_care": -1}}, "overrides.wall_care"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_description_of_a_machine_is_refused_by_its_field(change, field):
    with pytest.raises(ValueError, match=f"^{field}:"):
        from_mapping({**described(FDM), **change})


def test_a_lab_overrides_one_limit_and_keeps_the_rest():
    lab = from_mapping({**described(FDM), "overrides": {"bridge_note": 60.0, "bridge_care": 80.0}})
    assert "bridge" not in {one.code for one in judge({**CLEAN, "bridge_max_mm": 50.0}, lab).findings}
    assert (lab.limits["bridge_note"].source, lab.limits["wall_care"]) == ("machine", FDM.limits["wall_care"])
    assert profiles.named("no such machine") is DEFAULT_FDM


def test_a_unit_scales_every_length_area_and_volume_however_deep():
    facts = {
        "units": "unknown", "size_mm": [1.0, 2.0, 3.0], "area_mm2": 2.0, "volume_mm3": 1.0, "triangles": 12,
        "tip_degrees": 30.0, "gap_min_mm": None, "thin_area_mm2": [1.0, 2.0, 3.0],
        "thin_places": [{"at_mm": [1.0, 0.0, 0.0], "wall_mm": 0.1, "area_mm2": 1.0}],
        "print_terms": {"section_area_mm2": [1.0, None], "loops": [1, 2]}, "orientations": [{"matrix": [[1.0]]}],
        "objects": [{"name": "a", "volume_mm3": 1.0}], "stable": True,
    }  # fmt: skip
    before = copy.deepcopy(facts)
    found = in_units(facts, "inch")
    assert facts == before
    assert found["size_mm"] == pytest.approx([25.4, 50.8, 76.2])
    assert found["thin_places"] == [{"at_mm": [25.4, 0.0, 0.0], "wall_mm": pytest.approx(2.54), "area_mm2": 25.4**2}]
    assert found["print_terms"] == {"section_area_mm2": [25.4**2, None], "loops": [1, 2]}
    assert found["objects"][0]["volume_mm3"] == pytest.approx(25.4**3)
    assert (found["tip_degrees"], found["stable"], found["orientations"]) == (30.0, True, [{"matrix": [[1.0]]}])
    assert "thin_area_mm2" not in found
    assert found["units_guess"] == {"unit": "inch", "confidence": 1.0, "reason": "owner"}


def test_a_file_that_declares_its_unit_is_not_scaled_again():
    assert in_units({"units": "mm", "size_mm": [1.0, 1.0, 1.0]}, "inch")["size_mm"] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("size", "low", "unit"),
    [
        ([60.0, 31.2, 48.0], [-30.0, -15.6, 0.0], "mm"),
        ([2.375, 1.5, 0.75], [0.0, 0.0, 0.0], "inch"),
        ([0.06, 0.031, 0.048], [-0.03, -0.015, 0.0], "m"),
        ([7.5, 3.5, 2.0], [106.0, 108.0, 0.0], "mm"),
        ([4.0, 4.0, 3.0], [108.0, 108.0, 0.0], "mm"),
        ([1e7, 1e7, 1e7], [0.0, 0.0, 0.0], "unknown"),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], "unknown"),
    ],
)
def test_the_unit_is_guessed_from_size_roundness_and_place(size, low, unit):
    guess = guess_units(size, "unknown", low)
    assert guess["unit"] == unit
    assert 0.0 <= guess["confidence"] <= 1.0
    assert (guess["confidence"] >= 0.5) == (unit != "unknown")


def test_a_declared_unit_is_certain():
    assert guess_units([1.0, 1.0, 1.0], "inch") == {"unit": "inch", "confidence": 1.0, "reason": "declared"}


def test_a_unit_that_is_not_sure_is_told_unless_it_is_mm():
    guess = {"unit": "inch", "confidence": 0.8, "reason": "round-in-inch"}
    assert told(units="unknown", units_guess=guess)["units-guess"].params["unit"] == "inch"
    assert "units-guess" not in told(units="unknown", units_guess={"unit": "mm", "confidence": 0.6})

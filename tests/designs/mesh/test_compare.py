"""Two versions of a part: what was added, removed, moved, turned; which findings are new, gone, better, worse."""

import csv
import json
from itertools import pairwise

import numpy as np
import pytest
import trimesh

from designs.mesh import compare, load
from designs.mesh.edge_table import volume_mm3, welded
from designs.mesh.types import Finding, Surface, Verdict


def surface(mesh):
    return welded(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int64))


def box(*size, at=(0, 0, 0)):
    mesh = trimesh.creation.box(size)
    mesh.apply_translation(np.array(size) / 2 + at)
    return surface(mesh)


def together(*surfaces):
    return surface(trimesh.util.concatenate([trimesh.Trimesh(s.points, s.faces, process=False) for s in surfaces]))


def moved(part, *shift):
    return Surface(part.points + np.array(shift, np.float64), part.faces)


def turned(part, angle, axis):
    turn = trimesh.transformations.rotation_matrix(angle, axis)[:3, :3]
    return Surface(part.points @ turn.T, part.faces)


def bracket(wall=3.0):
    """An L with a hole: no symmetry at all."""
    upright = trimesh.creation.box((wall, 12, 30)).apply_translation((-17, 0, 14))
    body = trimesh.boolean.union([trimesh.creation.box((40, 20, wall)), upright])
    hole = trimesh.creation.cylinder(3, 50, sections=48)
    hole.apply_translation((12, 4, 0))
    return surface(trimesh.boolean.difference([body, hole]))


def facts(before, after):
    return compare.measure(before, after).facts


def test_a_file_compared_with_itself_has_the_same_shape():
    part = bracket()
    found = facts(part, part)
    assert found["same_shape"]
    assert not found["only_retessellated"]
    assert (found["added_mm3"], found["removed_mm3"], found["max_distance_mm"]) == (0, 0, 0)
    assert found["changed_places"] == []


def test_facts_are_json_and_say_their_method_and_precision():
    found = json.loads(json.dumps(facts(box(20, 20, 20), box(20, 20, 22))))
    assert found["method"] == "exact"
    assert 0 < found["precision_mm"] < 0.001


def test_a_slab_on_top_is_material_added_and_where_it_is():
    compared = compare.measure(box(20, 20, 20), box(20, 20, 22))
    found = compared.facts
    assert found["added_mm3"] == pytest.approx(800)
    assert found["removed_mm3"] == 0
    assert found["volume_change_mm3"] == pytest.approx(800)
    assert found["max_distance_mm"] == pytest.approx(2)
    (place,) = found["changed_places"]
    assert (place["kind"], place["at_mm"], place["size_mm"]) == (
        "added",
        pytest.approx([10, 10, 21]),
        pytest.approx([20, 20, 2]),
    )
    assert place["distance_mm"] == pytest.approx(2)
    assert volume_mm3(compared.same) == pytest.approx(8000)
    assert volume_mm3(compared.added) == pytest.approx(800)
    assert len(compared.removed.faces) == 0


def test_a_hole_filled_and_another_drilled_are_two_places():
    plate = trimesh.creation.box((40, 20, 4))
    pin = trimesh.creation.box((4, 4, 10))
    left, right = pin.copy().apply_translation((-10, 0, 0)), pin.copy().apply_translation((10, 5, 0))
    before = surface(trimesh.boolean.difference([plate, left]))
    after = surface(trimesh.boolean.difference([plate, right]))
    found = facts(before, after)
    assert found["volume_change_mm3"] == pytest.approx(0, abs=1e-6)
    assert {place["kind"]: place["volume_mm3"] for place in found["changed_places"]} == {
        "added": pytest.approx(64),
        "removed": pytest.approx(64),
    }
    assert [place["at_mm"][0] for place in found["changed_places"] if place["kind"] == "removed"] == [pytest.approx(10)]


def test_other_triangles_of_the_same_shape_are_no_change():
    part = trimesh.creation.box((20, 30, 40))
    found = facts(surface(part), surface(part.subdivide().subdivide()))
    assert found["same_shape"]
    assert found["only_retessellated"]
    assert found["triangles_after"] == 16 * found["triangles_before"]


def test_a_part_that_was_only_moved_is_the_same_and_by_how_much_it_moved():
    part = bracket()
    found = facts(part, moved(part, 100.5, -3, 7.25))
    assert found["same_shape"]
    assert found["moved_mm"] == pytest.approx([100.5, -3, 7.25], abs=1e-3)


def test_a_part_that_was_moved_and_changed_is_compared_where_it_matches():
    before, after = bracket(3.0), moved(bracket(4.0), 50, 60, 0.5)
    still = facts(before, bracket(4.0))
    compared = compare.measure(before, after)
    found = compared.facts
    assert not found["same_shape"]
    assert found["moved_mm"][:2] == pytest.approx([50, 60], abs=1e-3)
    assert found["added_mm3"] - found["removed_mm3"] == pytest.approx(still["volume_change_mm3"], rel=1e-3)
    low = np.min([place["at_mm"] for place in found["changed_places"]], axis=0)
    assert low[0] > 20, "places are where the version after has them"
    assert compared.same.points[:, 0].min() > 20


@pytest.mark.parametrize(("angle", "axis"), [(np.pi / 2, (1, 0, 0)), (np.pi, (0, 1, 0)), (0.7, (1, 2, 3))])
def test_a_part_laid_on_another_side_is_the_same_shape(angle, axis):
    part = bracket()
    found = facts(part, moved(turned(part, angle, axis), 5, 6, 7))
    assert found["same_shape"]
    assert found["turned"]


def test_the_mirror_image_is_not_the_same_part():
    part = bracket()
    mirrored = Surface(part.points * [-1.0, 1.0, 1.0], np.ascontiguousarray(part.faces[:, ::-1]))
    found = facts(part, mirrored)
    assert found["mirrored"]
    assert not found["same_shape"]


def test_a_small_change_of_a_symmetric_part_is_not_taken_for_a_turn():
    before = box(20, 20, 20)
    after = Surface(before.points + np.where(before.points > 19, 0.05, 0.0), before.faces)
    found = facts(before, after)
    assert not found["turned"]
    assert not found["same_shape"]
    assert found["max_distance_mm"] == pytest.approx(0.05 * 3**0.5, rel=0.05)


@pytest.mark.parametrize("factor", [25.4, 1 / 25.4, 1000.0, 1.02])
def test_the_same_shape_in_another_size_is_said_with_its_factor(factor):
    part = bracket()
    found = facts(part, Surface(part.points * factor, part.faces))
    assert found["scaled_by"] == pytest.approx(factor, rel=1e-6)
    assert not found["same_shape"]


def test_a_file_turned_inside_out_still_has_the_same_shape():
    part = bracket()
    found = facts(part, Surface(part.points, np.ascontiguousarray(part.faces[:, ::-1])))
    assert found["same_shape"]
    assert found["volume_change_mm3"] == pytest.approx(0)


def test_entirely_different_parts_share_little():
    found = facts(bracket(), surface(trimesh.creation.icosphere(3, 12)))
    assert found["shared_share"] < 0.2
    assert found["volume_after_mm3"] == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.02)


def test_a_small_hole_is_closed_for_the_comparison_so_that_volumes_are_exact():
    open_ = box(20, 20, 22)
    found = facts(box(20, 20, 20), Surface(open_.points, open_.faces[1:]))
    assert found["method"] == "exact"
    assert found["closed_for_it"]
    assert not found["closed_after"]
    assert found["added_mm3"] == pytest.approx(800)


def test_open_surfaces_are_compared_by_their_faces():
    sheet = trimesh.creation.box((20, 20, 20)).subdivide().subdivide()
    middles = sheet.triangles_center
    cup = surface(trimesh.Trimesh(sheet.vertices, sheet.faces[middles[:, 2] < 9.9], process=False))
    dented = cup.points.copy()
    dented[(np.abs(dented[:, :2]) < 4).all(axis=1) & (dented[:, 2] < -9)] += (0, 0, 3)
    compared = compare.measure(cup, Surface(dented, cup.faces))
    found = compared.facts
    assert (found["method"], found["added_mm3"], found["removed_mm3"]) == ("surface", None, None)
    assert found["max_distance_mm"] == pytest.approx(3)
    assert {place["kind"] for place in found["changed_places"]} == {"added", "removed"}
    assert len(compared.same.faces) + len(compared.added.faces) == len(cup.faces)


def test_a_hollow_made_inside_is_material_removed():
    hollow = together(box(20, 20, 20), Surface(box(4, 4, 4, at=(8, 8, 8)).points, box(4, 4, 4).faces[:, ::-1]))
    found = facts(box(20, 20, 20), hollow)
    assert found["removed_mm3"] == pytest.approx(64)
    assert found["added_mm3"] == 0


def test_one_part_of_a_plate_changed_and_the_others_are_the_same():
    others = [moved(bracket(), 100, 0, 0), moved(bracket(), 0, 100, 0)]
    compared = compare.measure(together(box(10, 10, 10), *others), together(box(10, 10, 11), *others))
    assert compared.facts["added_mm3"] == pytest.approx(100)
    assert compared.facts["changed_place_count"] == 1
    assert volume_mm3(compared.same) == pytest.approx(1000 + 2 * volume_mm3(bracket()))


def test_a_part_put_on_the_plate_is_added_whole():
    found = facts(bracket(), together(bracket(), box(10, 10, 10, at=(50, 0, 0))))
    assert (found["method"], found["closed_for_it"]) == ("exact", False)
    assert found["added_mm3"] == pytest.approx(1000)
    assert found["removed_mm3"] == 0


def test_parts_placed_differently_on_a_plate_are_the_same_parts():
    before = together(box(10, 10, 10), moved(bracket(), 100, 0, 0))
    after = together(moved(box(10, 10, 10), 0, 90, 0), moved(bracket(), 60, 3, 0))
    found = facts(before, after)
    assert found["rearranged"]
    assert found["same_shape"]


@pytest.mark.parametrize("empty_first", [True, False])
def test_a_version_without_a_face_is_compared_too(empty_first):
    nothing = Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32))
    pair = (nothing, bracket()) if empty_first else (bracket(), nothing)
    found = facts(*pair)
    assert not found["same_shape"]
    assert found["shared_share"] == 0


def test_places_are_twenty_at_most_but_all_are_counted():
    pegs = [box(1, 1, 1, at=(3 * i, 3 * j, 4)) for i in range(6) for j in range(5)]
    plate = box(20, 20, 4)
    grown = trimesh.boolean.union([trimesh.Trimesh(s.points, s.faces) for s in [plate, *pegs]])
    found = facts(plate, surface(grown))
    assert found["changed_place_count"] == 30
    assert len(found["changed_places"]) == 20
    assert found["added_mm3"] == pytest.approx(30)


def test_every_version_of_real_parts_changes_by_what_is_added_less_what_is_removed(shared):
    with (shared / "history" / "VERSIONS.csv").open() as lines:
        names = [row["file"] for row in csv.DictReader(lines)]
    surfaces = {}
    for name in names:
        (part,) = load.load(shared / "history" / name, "stl").parts
        surfaces[name] = welded(part.points, part.faces)
    same = set()
    for first, second in pairwise(names):
        if first.split(".")[0] != second.split(".")[0]:
            continue
        found = facts(surfaces[first], surfaces[second])
        change = found["added_mm3"] - found["removed_mm3"]
        assert change == pytest.approx(found["volume_change_mm3"], abs=1e-4 * found["volume_before_mm3"]), second
        if found["same_shape"]:
            same.add(second.removesuffix(".stl"))
    assert same == {
        *("carriage.v09", "carriage.v10", "effector.v04", "effector.v05"),
        *("endstop.v02", "endstop.v03", "extruder.v07", "extruder.v08"),
    }


def verdict(*found):
    return Verdict("care", tuple(found))


def thin(value):
    return Finding("thin", "warning", value, 0.8, "mm")


def walls(*places):
    listed = [{"at_mm": list(at), "wall_mm": wall, "area_mm2": 5.0} for at, wall in places]
    return {"size_mm": [40, 40, 40], "thin_places": listed, "wall_min_mm": min((w for _, w in places), default=None)}


def changes(before, after, was, now, **more):
    return [(c.code, c.kind, c.before, c.after) for c in compare.findings(before, after, was, now, **more)]


def test_a_wall_that_became_too_thin_is_new_with_both_thicknesses_and_its_place():
    before, after = walls(((1, 2, 3), 1.19)), walls(((1.2, 2, 3), 0.7))
    (change,) = compare.findings(before, after, verdict(), verdict(thin(0.7)))
    assert (change.code, change.kind, change.before, change.after) == ("thin", "new", 1.19, 0.7)
    assert change.at_mm == (1.2, 2.0, 3.0)
    assert change.limit == 0.8


def test_walls_are_matched_where_they_are_even_when_the_part_was_moved():
    before, after = walls(((1, 2, 3), 0.5), ((30, 2, 3), 0.6)), walls(((101, 2, 3), 0.7), ((130, 2, 3), 0.6))
    found = changes(before, after, verdict(thin(0.5)), verdict(thin(0.6)), moved_mm=(100, 0, 0))
    assert found == [("thin", "better", 0.5, 0.7)]


def test_a_wall_made_thick_enough_is_gone_and_a_new_thin_one_elsewhere_comes_first():
    before, after = walls(((1, 2, 3), 0.5)), walls(((1, 2, 3), 1.0), ((30, 30, 30), 0.6))
    found = changes(before, after, verdict(thin(0.5)), verdict(thin(0.6)))
    assert found == [("thin", "new", None, 0.6), ("thin", "gone", 0.5, 1.0)]


def test_counts_that_vanish_or_appear_are_gone_or_new_from_nought():
    edges = Finding("not-watertight", "error", 12.0, 0.0, "edges")
    closed = Finding("watertight", "ok", 0.0, 0.0, "edges")
    assert changes({}, {}, verdict(edges), verdict(closed)) == [("not-watertight", "gone", 12.0, 0.0)]
    assert changes({}, {}, verdict(closed), verdict(edges)) == [("not-watertight", "new", 0.0, 12.0)]


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [(0.20, 0.30, "worse"), (0.30, 0.20, "better"), (0.300, 0.303, None)],
)
def test_more_overhang_is_worse_and_a_change_of_one_percent_is_none(was, now, kind):
    found = [Finding("overhang", "warning", share, 0.05, "share") for share in (was, now)]
    result = changes({}, {}, verdict(found[0]), verdict(found[1]))
    assert result == ([("overhang", kind, was, now)] if kind else [])


def test_a_graver_severity_is_worse_whatever_the_number():
    was, now = Finding("bridge", "info", 9.0, 8.0, "mm"), Finding("bridge", "warning", 9.0, 8.0, "mm")
    assert changes({}, {}, verdict(was), verdict(now)) == [("bridge", "worse", 9.0, 9.0)]


def test_an_overhang_that_vanished_tells_what_is_left_of_it():
    was, now = Finding("overhang", "warning", 0.3, 0.05, "share"), Finding("overhang-ok", "ok", 0.01, 0.05, "share")
    assert changes({}, {}, verdict(was), verdict(now)) == [("overhang", "gone", 0.3, 0.01)]


def test_mass_is_volume_times_density():
    assert compare.mass_g(10_000, 1.24) == pytest.approx(12.4)

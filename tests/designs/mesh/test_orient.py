"""Which way up is best, and how much support each way needs, on solids whose answer is known."""

import json
import time

import numpy as np
import pytest
import trimesh

from designs.mesh import orient, supports
from designs.mesh.types import Surface

UPSIDE_DOWN = np.diag([1.0, -1.0, -1.0])


def surface(mesh):
    return Surface(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32))


def block(sides, middle):
    mesh = trimesh.creation.box(sides)
    mesh.apply_translation(middle)
    return mesh


def union(*meshes):
    return trimesh.boolean.union(meshes, engine="manifold")


def tee():
    return union(block([10, 20, 30], [0, 0, 15]), block([50, 20, 10], [0, 0, 35]))


def table():
    legs = [block([6, 6, 50], [x, y, 25]) for x in (-45, 45) for y in (-25, 25)]
    return union(block([100, 60, 5], [0, 0, 50]), *legs)


def cone(tip_down=False):
    mesh = trimesh.creation.cone(radius=10, height=30)
    if tip_down:
        mesh.vertices[:, 2] *= -1
        mesh.invert()
    return mesh


def best(mesh):
    return orient.best(surface(mesh), {"centre_of_mass_mm": mesh.center_mass.tolist()})


def down(found):
    """What was which way before it became down."""
    return -np.array(found["matrix"])[2]


def test_the_arms_of_a_t_need_the_space_under_them():
    assert supports.volume(surface(tee()), np.eye(3)) == pytest.approx(40 * 20 * 30, rel=0.01)
    assert supports.volume(surface(tee()), UPSIDE_DOWN) == 0


def test_a_bridge_needs_the_space_between_its_feet():
    bridge = union(block([5, 10, 20], [-20, 0, 10]), block([5, 10, 20], [20, 0, 10]), block([45, 10, 5], [0, 0, 22.5]))
    assert supports.volume(surface(bridge), np.eye(3)) == pytest.approx(35 * 10 * 20, rel=0.02)


def test_support_stops_at_the_part_below():
    shelf = union(block([40, 10, 4], [0, 0, 2]), block([4, 10, 40], [-18, 0, 20]), block([40, 10, 4], [0, 0, 38]))
    assert supports.volume(surface(shelf), np.eye(3)) == pytest.approx(36 * 10 * 32, rel=0.02)


def test_a_ball_needs_the_support_that_geometry_says():
    ball = trimesh.creation.icosphere(subdivisions=6, radius=10)
    under = 10 / np.sqrt(2)
    exact = np.pi * under**2 * 10 - 2 / 3 * np.pi * 1000 * (1 - 0.5**1.5)
    assert supports.volume(surface(ball), np.eye(3)) == pytest.approx(exact, rel=0.01)


def test_a_slope_of_exactly_45_degrees_needs_no_support():
    wedge = trimesh.convex.convex_hull(
        [[0, 0, 0], [10, 0, 0], [0, 9, 0], [10, 9, 0], [0, 0, 8], [18, 0, 8], [0, 9, 8], [18, 9, 8]]
    )
    assert supports.volume(surface(wedge), np.eye(3)) == 0
    steeper = Surface(wedge.vertices * [1.1, 1, 1], np.array(wedge.faces, np.int32))
    assert supports.volume(steeper, np.eye(3)) > 0


def test_a_stack_of_very_many_slabs_is_measured_in_bounded_time():
    count = 200_000
    place = np.random.default_rng(3).permutation(count)
    points = np.column_stack([np.tile([0, 50, 0.0], count), np.tile([0, 0, 50.0], count), np.repeat(place / 5.0, 3)])
    faces = np.arange(3 * count, dtype=np.int32).reshape(-1, 3)
    faces[place % 2 == 0] = faces[place % 2 == 0][:, ::-1]
    began = time.process_time()
    found = supports.volume(Surface(points, faces), np.eye(3))
    assert time.process_time() - began < 5
    assert found == pytest.approx(count / 2 * 0.2 * 1250, rel=0.3)


def test_a_block_inside_another_needs_no_support_of_its_own():
    both = trimesh.util.concatenate([block([20, 20, 20], [0, 0, 10]), block([10, 10, 10], [0, 0, 10])])
    assert supports.volume(surface(both), np.eye(3)) == 0


def test_a_cone_on_its_tip_is_turned_onto_its_base():
    found = best(cone(tip_down=True))
    assert down(found[0]) == pytest.approx([0, 0, 1])
    assert found[0]["stable"]
    assert {"larger-contact", "more-stable"} <= set(found[0]["reasons"])


def test_a_cone_on_its_base_stays():
    found = best(cone())
    assert np.array(found[0]["matrix"]) == pytest.approx(np.eye(3))
    assert found[0]["reasons"] == ["already-best"]
    assert not any("already-best" in other["reasons"] for other in found[1:])


def test_a_table_is_printed_upside_down():
    found = best(table())
    assert down(found[0]) == pytest.approx([0, 0, 1])
    assert found[0]["support_volume_mm3"] == 0
    assert found[0]["bed_contact_mm2"] == pytest.approx(6000)
    assert {"less-support", "larger-contact"} <= set(found[0]["reasons"])


def test_a_t_is_laid_down_so_that_it_needs_no_support():
    found = best(tee())
    assert found[0]["support_volume_mm3"] == 0
    assert "less-support" in found[0]["reasons"]


def test_a_tilted_bracket_is_laid_flat():
    mesh = union(block([40, 20, 4], [20, 0, 2]), block([4, 20, 40], [2, 0, 20]))
    mesh.apply_transform(trimesh.transformations.rotation_matrix(0.6, [1, 2, 0.5]))
    found = best(mesh)
    turned = mesh.vertices @ np.array(found[0]["matrix"]).T
    assert np.ptp(turned[:, 2]) == pytest.approx(found[0]["height_mm"], abs=1e-6)
    assert found[0]["support_volume_mm3"] == 0
    assert found[0]["bed_contact_mm2"] == pytest.approx(304, rel=1e-6)


def test_a_way_up_that_would_fall_over_is_not_offered():
    tower = union(block([40, 40, 3], [0, 0, 1.5]), block([4, 4, 120], [0, 0, 60]))
    found = best(tower)
    assert all(other["tip_degrees"] >= 5 for other in found)
    assert down(found[0]) == pytest.approx([0, 0, -1])


def test_every_matrix_is_a_rotation_and_the_scores_fall():
    found = best(table())
    for other in found:
        matrix = np.array(other["matrix"])
        assert matrix @ matrix.T == pytest.approx(np.eye(3))
        assert np.linalg.det(matrix) == pytest.approx(1)
    scores = [other["score"] for other in found]
    assert scores == sorted(scores, reverse=True)
    assert len(json.dumps(found)) < 3000


@pytest.mark.parametrize("down", [[0, 0, -1], [0, 0, 1], [1, 0, 0], [0.6, 0, -0.8], [-0.48, 0.6, 0.64]])
def test_the_turn_brings_the_side_onto_the_bed(down):
    matrix = orient.turning(np.array(down, np.float64))
    assert matrix @ down == pytest.approx([0, 0, -1])
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_what_has_no_area_has_no_best_way_up():
    flat = Surface(np.zeros((3, 3)), np.array([[0, 1, 2]], np.int32))
    assert orient.best(flat, {"centre_of_mass_mm": [0, 0, 0]}) == []
    assert supports.volume(flat, np.eye(3)) == 0


def test_a_single_triangle_does_not_break_it():
    one = Surface(np.array([[0, 0, 0], [4, 0, 0], [0, 3, 0.0]]), np.array([[0, 1, 2]], np.int32))
    assert orient.best(one, {"centre_of_mass_mm": [1, 1, 0]})


AS_PRINTED = [
    "files/prusa3d__Original-Prusa-i3/extruder-cover.stl",
    "files/prusa3d__Original-Prusa-i3/y-belt-idler.stl",
    "files/prusa3d__Original-Prusa-i3/x-carriage-back.stl",
    "files/prusa3d__Original-Prusa-i3/raspberry_cover.stl",
    "files/rwb27__openflexure_microscope/z_axis.stl",
    "history/carriage.v10.stl",
    "history/effector.v06.stl",
    "history/extruder.v08.stl",
]


@pytest.mark.parametrize("name", AS_PRINTED)
def test_parts_that_their_designers_laid_out_for_printing_stay_as_they_are(shared, name):
    found = best(trimesh.load(shared / name))
    assert found[0]["reasons"] == ["already-best"]

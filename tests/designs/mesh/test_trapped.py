"""Voids and cups hold what they were made to hold; what has a way out holds nothing."""

import numpy as np
import pytest

from designs.mesh import trapped
from designs.mesh.types import Surface
from tests.designs.mesh.shapes import ball, block, box, rod, surface


def cup(*cuts):
    solid = block(0, 0, 0, 40, 30, 20) - block(2, 2, 2, 38, 28, 21)
    for cut in cuts:
        solid -= cut
    return solid


def test_a_hollow_ball_traps_its_void():
    found = trapped.measure(surface(ball(20), ball(15, inside_out=True)))
    assert found["trapped_volume_mm3"] == pytest.approx(4 / 3 * np.pi * 15**3, rel=0.01)
    assert found["cup_volume_mm3"] == 0


def test_walls_thinner_than_the_grid_are_tight():
    found = trapped.measure(surface(block(0, 0, 0, 200, 200, 200) - block(0.4, 0.4, 0.4, 199.6, 199.6, 199.6)))
    assert found["trapped_volume_mm3"] == pytest.approx(199.2**3, rel=0.02)


def test_a_cup_holds_what_is_below_its_rim():
    found = trapped.measure(surface(cup()))
    assert found["cup_volume_mm3"] == pytest.approx(36 * 26 * 18, rel=0.02)
    assert found["cup_volume_turned_mm3"] == 0
    assert found["trapped_volume_mm3"] == 0


def test_a_cup_upside_down_holds_nothing_until_it_is_turned():
    found = trapped.measure(surface(cup().rotate([180, 0, 0])))
    assert found["cup_volume_mm3"] == 0
    assert found["cup_volume_turned_mm3"] == pytest.approx(36 * 26 * 18, rel=0.02)


def test_a_hole_in_the_floor_drains_a_cup_and_a_window_does_down_to_its_sill():
    assert trapped.find(surface(cup(rod(3, 10, 32, at=(20, 15, -5))))).cups == 0
    found = trapped.find(surface(cup(block(-1, 10, 10, 3, 20, 15))))
    assert found.cups == pytest.approx(36 * 26 * 8, rel=0.02)


def test_a_flat_tray_is_measured_as_finely_as_it_is_flat():
    found = trapped.find(surface(block(0, 0, 0, 200, 200, 3) - block(1, 1, 1, 199, 199, 4)))
    assert found.cups == pytest.approx(198 * 198 * 2, rel=0.01)


def test_solid_and_overlapping_parts_trap_nothing():
    nothing = {"trapped_volume_mm3": 0, "cup_volume_mm3": 0, "cup_volume_turned_mm3": 0}
    assert trapped.measure(surface(box(200, 200, 3))) == nothing
    assert trapped.measure(surface(box(10, 10, 10), box(20, 5, 5, at=(-5, 2, 2)))) == nothing


def test_four_boxes_that_overlap_into_a_frame_close_a_void_that_no_shell_has():
    frame = [box(30, 2, 30), box(30, 2, 30, at=(0, 28, 0)), box(2, 30, 30), box(2, 30, 30, at=(28, 0, 0))]
    lids = [box(30, 30, 2), box(30, 30, 2, at=(0, 0, 28))]
    assert trapped.find(surface(*frame, *lids)).enclosed == pytest.approx(26**3, rel=0.03)
    assert trapped.find(surface(*frame, lids[0])).enclosed == 0


def test_a_part_wound_inside_out_has_the_same_void():
    part = surface(block(0, 0, 0, 30, 30, 30) - block(5, 5, 5, 25, 25, 25))
    turned = Surface(part.points, np.ascontiguousarray(part.faces[:, ::-1]))
    assert trapped.find(turned).enclosed == pytest.approx(8000, rel=0.03)


def test_a_mesh_that_is_too_open_is_not_judged():
    part = surface(box(10, 10, 10))
    open_part = Surface(part.points, part.faces[part.normals[:, 2] < 0.5])
    assert trapped.measure(open_part) == {
        "trapped_volume_mm3": None, "cup_volume_mm3": None, "cup_volume_turned_mm3": None
    }  # fmt: skip
    assert trapped.find(Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32))) is None

"""A bridge is as long as the way from support to support; what hangs out on one side is none."""

import numpy as np
import pytest

from designs.mesh import bridges
from tests.designs.mesh.shapes import block, rod, surface


def measured(solid):
    return bridges.measure(surface(solid))


def portal(span):
    return block(0, 0, 0, 5, 10, 20) + block(5 + span, 0, 0, 10 + span, 10, 20) + block(0, 0, 20, 10 + span, 10, 25)


@pytest.mark.parametrize("degrees", [0, 33])
def test_a_portal_is_as_long_as_its_opening_however_it_is_turned(degrees):
    found = measured(portal(20).rotate([0, 0, degrees]))
    assert found["bridge_max_mm"] == pytest.approx(20, rel=1e-5)
    assert len(found["bridges"]) == 1
    assert found["bridges"][0]["area_mm2"] == pytest.approx(200, rel=1e-4)
    x, y, z = found["bridges"][0]["at_mm"]
    turn = np.radians(-degrees)
    assert x * np.cos(turn) - y * np.sin(turn) == pytest.approx(15, abs=0.1)
    assert z == pytest.approx(20)


def test_a_letter_t_has_arms_that_hang_out_and_no_bridge():
    assert measured(block(-2, 0, 0, 2, 10, 20) + block(-20, 0, 20, 20, 10, 25)) == {"bridges": [], "bridge_max_mm": 0.0}


def test_a_letter_y_has_slopes_and_no_bridge():
    from manifold3d import Manifold

    ends = [[x, y, z] for y in (0, 10) for x, z in ((-2, 20), (2, 20), (18, 40), (22, 40))]
    arm = Manifold.hull_points(np.array(ends, float))
    assert measured(block(-2, 0, 0, 2, 10, 20) + arm + arm.mirror([1, 0, 0]))["bridge_max_mm"] == 0


def test_a_table_in_the_shape_of_a_t_spans_between_its_outer_feet():
    """Seen from above: a beam of 30 mm between two feet, and a stem to a third foot that no straight line crosses."""
    feet = block(0, 0, 0, 5, 10, 20) + block(35, 0, 0, 40, 10, 20) + block(15, 40, 0, 25, 45, 25)
    found = measured(feet + block(0, 0, 20, 40, 10, 25) + block(15, 10, 20, 25, 40, 25))
    assert found["bridge_max_mm"] == pytest.approx(30)
    assert found["bridges"][0]["area_mm2"] == pytest.approx(300, rel=0.05)


def test_a_pocket_spans_its_short_side():
    found = measured(block(0, 0, 0, 40, 20, 10) - block(5, 4, -1, 35, 16, 6))
    assert found["bridge_max_mm"] == pytest.approx(12)
    assert found["bridges"][0]["area_mm2"] == pytest.approx(360, rel=1e-3)


def test_a_round_pocket_spans_its_diameter_and_a_counterbore_less():
    plate = block(-20, -20, 0, 20, 20, 10) - rod(16, 6, 128, at=(0, 0, -1))
    assert measured(plate)["bridge_max_mm"] == pytest.approx(16, rel=0.01)
    ring = measured(plate - rod(6, 30, 64, at=(0, 0, -5)))["bridge_max_mm"]
    assert ring == pytest.approx(2 * np.sqrt(8**2 - 3**2), rel=0.03)


def test_the_longest_comes_first_and_a_block_on_the_bed_has_none():
    found = measured(portal(20) + portal(8).translate([0, 30, 0]))
    assert [item["length_mm"] for item in found["bridges"]] == pytest.approx([20, 8])
    assert measured(block(0, 0, 0, 40, 20, 10))["bridges"] == []

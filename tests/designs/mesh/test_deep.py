"""The slow facts of whole files: what one measurement knows serves the others."""

import numpy as np
import pytest

from designs.mesh import measure
from designs.mesh.deep import Deep
from designs.mesh.printability import judge
from designs.mesh.types import Loaded, Part
from designs.mesh.units import in_units
from tests.designs.mesh.shapes import block, surface


def facts(*solids, turned=False, per=1.0, units="mm"):
    whole = surface(*solids)
    faces = whole.faces[:, ::-1] if turned else whole.faces
    deep = Deep(measure.measure(Loaded([Part("", whole.points / per, faces)], units), "stl"))
    for known in deep.steps():
        found = known
    assert not found["warnings"]
    return found


def test_a_closed_void_traps_exactly_what_it_holds():
    found = facts(block(0, 0, 0, 20, 20, 20) - block(5, 5, 5, 10, 10, 10))
    assert found["trapped_volume_mm3"] == found["cavity_volume_mm3"] == pytest.approx(125.0)


@pytest.mark.parametrize(("unit", "mm"), [("inch", 25.4), ("m", 1000.0)])
def test_a_part_in_another_unit_is_judged_as_in_mm_once_its_owner_has_said_it(unit, mm):
    gate = block(0, 0, 0, 5, 10, 20) + block(35, 0, 0, 40, 10, 20) + block(0, 0, 20, 40, 10, 24)
    usual, other = facts(gate), in_units(facts(gate, per=mm, units="unknown"), unit)
    for key in ("bed_contact_mm2", "overhang_area_mm2", "bridge_max_mm", "support_volume_mm3", "tip_degrees"):
        assert other[key] == pytest.approx(usual[key], rel=1e-6)
    assert [one.code for one in judge(other).findings] == [one.code for one in judge(usual).findings]


def test_a_body_inside_a_void_leaves_less_to_be_trapped():
    shell = block(0, 0, 0, 20, 20, 20) - block(2, 2, 2, 18, 18, 18)
    found = facts(shell, block(6, 6, 6, 14, 14, 14))
    assert found["trapped_volume_mm3"] == pytest.approx(16**3 - 8**3, rel=0.03)


def test_a_part_inside_out_is_turned_and_estimated_as_it_prints():
    gate = block(0, 0, 0, 5, 10, 20) + block(25, 0, 0, 30, 10, 20) + block(0, 0, 20, 30, 10, 24)
    right, wrong = facts(gate), facts(gate, turned=True)
    assert wrong["support_volume_mm3"] == pytest.approx(right["support_volume_mm3"])
    assert wrong["orientations"][0]["support_volume_mm3"] == 0
    assert wrong["print_terms"] == right["print_terms"]
    assert np.array(wrong["descriptor"]) == pytest.approx(np.array(right["descriptor"]), abs=0.05)

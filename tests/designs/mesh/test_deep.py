"""The slow facts of whole files: what one measurement knows serves the others."""

import numpy as np
import pytest

from designs.mesh import measure
from designs.mesh.deep import Deep
from designs.mesh.types import Loaded, Part
from tests.designs.mesh.shapes import block, surface


def facts(*solids, turned=False):
    whole = surface(*solids)
    faces = whole.faces[:, ::-1] if turned else whole.faces
    deep = Deep(measure.measure(Loaded([Part("", whole.points, faces)], "mm"), "stl"))
    for known in deep.steps():
        found = known
    assert not found["warnings"]
    return found


def test_a_closed_void_traps_exactly_what_it_holds():
    found = facts(block(0, 0, 0, 20, 20, 20) - block(5, 5, 5, 10, 10, 10))
    assert found["trapped_volume_mm3"] == found["cavity_volume_mm3"] == pytest.approx(125.0)


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

"""The sample designs are solids that say what they are meant to say."""

import io

import pytest
import trimesh

from designs.demo import shapes


@pytest.mark.parametrize("shape", [shapes.box, shapes.lid, shapes.gear, shapes.bracket, shapes.vase, shapes.knob])
def test_each_sample_is_one_closed_solid(shape):
    mesh = trimesh.load(io.BytesIO(shapes.stl(shape())), file_type="stl")
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    assert mesh.body_count == 1
    assert mesh.volume > 0


def test_the_gear_has_the_tip_diameter_of_iso_53():
    low, high = (
        shapes.gear(teeth=24, module=2).bounding_box()[:3],
        shapes.gear(teeth=24, module=2).bounding_box()[3:],
    )
    assert high[0] == pytest.approx(26, abs=0.02)
    assert low[0] == pytest.approx(-26, abs=0.02)


def test_the_broken_vase_is_open():
    mesh = trimesh.load(io.BytesIO(shapes.stl(shapes.vase(), drop=420, flip=160)), file_type="stl")
    assert not mesh.is_watertight

"""Round holes and pins have the diameters they were made with; what is not round is neither."""

import numpy as np
import pytest
import trimesh

from designs.mesh import features, neighbours, probes
from tests.designs.mesh.shapes import ball, block, box, rod, surface


def measured(*shapes):
    part = surface(*shapes)
    return features.measure(part, probes.probe(part))


def drilled(*holes):
    plate = block(0, 0, 0, 50, 20, 4)
    for i, (diameter, sides) in enumerate(holes):
        plate -= rod(diameter, 10, sides, at=(10 * (i + 1), 10, -2))
    return plate


def test_holes_of_a_plate_are_measured():
    found = measured(drilled((0.5, 8), (2, 16), (3, 64), (5, 200)))
    assert [hole["diameter_mm"] for hole in found["round_holes"]] == pytest.approx([0.5, 2, 3, 5], rel=1e-4)
    assert [hole["depth_mm"] for hole in found["round_holes"]] == pytest.approx([4] * 4)
    assert found["round_holes"][1]["at_mm"] == pytest.approx([20, 10, 2], abs=1e-4)
    assert found["round_holes"][1]["axis"] == pytest.approx([0, 0, 1], abs=1e-5)
    assert found["pins"] == []


@pytest.mark.parametrize("sides", [8, 12, 24])
def test_a_finer_mesh_of_a_hole_leaves_its_diameter(sides):
    plain = drilled((2, sides)).to_mesh()
    mesh = trimesh.Trimesh(plain.vert_properties[:, :3], plain.tri_verts, process=False).subdivide().subdivide()
    assert [hole["diameter_mm"] for hole in measured(mesh)["round_holes"]] == pytest.approx([2], rel=1e-4)


def test_pins_are_measured_on_their_axis():
    plate = block(0, 0, 0, 40, 20, 3) + rod(1, 8, 32, at=(10, 10, 2)) + rod(3, 8, 32, at=(25, 10, 2))
    found = measured(plate)
    assert [pin["diameter_mm"] for pin in found["pins"]] == pytest.approx([1, 3], rel=1e-4)
    assert [pin["height_mm"] for pin in found["pins"]] == pytest.approx([7, 7], rel=1e-5)
    assert found["pins"][0]["at_mm"] == pytest.approx([10, 10, 6.5], abs=1e-4)
    assert found["round_holes"] == []


def test_a_turned_counterbore_is_two_holes_on_one_axis():
    bored = block(0, 0, 0, 40, 20, 10) - rod(3, 20, 32, at=(10, 10, -2)) - rod(6, 20, 32, at=(10, 10, 6))
    narrow, wide = measured(bored.rotate([20, 30, 40]))["round_holes"]
    assert (narrow["diameter_mm"], narrow["depth_mm"]) == pytest.approx((3, 6), rel=1e-4)
    assert (wide["diameter_mm"], wide["depth_mm"]) == pytest.approx((6, 4), rel=1e-4)
    assert np.abs(np.dot(narrow["axis"], wide["axis"])) == pytest.approx(1, abs=1e-6)


def test_a_hole_cut_by_another_is_still_a_hole():
    cross = rod(5, 40, 64, at=(0, 0, -20))
    block_of_20 = block(-10, -10, -10, 10, 10, 10) - cross - cross.rotate([90, 0, 0])
    assert [hole["diameter_mm"] for hole in measured(block_of_20)["round_holes"]] == pytest.approx([5] * 4, rel=1e-4)


def test_a_tube_is_a_hole_in_a_pin():
    found = measured(trimesh.creation.annulus(9, 10, 30, sections=128))
    assert [hole["diameter_mm"] for hole in found["round_holes"]] == pytest.approx([18])
    assert [pin["diameter_mm"] for pin in found["pins"]] == pytest.approx([20])


def test_a_part_wound_inside_out_has_its_holes():
    part = surface(drilled((3, 32)))
    turned = type(part)(part.points, np.ascontiguousarray(part.faces[:, ::-1]))
    found = features.measure(turned, probes.probe(turned))
    assert [hole["diameter_mm"] for hole in found["round_holes"]] == pytest.approx([3], rel=1e-4)
    assert found["pins"] == []


def not_round():
    rods = rod(4, 20, 64) + rod(4, 20, 64).translate([6, 0, 0])
    yield "slot", block(0, 0, 0, 40, 20, 10) - rods.hull().translate([10, 10, -2])
    yield "nut trap", drilled((6, 6))
    yield "trough", block(0, 0, 0, 40, 20, 10) - rod(4, 50, 64).rotate([0, 90, 0]).translate([-2, 10, 10])
    yield "oval", block(0, 0, 0, 40, 20, 10) - rod(4, 20, 64).scale([1.5, 1, 1]).translate([15, 10, -2])
    yield "ball", ball(10)
    yield "ring", trimesh.creation.torus(10, 2, 64, 64)
    yield "cone", trimesh.creation.cone(10, 20, sections=64)
    yield "box", box(10, 10, 10)
    yield (
        "rounded box",
        sum((rod(6, 5, 64, at=at) for at in ((20, 0, 0), (0, 10, 0), (20, 10, 0))), rod(6, 5, 64)).hull(),
    )


@pytest.mark.parametrize(("name", "solid"), [pytest.param(*each, id=each[0]) for each in not_round()])
def test_what_is_not_round_is_no_hole_and_no_pin(name, solid):
    found = measured(solid)
    assert (found["round_holes"], found["pins"]) == ([], []), name


def test_ribs_and_grooves_finer_than_a_nozzle_are_fine_detail():
    plate = block(0, 0, 0, 40, 20, 5)
    assert measured(plate)["fine_detail_area_mm2"] == 0
    ribbed = plate + block(10, 5, 5, 10.3, 15, 6)
    assert measured(ribbed)["fine_detail_area_mm2"] == pytest.approx(20, rel=0.35)
    grooved = plate - block(10, 5, 3, 10.3, 15, 6)
    assert measured(grooved)["fine_detail_area_mm2"] == pytest.approx(40, rel=0.35)
    wide = plate - block(10, 5, 3, 10.4, 15, 6)
    assert measured(wide)["fine_detail_area_mm2"] == 0


def test_parts_close_together_are_not_a_groove():
    assert measured(box(10, 10, 10), box(10, 10, 10, at=(10.2, 0, 0)))["fine_detail_area_mm2"] == 0


def test_neighbours_know_borders_and_edges_of_three_faces():
    fan = np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]], np.int32)
    beyond = neighbours.across(fan)
    assert beyond[:, 0].tolist() == [-2, -2, -2]
    assert (beyond[:, 1:] == -1).all()
    cube = surface(box(1, 1, 1))
    beyond = neighbours.across(cube.faces)
    assert all(face in beyond[other] for face in range(12) for other in beyond[face])
    assert neighbours.shells(neighbours.across(surface(box(1, 1, 1), box(1, 1, 1, at=(3, 0, 0))).faces)).max() == 1

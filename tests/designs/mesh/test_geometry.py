"""Sums over triangles against the formulas of solids: volume, centre, overhang by angle, contact with the bed."""

import numpy as np
import pytest

from designs.mesh import geometry, measure, overhang, topology
from designs.mesh.types import Loaded
from tests.designs.mesh import solids


def facts(solid):
    return measure.part_facts(solids.part(solid))


def plate(*found):
    return measure.facts_of(Loaded([solids.part(solid, f"part {n}") for n, solid in enumerate(found)]), "3mf")


def wedge(degrees, height=10.0):
    """A prism on its edge: one face leans out by an angle from the vertical, the other stands upright."""
    out = height * np.tan(np.radians(degrees))
    points = np.array([[0, 0, 0], [0, 0, height], [out, 0, height]], float)
    points = np.vstack([points, points + np.array([0, 10, 0])])
    faces = [[0, 2, 1], [3, 4, 5], [0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [0, 3, 5], [0, 5, 2]]
    return points, np.array(faces)


def test_a_cube_far_away_keeps_its_volume_and_its_centre():
    found = facts(solids.cube(10, (1e6, -2e6, 3e6)))
    assert found["volume_mm3"] == pytest.approx(1000, rel=1e-12)
    assert found["area_mm2"] == pytest.approx(600, rel=1e-12)
    assert found["centre_of_mass_mm"] == pytest.approx([1e6 + 5, -2e6 + 5, 3e6 + 5], rel=1e-12)


def test_the_centre_of_mass_leans_to_the_larger_solid_and_away_from_a_void():
    found = facts(solids.joined(solids.cube(2), solids.cube(4, (10, 0, 0))))
    assert found["centre_of_mass_mm"] == pytest.approx([(8 * 1 + 64 * 12) / 72, (8 + 128) / 72, (8 + 128) / 72])
    hollow = facts(solids.joined(solids.cube(10), solids.cube(2, (1, 4, 4), inverted=True)))
    assert hollow["centre_of_mass_mm"] == pytest.approx([(5000 - 8 * 2) / 992, 5, 5])


def test_the_volume_of_an_open_mesh_is_taken_from_its_first_point():
    points, faces = solids.without(solids.cube(10, (100, 100, 100)), solids.TOP)
    assert facts((points, faces))["volume_mm3"] == pytest.approx(2000 / 3)
    assert facts((points + 500, faces))["volume_mm3"] == pytest.approx(2000 / 3)


def test_the_centre_of_an_open_mesh_is_that_of_its_surface():
    points, faces = solids.without(solids.cube(), solids.TOP)
    assert facts((points, faces))["centre_of_mass_mm"] == pytest.approx([5, 5, 4])


@pytest.mark.parametrize(("degrees", "angles"), [(20, 0), (35, 1), (50, 2), (65, 3), (80, 4)])
def test_a_leaning_face_hangs_over_past_its_angle_only(degrees, angles):
    area = 100 / np.cos(np.radians(degrees))
    found = facts(wedge(degrees))
    assert found["overhang_by_angle_mm2"] == pytest.approx([area] * angles + [0.0] * (4 - angles))
    assert found["overhang_area_mm2"] == pytest.approx(area if degrees > 45 else 0)
    assert found["bed_contact_mm2"] == 0


@pytest.mark.parametrize("at", range(4))
def test_a_face_at_exactly_an_angle_does_not_count(at):
    assert facts(wedge(overhang.ANGLES[at]))["overhang_by_angle_mm2"][at] == 0


def test_what_lies_on_the_bed_is_not_overhang_and_what_floats_is():
    table = solids.joined(solids.cube(), solids.cube(4, (20, 0, 3)))
    found = facts(table)
    assert found["bed_contact_mm2"] == pytest.approx(100)
    assert found["overhang_by_angle_mm2"] == pytest.approx([16] * 4)


def test_triangles_without_area_are_counted():
    points, faces = solids.cube()
    surface = topology.surface(solids.part((np.vstack([points, [[5, 0, 0]]]), np.vstack([faces, [[0, 8, 4]]]))))
    sums = geometry.sums(surface, np.zeros(len(surface.faces), np.int32), 1, 0.0)
    assert sums.flat_triangles == 1
    assert sums.area == pytest.approx(600)


def test_a_sheet_of_two_sides_is_closed_and_no_solid():
    points = np.array([[0, 0, 0], [7, 0, 1], [0, 7, 2]], float) / 3
    found = facts((points, np.array([[0, 1, 2], [0, 2, 1]])))
    assert found["watertight"]
    assert not found["solid"]
    assert found["inverted_shells"] == 0


def test_a_plate_adds_its_parts_and_stands_on_one_bed():
    found = plate(solids.cube(), solids.cube(4, (20, 0, 6)), solids.torus())
    assert found["object_count"] == 3
    assert [item["name"] for item in found["objects"]] == ["part 0", "part 1", "part 2"]
    assert found["volume_mm3"] == pytest.approx(sum(item["volume_mm3"] for item in found["objects"]))
    assert found["genus"] == 1
    assert found["shells"] == 3
    assert found["min_mm"] == pytest.approx([-25, -25, -5])
    assert found["bed_contact_mm2"] == 0
    alone = plate(solids.cube(), solids.cube(4, (20, 0, 6)))
    assert alone["bed_contact_mm2"] == pytest.approx(100)
    assert alone["overhang_area_mm2"] == pytest.approx(16)
    assert alone["objects"][1]["bed_contact_mm2"] == pytest.approx(16)
    assert alone["centre_of_mass_mm"] == pytest.approx([(5000 + 64 * 22) / 1064, (5000 + 128) / 1064, 5512 / 1064])


def test_a_plate_with_one_open_part_is_not_watertight():
    found = plate(solids.cube(), solids.without(solids.cube(), solids.TOP))
    assert (found["watertight"], found["solid"], found["genus"], found["holes"]) == (False, False, None, 1)
    assert found["hole_lengths_mm"] == pytest.approx([40])

"""Which triangles meet: edges, shells, holes, handles, cavities of solids whose answers are known."""

import numpy as np
import pytest

from designs.mesh import holes, measure, topology
from designs.mesh.types import Loaded
from tests.designs.mesh import solids


def facts(solid):
    return measure.part_facts(solids.part(solid))


def counts(found, *names):
    return tuple(found[name] for name in names)


EDGES = ("boundary_edges", "non_manifold_edges", "non_manifold_vertices", "winding_errors")


@pytest.mark.parametrize("solid", [solids.cube(), solids.soup(solids.cube()), solids.soup(solids.torus())])
def test_a_closed_solid_has_no_fault(solid):
    found = facts(solid)
    assert counts(found, *EDGES, "holes", "duplicate_triangles", "degenerate_triangles") == (0,) * 7
    assert counts(found, "watertight", "solid", "shells", "cavities", "inverted_shells") == (True, True, 1, 0, 0)


def test_a_cube_without_its_top_has_one_square_hole():
    found = facts(solids.without(solids.cube(), solids.TOP))
    assert counts(found, "boundary_edges", "holes", "watertight", "solid", "genus") == (4, 1, False, False, None)
    assert found["hole_lengths_mm"] == pytest.approx([40])


def test_holes_are_listed_longest_first():
    found = facts(solids.joined(solids.without(solids.cube(), 0), solids.without(solids.cube(20, (50, 0, 0)), [0, 1])))
    assert found["hole_lengths_mm"] == pytest.approx([80, 20 + 200**0.5])
    assert found["boundary_edges"] == 7


def test_two_holes_that_touch_in_a_point_count_as_one():
    points, faces = solids.soup(solids.block({(x, y, 0) for x in range(4) for y in range(4)}))
    middle = points[faces].mean(axis=1)
    cut = [f for f, (x, y, z) in enumerate(middle) if z == 1 and int(x) == int(y) and int(x) in (1, 2)]
    found = facts((points, np.delete(faces, cut, axis=0)))
    assert counts(found, "boundary_edges", "holes", "non_manifold_vertices") == (8, 1, 1)
    assert found["hole_lengths_mm"] == pytest.approx([8])


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_the_genus_of_a_plate_is_its_number_of_holes(count):
    found = facts(solids.plate(count))
    assert counts(found, "genus", "holes", "solid") == (count, 0, True)


def test_a_torus_has_one_handle_and_a_sphere_none():
    assert facts(solids.torus())["genus"] == 1
    assert facts(solids.sphere())["genus"] == 0
    assert facts(solids.joined(solids.torus(), solids.sphere(1.0)))["genus"] == 1


def test_a_bottle_without_an_inside_cannot_be_wound():
    found = facts(solids.klein())
    assert counts(found, "boundary_edges", "non_manifold_edges", "watertight") == (0, 0, True)
    assert found["winding_errors"] > 0
    assert counts(found, "solid", "genus") == (False, None)


def test_a_band_with_half_a_turn_has_one_rim_and_cannot_be_wound():
    twisted, plain = facts(solids.strip()), facts(solids.strip(turned=False))
    assert counts(twisted, "holes", "boundary_edges", "winding_errors") == (1, 24, 3)
    assert counts(plain, "holes", "boundary_edges", "winding_errors") == (2, 24, 0)


@pytest.mark.parametrize(
    ("at", "edges", "points", "shells"),
    [((10, 10, 0), 1, 0, 1), ((10, 10, 10), 0, 1, 2), ((30, 0, 0), 0, 0, 2)],
    ids=["in an edge", "in a point", "not at all"],
)
def test_two_cubes_that_touch(at, edges, points, shells):
    found = facts(solids.joined(solids.cube(), solids.cube(at=at)))
    assert counts(found, "non_manifold_edges", "non_manifold_vertices", "shells") == (edges, points, shells)
    assert counts(found, "boundary_edges", "cavities", "inverted_shells") == (0, 0, 0)
    assert found["watertight"] == (edges == 0)
    assert found["volume_mm3"] == pytest.approx(2000)


def test_two_cubes_that_touch_in_a_face_share_its_edges_and_its_triangles():
    _, sides = solids.cube()
    mirrored = np.array([20.0, 0, 0]) + solids.cube()[0] * [-1, 1, 1]
    found = facts(solids.joined(solids.cube(), (mirrored, sides[:, ::-1])))
    assert counts(found, "shells", "duplicate_triangles", "non_manifold_edges", "boundary_edges") == (1, 2, 5, 0)
    assert found["volume_mm3"] == pytest.approx(2000)
    assert not found["watertight"]


def test_a_void_is_a_cavity_and_an_inverted_cube_beside_is_not():
    hollow = facts(solids.joined(solids.sphere(10), solids.sphere(5, inverted=True)))
    assert counts(hollow, "shells", "cavities", "inverted_shells", "solid") == (2, 1, 0, True)
    assert hollow["volume_mm3"] == pytest.approx(7 / 8 * facts(solids.sphere(10))["volume_mm3"])
    assert hollow["cavity_volume_mm3"] == pytest.approx(facts(solids.sphere(5))["volume_mm3"])
    beside = facts(solids.joined(solids.cube(), solids.cube(5, (20, 0, 0), inverted=True)))
    assert counts(beside, "shells", "cavities", "inverted_shells", "solid") == (2, 0, 1, False)
    assert beside["cavity_volume_mm3"] == 0


def test_a_box_about_a_shell_is_not_material_about_it():
    frame = solids.block({(x, y, 0) for x in range(5) for y in range(5) if not (0 < x < 4 and 0 < y < 4)}, 10.0)
    found = facts(solids.joined(frame, solids.cube(5, (22, 22, 2), inverted=True)))
    assert counts(found, "cavities", "inverted_shells") == (0, 1)


def test_a_stone_in_a_void_is_a_part_and_its_own_void_is_a_cavity():
    nested = [solids.sphere(radius, inverted=inside) for radius, inside in ((20, 0), (15, 1), (10, 0), (5, 1))]
    found = facts(solids.joined(*nested))
    assert counts(found, "shells", "cavities", "inverted_shells") == (4, 2, 0)
    void = facts(solids.joined(solids.sphere(20), solids.sphere(15, inverted=True), solids.sphere(10, inverted=True)))
    assert counts(void, "cavities", "inverted_shells") == (1, 1)


def test_an_inverted_cube_is_no_solid():
    found = facts(solids.cube(inverted=True))
    assert counts(found, "watertight", "inverted_shells", "cavities", "solid") == (True, 1, 0, False)
    assert found["volume_mm3"] == pytest.approx(-1000)


def test_a_triangle_given_twice_is_a_duplicate_whichever_way_it_runs():
    points, faces = solids.cube()
    for copy in (faces[0], np.roll(faces[0], 1), faces[0][::-1]):
        found = facts((points, np.vstack([faces, copy])))
        assert counts(found, "duplicate_triangles", "non_manifold_edges") == (1, 3)
    assert facts((points, np.vstack([faces] * 3)))["duplicate_triangles"] == 24


def test_duplicates_on_an_edge_of_very_many_triangles_are_found_too():
    fan = [[0, 1, k] for k in range(2, 1002)]
    surface = topology.surface(solids.part((np.random.default_rng(7).random((1002, 3)), np.array([*fan, *fan[:7]]))))
    assert holes.duplicates(surface.faces, topology.edges(surface).around) == 7


def test_faces_with_a_repeated_point_are_degenerate_and_open_nothing():
    points, faces = solids.cube()
    found = facts((points, np.vstack([faces, [[0, 0, 1], [3, 3, 3]]])))
    assert counts(found, "triangles", "degenerate_triangles", "boundary_edges", "solid") == (14, 2, 0, True)


def test_a_sliver_without_area_still_closes_its_edges():
    points = np.array([[0, 0, 0], [2, 0, 0], [1, 0, 0], [1, 1, 0]], float)
    found = facts((points, np.array([[0, 2, 1], [0, 1, 3]])))
    assert counts(found, "degenerate_triangles", "boundary_edges", "shells") == (1, 4, 1)


def test_minus_zero_is_zero():
    points, faces = solids.soup(solids.cube())
    points[::2] = np.where(points[::2] == 0, -0.0, points[::2])
    assert np.signbit(points).any()
    assert facts((points, faces))["solid"]


def test_noise_about_zero_is_cleared_where_it_closes_the_surface():
    points, faces = solids.soup(solids.cube())
    points[points == 0] += np.random.default_rng(3).normal(0, 1e-12, int((points == 0).sum()))
    assert topology.edges(topology.Surface(*topology.weld(points, faces, snap=False))).boundary > 0
    assert facts((points, faces))["solid"]


def test_a_point_that_no_face_names_counts_for_nothing():
    points, faces = solids.cube()
    found = facts((np.vstack([[[900.0, 0, 0]], points]), faces + 1))
    assert found["size_mm"] == [10, 10, 10]
    assert found["genus"] == 0


def test_a_point_with_very_many_triangles_costs_no_square_of_them():
    count = 200_000
    turn = np.arange(count) * 2 * np.pi / count
    points = np.vstack([[0, 0, 5], np.column_stack([np.cos(turn), np.sin(turn), np.zeros(count)])])
    rim = np.arange(count)
    found = facts((points, np.column_stack([np.zeros(count, int), rim + 1, (rim + 1) % count + 1])))
    assert counts(found, "boundary_edges", "holes", "non_manifold_vertices") == (count, 1, 0)
    assert found["hole_lengths_mm"] == pytest.approx([2 * np.pi], rel=1e-6)


def test_objects_are_put_together_without_being_welded():
    both = topology.together([topology.surface(solids.part(solids.cube())) for _ in range(2)])
    assert topology.shells(topology.edges(both).around)[1] == 2
    assert both.faces.dtype == np.int32


def crowded(count=300, faces=20_000):
    """Triangles between any three of a few points: nearly every edge has many faces, every point many edges."""
    random = np.random.default_rng(5)
    corners = np.argsort(random.random((faces, count)), axis=1)[:, :3]
    return random.random((count, 3)), corners


def test_edges_are_paired_alike_along_lists_and_by_sorting(monkeypatch):
    solid = crowded()
    listed = facts(solid)
    monkeypatch.setattr(topology, "STEPS_A_HALF", 0)
    assert facts(solid) == listed
    assert listed["non_manifold_edges"] > 5_000


@pytest.mark.parametrize("count", [2, 3, 30_000])
def test_a_triangle_repeated_is_one_shell_with_all_but_one_duplicate(count):
    found = facts((np.eye(3) * 10, np.tile([[0, 1, 2]], (count, 1))))
    assert counts(found, "shells", "duplicate_triangles") == (1, count - 1)
    assert counts(found, "non_manifold_edges", "boundary_edges", "non_manifold_vertices") == (3 * (count > 2), 0, 0)


def test_pages_bound_at_one_spine_are_measured_in_one_walk_round_it():
    turn = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    pages = np.column_stack([10 * np.cos(turn), 10 * np.sin(turn), np.full(len(turn), 5.0)])
    points = np.vstack([[[0, 0, 0], [0, 0, 10]], pages])
    faces = np.column_stack([np.zeros(len(turn), int), np.ones(len(turn), int), np.arange(len(turn)) + 2])
    found = facts((points, faces))
    assert counts(found, "shells", "boundary_edges", "non_manifold_edges") == (1, 200_000, 1)
    assert counts(found, "non_manifold_vertices", "duplicate_triangles") == (0, 0)


def test_ten_thousand_voids_are_told_from_as_many_inverted_cubes():
    places = np.stack(np.unravel_index(np.arange(10_000), (22, 22, 22)), axis=1) * 20.0
    points, faces = solids.cube()
    many = np.concatenate([points + place for place in places])
    turned = np.concatenate([faces[:, ::-1] + len(points) * k for k in range(len(places))])
    alone = facts((many, turned))
    assert counts(alone, "cavities", "inverted_shells") == (0, 10_000)
    block, sides = solids.cube(600, (-50.0, -50.0, -50.0))
    within = facts((np.vstack([many, block]), np.vstack([turned, sides + len(many)])))
    assert counts(within, "cavities", "inverted_shells", "shells") == (10_000, 0, 10_001)
    assert within["cavity_volume_mm3"] == pytest.approx(10_000 * -facts((points, faces[:, ::-1]))["volume_mm3"])


def test_shells_in_shells_by_the_thousand_are_told_by_their_boxes_and_said_so(monkeypatch):
    monkeypatch.setattr(holes, "MAX_VISITS", 10)
    outer, (points, faces) = solids.cube(30, (-5.0, -5.0, -5.0)), solids.cube()
    solid = solids.joined(outer, (points, faces[:, ::-1]), (points + 100, faces[:, ::-1]))
    found = measure.facts_of(Loaded([solids.part(solid)]), "stl")
    assert counts(found, "cavities", "inverted_shells") == (1, 1)
    assert found["warnings"] == [measure.UNTOLD]

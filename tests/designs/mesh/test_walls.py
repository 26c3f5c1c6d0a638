"""Walls are as thick, and gaps as wide, as they were made; edges are not walls."""

import numpy as np
import pytest
import trimesh

from designs.mesh import gaps, probes, rays, walls
from tests.designs.mesh.shapes import ball, box, rod, surface


def measured(*shapes):
    return walls.measure(probes.probe(surface(*shapes))).facts


@pytest.mark.parametrize("wall", [0.4, 0.8, 1.2])
def test_a_tube_of_a_wall_is_measured_as_such(wall):
    found = measured(trimesh.creation.annulus(10 - wall, 10, 30, sections=128))
    assert found["wall_min_mm"] == pytest.approx(wall, rel=1e-3)
    assert found["wall_median_mm"] == pytest.approx(wall, rel=1e-3)


@pytest.mark.parametrize(
    ("wall", "under"), [(0.4, [False, True, True]), (0.8, [False, False, True]), (1.2, [False] * 3)]
)
def test_a_wall_of_exactly_a_limit_is_not_thinner_than_it(wall, under):
    found = measured(box(30, 20, wall))
    assert found["wall_min_mm"] == pytest.approx(wall)
    assert [area > 1000 for area in found["thin_area_mm2"]] == under
    assert all(area == 0 for area, thin in zip(found["thin_area_mm2"], under, strict=True) if not thin)


def prism(*outline):
    from manifold3d import CrossSection, Manifold

    return Manifold.extrude(CrossSection([outline]), 20)


@pytest.mark.parametrize("degrees", [6, 10, 14, 19])
def test_the_sharp_end_of_a_wedge_is_no_thin_wall(degrees):
    wedge = prism((0, 0), (40, 0), (40, 40 * np.tan(np.radians(degrees))))
    assert max(measured(wedge)["thin_area_mm2"]) < 1.0


def test_a_groove_that_closes_to_a_point_is_no_gap_and_one_with_a_floor_is():
    def grooved(*outline):
        return prism((0, 0), (40, 0), (40, 20), *outline, (0, 20))

    assert gaps.measure(probes.probe(surface(grooved((22, 20), (20, 5), (18, 20))))).facts["gap_places"] == []
    slot = grooved((20.4, 20), (20.1, 5), (19.9, 5), (19.6, 20))
    assert gaps.measure(probes.probe(surface(slot))).facts["gap_min_mm"] == pytest.approx(0.2, abs=0.01)


def test_a_rib_with_a_draft_is_as_thin_as_its_top():
    rib = prism((-0.3, 0), (0.3, 0), (0.15, 5), (-0.15, 5))
    assert measured(rib)["wall_min_mm"] == pytest.approx(0.3, abs=0.01)


def test_the_histogram_holds_the_area_of_the_walls():
    found = measured(box(30, 20, 0.8))
    edges = np.array(found["wall_edges_mm"])
    assert {0.396, 0.792, 1.188} <= {round(float(edge), 6) for edge in edges}
    assert len(edges) == len(found["wall_area_mm2"]) + 1
    assert sum(found["wall_area_mm2"]) == pytest.approx(2 * (600 + 24 + 16), rel=1e-6)
    bar = found["wall_area_mm2"][int(np.searchsorted(edges, 0.8, side="right")) - 1]
    assert bar == pytest.approx(1200, rel=1e-3)


def test_a_small_part_that_may_be_in_inches_is_measured_against_limits_in_inches():
    edges = walls.edges(longest=2.0)
    assert np.isclose(edges, 0.396 / 25.4).any()
    assert np.isclose(edges, 0.396 / 1000).any()


def test_thin_places_say_where_how_thin_and_how_large():
    found = measured(box(40, 30, 5), box(20, 0.5, 20, at=(10, 10, 5)), box(10, 1.0, 10, at=(10, 25, 5)))
    first, second = found["thin_places"][:2]
    assert first["wall_mm"] == pytest.approx(0.5)
    assert first["area_mm2"] == pytest.approx(800, rel=0.05)
    assert 10 <= first["at_mm"][1] <= 10.5
    assert second["wall_mm"] == pytest.approx(1.0)
    assert second["area_mm2"] == pytest.approx(200, rel=0.1)
    assert 25 <= second["at_mm"][1] <= 26


def test_a_knife_is_not_a_thin_wall():
    height = 30 * np.tan(np.radians(25))
    ends = [[x, y, z] for x in (0, 40) for y, z in ((0, 0), (30, 0), (0, height))]
    found = measured(trimesh.convex.convex_hull(np.array(ends, float)))
    assert found["thin_area_mm2"] == [0, 0, 0]
    assert measured(trimesh.creation.cone(10, 20, sections=64))["thin_area_mm2"] == [0, 0, 0]


def test_a_hollow_ball_is_as_thick_as_its_shell():
    found = measured(ball(20), ball(19, inside_out=True))
    assert found["wall_median_mm"] == pytest.approx(1.0, rel=2e-3)


def test_an_open_mesh_has_unknown_walls_and_no_thin_ones():
    solid = surface(box(10, 10, 10))
    roof = type(solid)(solid.points, solid.faces[solid.normals[:, 2] > 0.5])
    found = walls.measure(probes.probe(roof)).facts
    assert found["wall_min_mm"] is None
    assert found["thin_area_mm2"] == [0, 0, 0]


def test_a_part_wound_inside_out_has_the_same_walls():
    solid = surface(box(30, 20, 0.8))
    turned = type(solid)(solid.points, np.ascontiguousarray(solid.faces[:, ::-1]))
    assert walls.measure(probes.probe(turned)).facts["wall_median_mm"] == pytest.approx(0.8)


def test_parts_that_overlap_are_one_thickness():
    found = measured(box(10, 10, 10), box(10, 10, 10, at=(0, 0, 6)))
    assert found["wall_min_mm"] == pytest.approx(10)
    scene = rays.Scene(surface(box(10, 10, 10), box(10, 10, 10, at=(0, 0, 6))))
    assert walls.thickness_at(scene, np.array([[4.0, 5, 16]]), np.array([[0, 0, 1.0]]))[0] == pytest.approx(16)


def test_the_same_file_has_the_same_facts_each_time():
    assert measured(rod(8, 0.7, 64)) == measured(rod(8, 0.7, 64))


def test_two_cubes_apart_have_that_gap():
    found = gaps.measure(probes.probe(surface(box(10, 10, 10), box(10, 10, 10, at=(10.2, 0, 0))))).facts
    assert found["gap_min_mm"] == pytest.approx(0.2)
    assert found["gap_places"][0]["gap_mm"] == pytest.approx(0.2)
    assert found["gap_places"][0]["area_mm2"] == pytest.approx(200, rel=0.05)


def test_cubes_that_touch_or_stand_alone_have_no_gap():
    for shapes in ([box(10, 10, 10), box(10, 10, 10, at=(10, 0, 0))], [box(10, 10, 10)]):
        found = gaps.measure(probes.probe(surface(*shapes))).facts
        assert found == {"gap_min_mm": None, "gap_places": []}


def test_our_own_rays_meet_what_embree_meets():
    pytest.importorskip("embreex", reason="embreex has no wheel here")
    part = surface(trimesh.creation.annulus(5, 10, 30, sections=50), box(4, 4, 4))
    random = np.random.default_rng(5)
    origins, directions = random.normal(size=(2, 4000, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    first = rays.Scene(part, rays.Embree(part)).cast(origins * 8, directions)
    second = rays.Scene(part, rays.Numba(part)).cast(origins * 8, directions)
    assert (first[0] == second[0]).mean() > 0.999
    assert np.isfinite(first[1]).sum() > 1000
    same = first[0] == second[0]
    np.testing.assert_allclose(first[1][same], second[1][same])


def test_walls_are_the_same_without_embree(monkeypatch):
    monkeypatch.setattr(rays, "_best", rays.Numba)
    part = surface(box(30, 20, 0.8))
    assert rays.Scene(part).caster == "numba"
    assert walls.measure(probes.probe(part)).facts["wall_median_mm"] == pytest.approx(0.8)


def test_a_heap_of_overlapping_triangles_gets_fewer_samples():
    heap = np.random.default_rng(1).normal(size=(30_000, 3))
    part = type(surface(box(1, 1, 1)))(heap, np.arange(30_000, dtype=np.int32).reshape(-1, 3))
    assert rays.Scene(part).affordable < 8_000
    assert rays.Scene(surface(ball(10))).affordable > 30_000

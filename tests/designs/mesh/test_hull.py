"""The smallest box around a part, and whether the part stands, on solids whose answer is known."""

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from designs.mesh import convex, hull
from designs.mesh.types import Surface

TURNED = Rotation.from_euler("xyz", [31, 47, 83], degrees=True).as_matrix()


def surface(mesh):
    return Surface(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32))


def box(sides, turn=None):
    mesh = trimesh.creation.box(sides)
    if turn is not None:
        mesh.vertices = mesh.vertices @ turn.T
    return surface(mesh)


def test_the_hull_has_the_volume_that_qhull_finds():
    points = np.random.default_rng(5).normal(size=(700, 3))
    corners, faces = convex.hull(points)
    a, b, c = (corners[faces[:, k]] for k in range(3))
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(ConvexHull(points).volume, rel=1e-9)
    assert len(corners) - len(faces) * 3 / 2 + len(faces) == 2


def test_the_hull_of_very_many_points_is_less_than_1_percent_short():
    points = np.random.default_rng(6).normal(size=(50_000, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    corners, _ = convex.hull(points)
    reach = convex.spans(np.ascontiguousarray(corners), np.ascontiguousarray(points[:500]))
    assert reach.max(axis=1).min() > 0.99


def test_the_box_of_a_turned_brick_is_the_brick():
    found = hull.measure(box([30, 10, 20], TURNED), [0, 0, 0])
    assert found["oriented_box_mm"] == pytest.approx([30, 20, 10])
    axes = np.array(found["oriented_box_axes"])
    assert axes @ axes.T == pytest.approx(np.eye(3))
    assert np.linalg.det(axes) == pytest.approx(1)
    assert abs(axes[0] @ TURNED[:, 0]) == pytest.approx(1)


def test_the_box_is_within_5_percent_of_a_search_through_20_000_orientations():
    rng = np.random.default_rng(7)
    turns = Rotation.random(20_000, random_state=8).as_matrix()
    for _ in range(3):
        points = rng.random((12, 3)) * [4, 2, 1] @ TURNED
        sides = hull.measure(Surface(points, np.empty((0, 3), np.int32)), [0, 0, 0])["oriented_box_mm"]
        searched = np.ptp(np.einsum("ni,kji->knj", points, turns), axis=1).prod(axis=1).min()
        assert np.prod(sides) < 1.05 * searched


def test_the_box_holds_every_point_even_of_a_large_mesh():
    ball = surface(trimesh.creation.icosphere(subdivisions=5, radius=10))
    assert min(hull.measure(ball, [0, 0, 0])["oriented_box_mm"]) > 19.98


def test_a_brick_tips_when_its_centre_passes_its_edge():
    found = hull.measure(box([20, 40, 10]), [0, 0, 0])
    assert found["stable"]
    assert found["tip_degrees"] == pytest.approx(np.degrees(np.arctan2(10, 5)))
    assert hull.measure(box([10, 10, 100]), [0, 0, 0])["tip_degrees"] == pytest.approx(np.degrees(np.arctan2(5, 50)))


def test_a_cone_stands_on_its_base_and_not_on_its_tip():
    cone = trimesh.creation.cone(radius=10, height=30)
    assert hull.measure(surface(cone), cone.center_mass)["stable"]
    cone.vertices[:, 2] *= -1
    found = hull.measure(surface(cone), cone.center_mass * [1, 1, -1])
    assert (found["stable"], found["tip_degrees"]) == (False, 0.0)


def test_a_part_whose_centre_hangs_beside_its_foot_does_not_stand():
    foot = trimesh.creation.box([10, 10, 10])
    arm = trimesh.creation.box([100, 10, 10])
    arm.apply_translation([45, 0, 10])
    both = trimesh.util.concatenate([foot, arm])
    assert not hull.measure(surface(both), [41, 0, 9])["stable"]


def test_a_foot_of_very_many_points_is_the_same_foot():
    grid = np.stack(np.meshgrid(np.linspace(0, 30, 160), np.linspace(0, 20, 160)), -1).reshape(-1, 2)
    points = np.vstack([np.column_stack([grid, np.zeros(len(grid))]), [[15, 10, 40]]])
    found = hull.measure(Surface(points, np.empty((0, 3), np.int32)), [15, 10, 10])
    assert found["tip_degrees"] == pytest.approx(45, abs=1e-6)


DEGENERATE = {
    "nothing": np.empty((0, 3)),
    "a point": np.zeros((1, 3)),
    "a line": np.array([[0, 0, 0], [2, 0, 0], [1, 0, 0.0]]),
    "a triangle": np.array([[0, 0, 0], [2, 0, 0], [0, 0, 1.0]]),
    "a flat square": np.array([[0, 0, 3], [2, 0, 3], [2, 2, 3], [0, 2, 3.0]]),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_what_has_no_volume_has_a_box_all_the_same(name):
    points = DEGENERATE[name]
    found = hull.measure(Surface(points, np.empty((0, 3), np.int32)), [np.nan] * 3)
    span = sorted(np.ptp(points, axis=0), reverse=True) if len(points) else [0, 0, 0]
    assert found["oriented_box_mm"][2] == pytest.approx(0, abs=1e-9)
    assert np.prod(found["oriented_box_mm"][:2]) <= span[0] * span[1] + 1e-9
    assert found["stable"] == (name in {"a triangle", "a flat square"} and points[:, 2].max() == points[:, 2].min())


def test_a_centre_of_mass_outside_of_an_open_part_is_not_believed():
    opened = box([10, 10, 10])
    opened = Surface(opened.points, opened.faces[2:])
    assert hull.measure(opened, [400, 0, 0])["tip_degrees"] > 30
    assert hull.measure(opened, [np.nan] * 3)["stable"]

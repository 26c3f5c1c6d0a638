"""The descriptor of shape stays when a part is turned, scaled or meshed anew, and tells parts apart."""

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from designs.mesh import shape
from designs.mesh.types import Surface

TURNED = Rotation.from_euler("xyz", [31, 47, 83], degrees=True).as_matrix()
SOLIDS = {
    "cube": trimesh.creation.box([10, 10, 10]),
    "brick": trimesh.creation.box([10, 20, 40]),
    "plate": trimesh.creation.box([40, 40, 2]),
    "ball": trimesh.creation.icosphere(subdivisions=4, radius=10),
    "cylinder": trimesh.creation.cylinder(radius=5, height=40, sections=64),
    "tube": trimesh.creation.annulus(8, 10, 40, sections=64),
    "ring": trimesh.creation.torus(20, 4),
    "cone": trimesh.creation.cone(radius=10, height=30, sections=64),
}


def surface(mesh):
    return Surface(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32))


def floats(mesh):
    return np.array(shape.descriptor(surface(mesh))[0])


@pytest.fixture(scope="module")
def known():
    return {name: floats(mesh) for name, mesh in SOLIDS.items()}


def nearest(known, found):
    return min(known, key=lambda name: np.linalg.norm(known[name] - found))


def apart(known):
    names = list(known)
    return min(np.linalg.norm(known[a] - known[b]) for i, a in enumerate(names) for b in names[:i])


def test_it_has_at_most_128_floats_and_is_the_same_each_time():
    first, scale = shape.descriptor(surface(SOLIDS["ring"]))
    assert len(first) == 120
    assert (first, scale) == shape.descriptor(surface(SOLIDS["ring"]))


@pytest.mark.parametrize("name", SOLIDS)
def test_a_part_turned_scaled_and_meshed_anew_is_much_nearer_to_itself_than_to_any_other(known, name):
    changed = SOLIDS[name].subdivide().subdivide()
    changed.vertices = changed.vertices @ TURNED.T * 7.5 + 100
    found = floats(changed)
    assert nearest(known, found) == name
    assert np.linalg.norm(known[name] - found) < 0.5 * apart(known)


def test_the_scale_is_the_mean_distance_of_two_points():
    ball = trimesh.creation.icosphere(subdivisions=5, radius=10)
    assert shape.descriptor(surface(ball))[1] == pytest.approx(10 * 4 / 3, rel=0.01)
    ball.apply_scale(25.4)
    assert shape.descriptor(surface(ball))[1] == pytest.approx(254 * 4 / 3, rel=0.01)


def test_an_inverted_part_and_one_with_a_hole_are_still_found(known):
    inverted = SOLIDS["cone"].copy()
    inverted.invert()
    assert nearest(known, floats(inverted)) == "cone"
    ball = SOLIDS["ball"]
    opened = trimesh.Trimesh(ball.vertices, ball.faces[20:], process=False)
    assert nearest(known, floats(opened)) == "ball"


def test_a_mirror_image_is_the_same_shape(known):
    mirrored = SOLIDS["cone"].copy()
    mirrored.vertices[:, 0] *= -1
    assert nearest(known, floats(mirrored)) == "cone"


def test_without_area_it_is_zero():
    flat = Surface(np.zeros((3, 3)), np.array([[0, 1, 2]], np.int32))
    assert shape.descriptor(flat) == ([0.0] * 120, 0.0)
    assert shape.descriptor(Surface(np.empty((0, 3)), np.empty((0, 3), np.int32))) == ([0.0] * 120, 0.0)

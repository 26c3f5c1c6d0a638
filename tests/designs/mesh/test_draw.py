import numpy as np
import pytest

from designs.mesh import draw
from designs.mesh.types import Surface
from tests.designs.mesh.test_glb import sphere


def test_a_small_part_has_two_pictures_and_one_model(tmp_path):
    points, faces = sphere(8)
    light = draw.draw(Surface(points, faces), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"preview-1024.webp", "preview-256.webp", "model.glb"}
    assert len(light.faces) == len(faces)


def test_a_large_part_has_a_light_model_and_the_whole_one(tmp_path, monkeypatch):
    monkeypatch.setattr("designs.mesh.simplify.simplify.__defaults__", (2000,))
    points, faces = sphere(32)
    light = draw.draw(Surface(points, faces), tmp_path)
    assert len(light.faces) <= 2000 < len(faces)
    assert (tmp_path / "model-full.glb").stat().st_size > (tmp_path / "model.glb").stat().st_size
    assert np.ptp(light.points, axis=0) == pytest.approx(np.ptp(points, axis=0), rel=0.01)


def test_a_whole_model_that_is_too_large_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("designs.mesh.simplify.simplify.__defaults__", (2000,))
    monkeypatch.setattr(draw, "FULL_BYTES", 100)
    draw.draw(Surface(*sphere(32)), tmp_path)
    assert not (tmp_path / "model-full.glb").exists()


def test_nothing_is_drawn_of_a_part_without_triangles(tmp_path):
    assert draw.draw(Surface(np.zeros((3, 3)), np.zeros((0, 3), np.int32)), tmp_path) is None
    assert list(tmp_path.iterdir()) == []

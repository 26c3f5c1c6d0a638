import json
import struct

import numpy as np
import pytest

from designs.mesh import glb, simplify
from designs.mesh.types import Surface


def sphere(rows=24, radius=10.0, at=(0.0, 0.0, 0.0)):
    """A closed ball of 4 * rows * (rows - 1) triangles, wound outward."""
    columns = 2 * rows
    polar = np.pi * np.arange(1, rows) / rows
    turn = 2 * np.pi * np.arange(columns) / columns
    ring = np.stack(
        [np.outer(np.sin(polar), np.cos(turn)), np.outer(np.sin(polar), np.sin(turn)),
         np.repeat(np.cos(polar)[:, None], columns, axis=1)], axis=2,
    ).reshape(-1, 3)  # fmt: skip
    points = np.vstack([ring, [[0, 0, 1], [0, 0, -1]]]) * radius + at
    faces = []
    for i in range(columns):
        j = (i + 1) % columns
        faces += [[len(ring), i, j], [len(ring) + 1, len(ring) - columns + j, len(ring) - columns + i]]
        for row in range(rows - 2):
            a, b = row * columns + i, row * columns + j
            faces += [[a, a + columns, b], [b, a + columns, b + columns]]
    return points, np.array(faces, np.int32)


def head_of(path):
    data = path.read_bytes()
    magic, version, total, length = struct.unpack("<IIII", data[:16])
    assert (magic, version, total) == (0x46546C67, 2, len(data))
    return json.loads(data[20 : 20 + length])


def uses_of_edges(faces):
    edges = np.sort(np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    return np.unique(edges, axis=0, return_counts=True)[1]


@pytest.mark.parametrize("compress", [True, False])
def test_a_model_comes_back_within_a_twentieth_of_a_percent(tmp_path, compress):
    points, faces = sphere(at=(1000.0, -500.0, 3.0))
    [model] = glb.write(tmp_path / "m.glb", [glb.Model("part", points, faces)], compress)
    assert len(model.faces) == len(faces)
    assert simplify.volume(model.points, model.faces) == pytest.approx(simplify.volume(points, faces), rel=5e-4)
    nearest = np.linalg.norm(np.sort(model.points, axis=0) - np.sort(points, axis=0), axis=1).max()
    assert nearest < 0.0005 * 20


def test_what_is_returned_is_what_a_decoder_of_the_file_reads(tmp_path):
    import DracoPy

    points, faces = sphere()
    [model] = glb.write(tmp_path / "m.glb", [glb.Model("part", points, faces)])
    head = head_of(tmp_path / "m.glb")
    extension = head["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]
    view = head["bufferViews"][extension["bufferView"]]
    data = (tmp_path / "m.glb").read_bytes()[-head["buffers"][0]["byteLength"] :]
    read = DracoPy.decode(data[view["byteOffset"] : view["byteOffset"] + view["byteLength"]])
    assert np.array_equal(np.asarray(read.faces), model.faces)
    x, z, y = head["nodes"][0]["translation"]
    assert np.allclose(np.asarray(read.points) + np.array([x, -y, z]), model.points, atol=1e-5)
    accessors = head["accessors"]
    assert (accessors[0]["count"], accessors[1]["count"]) == (len(model.points), 3 * len(model.faces))
    assert accessors[0]["max"] == pytest.approx((model.points.max(axis=0) - [x, -y, z]).tolist(), abs=1e-5)


def test_compression_makes_a_file_several_times_smaller(tmp_path):
    model = glb.Model("part", *sphere(48))
    glb.write(tmp_path / "small.glb", [model])
    glb.write(tmp_path / "plain.glb", [model], compress=False)
    assert (tmp_path / "small.glb").stat().st_size * 4 < (tmp_path / "plain.glb").stat().st_size


def test_a_comparison_has_a_named_node_for_what_stayed_came_and_went(tmp_path):
    points, faces = sphere(8)
    models = [
        glb.Model("same", points, faces),
        glb.Model("added", points + np.array([30, 0, 0]), faces),
        glb.Model("removed", points, faces[:0]),
    ]
    written = glb.write(tmp_path / "diff.glb", models)
    assert [node["name"] for node in head_of(tmp_path / "diff.glb")["nodes"]] == ["same", "added"]
    assert [model.name for model in written] == ["same", "added"]


def test_equal_points_of_two_nodes_stay_equal(tmp_path):
    points, faces = sphere(16)
    half = len(faces) // 2
    models = [glb.Model("same", points, faces[:half]), glb.Model("added", points, faces[half:])]
    same, added = glb.write(tmp_path / "diff.glb", models)
    shared = np.intersect1d(faces[:half], faces[half:])
    grid = {tuple(row) for row in np.rint(same.points * 1e6).astype(int)}
    common = sum(tuple(row) in grid for row in np.rint(added.points * 1e6).astype(int))
    assert common == len(shared)


def test_a_scene_without_triangles_is_still_a_file(tmp_path):
    assert glb.write(tmp_path / "m.glb", []) == []
    assert "meshes" not in head_of(tmp_path / "m.glb")


@pytest.mark.parametrize("size", [1e-5, 1e4])
def test_a_speck_and_a_house_keep_their_size(tmp_path, size):
    points, faces = sphere(8, radius=size / 2)
    [model] = glb.write(tmp_path / "m.glb", [glb.Model("part", points, faces)])
    assert np.ptp(model.points, axis=0) == pytest.approx([size] * 3, rel=2e-3)


def test_a_light_model_has_no_more_triangles_than_its_limit_and_stays_closed_and_true():
    points, faces = sphere(64)
    fewer, cut = simplify.simplify(points, faces, 4000)
    assert len(cut) <= 4000 < len(faces)
    assert (uses_of_edges(cut) == 2).all()
    assert simplify.volume(fewer, cut) == pytest.approx(simplify.volume(points, faces), rel=0.003)


def test_the_small_parts_of_a_plate_keep_all_their_triangles():
    large = sphere(64)
    small = sphere(6, radius=1, at=(40, 0, 0))
    points = np.vstack([large[0], small[0]])
    faces = np.vstack([large[1], small[1] + len(large[0])])
    fewer, cut = simplify.simplify(points, faces, 4000)
    shells = simplify._shells(cut, len(fewer))
    assert sorted(np.bincount(shells))[0] == len(small[1])


def test_ten_thousand_specks_beside_a_part_do_not_push_it_out():
    large = sphere(48)
    speck = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])
    closed = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    specks = (speck[None] + np.arange(10_000)[:, None, None] * [0.5, 0, 0]).reshape(-1, 3) + np.array([50, 0, 0])
    many = (closed[None] + 4 * np.arange(10_000)[:, None, None]).reshape(-1, 3)
    points, faces = np.vstack([large[0], specks]), np.vstack([large[1], many + len(large[0])]).astype(np.int32)
    fewer, cut = simplify.simplify(points, faces, 8000)
    assert len(cut) <= 8000
    assert simplify.volume(fewer, cut) == pytest.approx(simplify.volume(*large), rel=0.01)


def test_the_same_mesh_is_simplified_the_same_way():
    first, second = (simplify.simplify(*sphere(64), 4000) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_a_mesh_within_the_limit_is_left_alone():
    points, faces = sphere(8)
    fewer, cut = simplify.simplify(points, faces)
    assert fewer is points
    assert np.array_equal(cut, faces)


def test_a_soup_that_cannot_be_simplified_is_still_brought_under_the_limit():
    random = np.random.default_rng(3)
    points = random.normal(size=(3000, 3))
    faces = random.integers(0, 3000, (9000, 3)).astype(np.int32)
    assert 0 < len(simplify.simplify(points, faces, 2000)[1]) <= 2000


def test_a_ball_is_a_surface_of_known_volume():
    ball = Surface(*sphere(64))
    assert simplify.volume(ball.points, ball.faces) == pytest.approx(4 / 3 * np.pi * 1000, rel=0.005)


def test_a_point_with_very_many_faces_is_written_without_draco(tmp_path, monkeypatch):
    monkeypatch.setattr(glb, "CROWDED", 20)
    points, faces = sphere()
    [decoded] = glb.write(tmp_path / "a.glb", [glb.Model("ball", points, faces)])
    assert b"KHR_mesh_quantization" in (tmp_path / "a.glb").read_bytes()
    assert np.array_equal(decoded.faces, faces)


def test_points_with_very_many_faces_are_clustered_without_cutting_edge_by_edge(monkeypatch):
    monkeypatch.setattr(simplify, "CROWDED", 1000.0)
    random = np.random.default_rng(3)
    points = random.random((60, 3))
    faces = np.argsort(random.random((9000, 60)), axis=1)[:, :3].astype(np.int32)
    fewer, kept = simplify.simplify(points, faces, 500)
    assert 0 < len(kept) <= 500
    assert kept.max() < len(fewer)

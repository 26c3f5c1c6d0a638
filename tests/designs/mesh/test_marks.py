import gzip
import json

import numpy as np
import pytest

from designs.mesh import marks
from designs.mesh.types import Surface

POINTS = np.array(
    [[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0], [0, 0, 10], [10, 0, 10], [10, 10, 10], [0, 10, 10]], np.float64
)
FACES = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6],
     [3, 0, 4], [3, 4, 7]], np.int32,
)  # fmt: skip


def written(path, *given, **more):
    marks.write(path / "marks.json", *given, **more)
    return json.loads((path / "marks.json").read_text())


def test_a_closed_cube_has_no_edges_to_show():
    assert [len(found) for found in marks.open_edges(Surface(POINTS, FACES))] == [0, 0, 0]


def test_the_edges_of_a_missing_face_are_open():
    boundary, many, turned = marks.open_edges(Surface(POINTS, FACES[2:]))
    assert {frozenset(pair) for pair in boundary.tolist()} == {frozenset(p) for p in ((0, 1), (1, 2), (2, 3), (3, 0))}
    assert (len(many), len(turned)) == (0, 0)


def test_open_edges_run_as_their_faces_do():
    boundary, _, _ = marks.open_edges(Surface(POINTS, FACES[:1]))
    assert {tuple(pair) for pair in boundary.tolist()} == {(0, 2), (2, 1), (1, 0)}


def test_a_turned_face_is_misoriented_along_its_edges():
    faces = FACES.copy()
    faces[0] = faces[0, ::-1]
    boundary, many, turned = marks.open_edges(Surface(POINTS, faces))
    assert {frozenset(pair) for pair in turned.tolist()} == {frozenset(p) for p in ((0, 2), (2, 1), (1, 0))}
    assert (len(boundary), len(many)) == (0, 0)


def test_an_edge_of_three_faces_is_non_manifold():
    points = np.vstack([POINTS, [[5, -5, 5]]])
    _, many, _ = marks.open_edges(Surface(points, np.vstack([FACES, [[0, 1, 8]]]).astype(np.int32)))
    assert many.tolist() == [[0, 1]]


def test_marks_hold_the_places_of_edges_and_points_in_mm(tmp_path):
    surface = Surface(POINTS, FACES[2:])
    found = written(tmp_path, surface, boundary=np.array([[0, 1]], np.int32), points={"hole": [[1, 2, 3]], "gap": []})
    assert found["version"] == 1
    assert found["edges"] == {"not-watertight": [0, 0, 0, 10, 0, 0]}
    assert found["points"] == {"hole": [1, 2, 3]}


def test_crossing_faces_are_outlined_once(tmp_path):
    found = written(tmp_path, Surface(POINTS, FACES), crossing=np.array([[0, 1], [1, 0]]))
    assert len(found["edges"]["crossing"]) == 5 * 6


def test_triangles_under_two_mm_are_marked_on_the_model_that_the_viewer_decodes(tmp_path):
    asked = []

    def thickness_at(spots, normals):
        asked.append((spots, normals))
        return np.where(normals[:, 2] > 0.5, 0.7, np.where(normals[:, 2] < -0.5, np.inf, 2.0))

    found = written(tmp_path, Surface(POINTS, FACES), (POINTS, FACES), thickness_at=thickness_at)
    assert found["triangles"]["thin"] == {"index": [2, 3], "mm": [0.7, 0.7]}
    spots, normals = asked[0]
    assert spots[2] == pytest.approx(POINTS[FACES[2]].mean(axis=0))
    assert normals[2] == pytest.approx([0, 0, 1])


def test_a_triangle_without_area_is_not_asked_about_and_moves_no_index(tmp_path):
    faces = np.vstack([[[0, 1, 1]], FACES[2:4]]).astype(np.int32)
    found = written(tmp_path, Surface(POINTS, FACES), (POINTS, faces), thickness_at=lambda s, n: np.full(len(s), 1.0))
    assert found["triangles"]["thin"]["index"] == [1, 2]


def test_too_many_segments_are_chosen_evenly_and_the_same_every_time(tmp_path):
    points = np.stack([np.arange(60_001.0), np.zeros(60_001), np.zeros(60_001)], axis=1)
    pairs = np.stack([np.arange(60_000), np.arange(1, 60_001)], axis=1).astype(np.int32)
    first, second = (written(tmp_path, Surface(points, FACES), boundary=pairs) for _ in range(2))
    edges = first["edges"]["not-watertight"]
    assert len(edges) == 20_000 * 6
    assert (edges[0], edges[-3]) == (0, 60_000)
    assert first == second


def test_a_very_bad_mesh_has_marks_of_less_than_two_megabytes(tmp_path):
    random = np.random.default_rng(1)
    points = random.uniform(-100, 100, (50_000, 3))
    pairs = random.integers(0, 50_000, (30_000, 2)).astype(np.int32)
    faces = random.integers(0, 50_000, (200_000, 3)).astype(np.int32)
    marks.write(
        tmp_path / "marks.json", Surface(points, faces), (points, faces), boundary=pairs, non_manifold=pairs,
        misoriented=pairs, thickness_at=lambda spots, normals: random.uniform(0, 2, len(spots)),
    )  # fmt: skip
    assert len(gzip.compress((tmp_path / "marks.json").read_bytes(), 6)) <= 2_000_000


@pytest.mark.parametrize("size", [1e-3, 1e4])
def test_marks_are_true_to_a_part_of_any_size(tmp_path, size):
    surface = Surface(POINTS / 10 * size * 1.2345678, FACES)
    found = written(tmp_path, surface, boundary=np.array([[0, 6]], np.int32))
    assert found["edges"]["not-watertight"][3] == pytest.approx(size * 1.2345678, rel=1e-4)

"""Faces that pass through one another are found, and only these."""

import csv

import numpy as np

from designs.mesh import crossing, details, topology
from designs.mesh.load import READERS
from designs.mesh.types import Surface
from tests.designs.mesh.shapes import ball, box, surface


def found(*shapes):
    return crossing.facts(*crossing.find(surface(*shapes)))


def test_two_cubes_one_in_the_other_cross_where_their_faces_meet():
    part = surface(box(10, 10, 10), box(10, 10, 10, at=(5, 4, 3.1)))
    pairs, truncated = crossing.find(part)
    assert not truncated
    assert len(pairs) > 0
    assert ((pairs.min(axis=1) < 12) & (pairs.max(axis=1) >= 12)).all()
    assert set(np.sign(part.normals[pairs[pairs < 12]].round()).sum(axis=1)) <= {-1.0, 1.0}
    assert crossing.facts(pairs, truncated)["crossing_faces"] == len(set(pairs.ravel().tolist()))


def test_whole_cubes_balls_and_parts_that_touch_do_not_cross():
    nothing = {"crossing_faces": 0, "crossing_pairs": 0, "crossing_truncated": False}
    assert found(box(10, 10, 10)) == nothing
    assert found(ball(10)) == nothing
    assert found(box(10, 10, 10), box(10, 10, 10, at=(10, 0, 0))) == nothing
    assert found(box(10, 10, 10), box(10, 10, 10, at=(3, 4, 10))) == nothing


def test_every_crossing_pair_is_confirmed_and_none_is_missed():
    random = np.random.default_rng(4)
    points = random.normal(size=(360, 3)) + random.normal(size=(120, 1, 3)).repeat(3, axis=1).reshape(-1, 3) * 2
    faces = np.arange(360, dtype=np.int32).reshape(-1, 3)
    pairs = {tuple(sorted(pair)) for pair in crossing.find(Surface(points, faces))[0].tolist()}
    corners = points[faces]
    expected = {
        (i, j)
        for i in range(120)
        for j in range(i + 1, 120)
        if _pierces(corners[i], corners[j]) or _pierces(corners[j], corners[i])
    }
    assert len(expected) > 50
    assert pairs == expected


def _pierces(edges, triangle):
    """Whether an edge of one triangle passes through another, by solving for the point (slow, by the book)."""
    a, b, c = triangle
    for k in range(3):
        start, end = edges[k], edges[(k + 1) % 3]
        t, u, v = np.linalg.solve(np.stack([start - end, b - a, c - a], axis=1), start - a)
        if 0 < t < 1 and u > 0 and v > 0 and u + v < 1:
            return True
    return False


def test_faces_that_share_one_point_cross_when_the_far_edge_passes_through():
    points = np.array([[0, 0, 0], [10, -5, 0], [10, 5, 0], [5, 0, -3], [5, 0, 3]], float)
    faces = np.array([[0, 1, 2], [0, 3, 4]], np.int32)
    assert crossing.find(Surface(points, faces))[0].tolist() == [[0, 1]]
    points[3, 2] = 1
    assert len(crossing.find(Surface(points, faces))[0]) == 0


def test_where_a_part_lies_does_not_matter():
    near, far = (surface(box(10, 10, 10, at=(x, 0, 0)), box(10, 10, 10, at=(x + 5, 4, 3.1))) for x in (0.0, 1e6))
    assert crossing.find(near)[0].shape[0] > 10
    assert set(map(tuple, crossing.find(near)[0])) == set(map(tuple, crossing.find(far)[0]))


def test_a_hostile_mesh_ends_and_says_that_it_was_cut_short(monkeypatch):
    monkeypatch.setattr(crossing, "STEPS", 1_000_000)
    heap = np.tile(np.random.default_rng(1).normal(size=(3, 3)), (20_000, 1))
    pairs, truncated = crossing.find(Surface(heap, np.arange(60_000, dtype=np.int32).reshape(-1, 3)))
    assert truncated
    assert len(pairs) == 0
    heap = np.random.default_rng(1).normal(size=(60_000, 3))
    monkeypatch.undo()
    pairs, truncated = crossing.find(Surface(heap, np.arange(60_000, dtype=np.int32).reshape(-1, 3)))
    assert truncated
    assert len(pairs) == crossing.MAX_PAIRS


def test_crossing_faces_are_outlined_once_each():
    part = surface(box(10, 10, 10), box(10, 10, 10, at=(5, 4, 3.1)))
    pairs, _ = crossing.find(part)
    lines = details.outlines(part, pairs)
    assert lines.shape[1:] == (2, 3)
    assert len(np.unique(lines.reshape(-1, 6), axis=0)) == len(lines)


def test_real_files_agree_with_meshlab_where_faces_truly_cross(shared):
    """MeshLab also counts faces that lie upon one another in one plane, which we leave out."""
    same, compared = 0, 0
    for row in csv.DictReader((shared / "oracle.csv").open()):
        path = shared / row["file"]
        if not row["ml_selfintersecting_faces"] or path.suffix.lower() != ".stl" or int(row["bytes"]) > 1_000_000:
            continue
        part = READERS["stl"](path.read_bytes()).parts[0]
        points, faces = topology.weld(part.points, part.faces)
        whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
        pairs, _ = crossing.find(Surface(points, faces[whole].astype(np.int32)))
        same += (len(pairs) > 0) == (float(row["ml_selfintersecting_faces"]) > 0)
        compared += 1
    assert compared > 15
    assert same / compared >= 0.8

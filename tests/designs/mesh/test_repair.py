"""What can be fixed is fixed, what is sound stays as it is, and the report says both."""

import csv
import json

import numpy as np
import pytest
import trimesh

from designs.mesh import load, repair
from designs.mesh.edge_table import volume_mm3, welded
from designs.mesh.types import Surface


def surface(mesh):
    return welded(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int64))


def box(*size, at=(0, 0, 0)):
    mesh = trimesh.creation.box(size or (20, 20, 20))
    mesh.apply_translation(np.array(mesh.extents) / 2 + at)
    return surface(mesh)


def ball(radius=10, inside_out=False):
    made = surface(trimesh.creation.icosphere(3, radius))
    return Surface(made.points, np.ascontiguousarray(made.faces[:, ::-1])) if inside_out else made


def together(*surfaces):
    points, faces, offset = [], [], 0
    for part in surfaces:
        points.append(part.points)
        faces.append(part.faces.astype(np.int64) + offset)
        offset += len(part.points)
    return welded(np.vstack(points), np.vstack(faces))


def steps(done):
    return {step["code"]: step["count"] for step in done.report["steps"]}


def sound(done):
    """Fixed, and repairing it again changes nothing."""
    again = repair.repair(done.surface)
    return done.report["fixed"] and again.surface is done.surface and again.report["steps"] == []


SOUND = {
    "a cube": box(),
    "a fine ball": ball(),
    "a hollow ball": together(ball(10), ball(5, inside_out=True)),
    "two parts": together(box(), box(at=(30, 0, 0))),
    "a ball within a hollow ball": together(ball(10), ball(8, inside_out=True), ball(3)),
    "a torus": surface(trimesh.creation.torus(20, 5)),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_comes_back_itself(name):
    done = repair.repair(SOUND[name])
    assert done.surface is SOUND[name]
    assert (done.report["steps"], done.report["changed"], done.report["fixed"]) == ([], False, True)


def test_a_missing_face_of_a_cube_is_put_back():
    part = box()
    done = repair.repair(Surface(part.points, part.faces[1:]))
    assert steps(done) == {"fill-holes": 1}
    assert volume_mm3(done.surface) == pytest.approx(8000)
    assert done.report["max_displacement_mm"] == 0
    assert sound(done)


def test_a_hole_of_many_edges_in_a_ball_is_closed_with_the_least_area():
    part = ball()
    top = part.points[part.faces].mean(axis=1)[:, 2] > 9.2
    done = repair.repair(Surface(part.points, part.faces[~top]))
    (step,) = done.report["steps"]
    assert (step["code"], step["count"]) == ("fill-holes", 1)
    assert step["area_mm2"] < part.areas[top].sum()
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(part), rel=0.02)
    assert sound(done)


def test_the_mouth_of_a_cup_without_thickness_is_left_open_and_said():
    cup = trimesh.creation.cylinder(20, 40, sections=64)
    sides = surface(trimesh.Trimesh(cup.vertices, cup.faces[cup.triangles_center[:, 2] < 19.9], process=False))
    done = repair.repair(sides)
    assert done.surface is sides
    assert (done.report["left"], done.report["fixed"]) == (["not-watertight"], False)
    wide = repair.repair(sides, repair.Options(max_hole_share=0.5))
    assert volume_mm3(wide.surface) == pytest.approx(cup.volume)


def test_a_missing_ring_between_two_walls_is_a_ring_again():
    tube = trimesh.creation.annulus(8, 10, 30, sections=48)
    open_ = surface(trimesh.Trimesh(tube.vertices, tube.faces[tube.triangles_center[:, 2] < 14.9], process=False))
    done = repair.repair(open_)
    assert volume_mm3(done.surface) == pytest.approx(tube.volume)
    assert float(done.surface.areas.sum()) == pytest.approx(tube.area)
    assert sound(done)


def test_a_hole_longer_than_allowed_stays():
    part = box()
    done = repair.repair(Surface(part.points, part.faces[1:]), repair.Options(max_hole_mm=10))
    assert done.report["left"] == ["not-watertight"]


@pytest.mark.parametrize("share", [0.1, 0.45])
def test_faces_that_disagree_with_their_neighbours_are_turned(share):
    part = ball()
    faces = part.faces.copy()
    some = np.random.default_rng(3).random(len(faces)) < share
    faces[some] = faces[some][:, ::-1]
    done = repair.repair(Surface(part.points, faces))
    assert steps(done)["winding"] == some.sum()
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(part))
    assert sound(done)


def test_a_part_inside_out_is_turned_outwards():
    done = repair.repair(ball(inside_out=True))
    assert steps(done) == {"inverted": 1}
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(ball()))
    assert sound(done)


def test_a_hollow_part_inside_out_keeps_its_hollow():
    hollow = together(ball(10, inside_out=True), ball(5))
    done = repair.repair(hollow)
    assert steps(done) == {"inverted": 2}
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(ball(10)) - volume_mm3(ball(5)))
    assert sound(done)


def test_one_of_two_parts_inside_out_is_turned_alone():
    other = box(at=(40, 0, 0))
    done = repair.repair(together(ball(inside_out=True), other))
    assert steps(done) == {"inverted": 1}
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(ball()) + 8000)


def test_doubled_faces_are_dropped():
    part = box()
    done = repair.repair(Surface(part.points, np.vstack((part.faces, part.faces[3:6]))))
    assert steps(done) == {"duplicate": 3}
    assert volume_mm3(done.surface) == pytest.approx(8000)
    assert sound(done)


def test_a_part_that_lies_in_the_file_twice_is_there_once():
    part = ball()
    done = repair.repair(Surface(part.points, np.vstack((part.faces, part.faces))))
    assert len(done.surface.faces) == len(part.faces)
    assert volume_mm3(done.surface) == pytest.approx(volume_mm3(part))
    assert sound(done)


def test_the_wall_between_two_cubes_that_share_a_side_goes():
    done = repair.repair(together(box(10, 10, 10), box(10, 10, 10, at=(10, 0, 0))))
    assert done.report["after"]["shells"] == 1
    assert volume_mm3(done.surface) == pytest.approx(2000)
    assert float(done.surface.areas.sum()) == pytest.approx(1000)
    assert sound(done)


def test_cubes_that_touch_along_an_edge_are_parted_by_a_hair():
    done = repair.repair(together(box(10, 10, 10), box(10, 10, 10, at=(10, 10, 0))))
    assert steps(done) == {"separated": 2}
    assert done.report["after"]["shells"] == 2
    assert 0 < done.report["max_displacement_mm"] < 0.001
    assert volume_mm3(done.surface) == pytest.approx(2000, abs=0.1)
    assert sound(done)


def test_a_crack_of_near_equal_points_closes():
    part = trimesh.creation.box((20, 20, 20)).subdivide()
    soup = part.triangles.copy()
    soup += np.random.default_rng(1).uniform(-2e-4, 2e-4, soup.shape)
    done = repair.repair(welded(soup.reshape(-1, 3), np.arange(len(soup) * 3).reshape(-1, 3)))
    assert done.report["after"]["boundary_edges"] == 0
    assert done.report["after"]["triangles"] == len(part.faces)
    assert done.report["max_displacement_mm"] < 0.002
    assert volume_mm3(done.surface) == pytest.approx(8000, rel=1e-4)
    assert sound(done)


def test_a_point_of_one_face_on_the_edge_of_another_closes_by_a_cut():
    part = box()
    face = part.faces[0].astype(np.int64)
    middle = part.points[face[:2]].mean(axis=0)
    new = len(part.points)
    faces = np.vstack((part.faces[1:], [[face[0], new, face[2]], [new, face[1], face[2]]]))
    done = repair.repair(welded(np.vstack((part.points, middle)), faces))
    assert steps(done) == {"split-edges": 1}
    assert volume_mm3(done.surface) == pytest.approx(8000)
    assert sound(done)


def test_a_face_without_area_goes_and_leaves_no_hole():
    part = box()
    a, b = part.faces[0][:2].astype(np.int64)
    new = len(part.points)
    c = int(part.faces[0][2])
    points = np.vstack((part.points, part.points[[a, b]].mean(axis=0)))
    faces = np.vstack((part.faces[1:], [[a, new, c], [new, b, c], [a, b, new]]))
    done = repair.repair(welded(points, faces))
    assert steps(done) == {"degenerate": 1}
    assert volume_mm3(done.surface) == pytest.approx(8000)
    assert sound(done)


def test_cubes_that_overlap_become_one_solid_of_the_exact_volume():
    done = repair.repair(together(box(), box(at=(10, 10, 10))))
    (step,) = done.report["steps"]
    assert (step["code"], step["count"]) == ("united", 2)
    assert step["overlap_mm3"] == pytest.approx(1000)
    assert done.report["after"]["shells"] == 1
    assert volume_mm3(done.surface) == pytest.approx(15000)
    assert sound(done)


def test_shells_stay_apart_when_asked_to():
    part = together(box(), box(at=(10, 10, 10)))
    assert repair.repair(part, repair.Options(unite=False)).surface is part


def test_a_part_laid_over_a_hollow_one_leaves_the_hollow():
    hollow = together(box(30, 30, 30), surface(trimesh.creation.box((10, 10, 10)).apply_translation((15, 15, 15))))
    faces = hollow.faces.copy()
    faces[12:] = faces[12:, ::-1]
    done = repair.repair(together(Surface(hollow.points, faces), box(10, 10, 10, at=(25, 25, 25))))
    assert steps(done) == {"united": 2}
    assert volume_mm3(done.surface) == pytest.approx(27000 - 1000 + 1000 - 125)


def test_a_stray_speck_beside_the_part_goes():
    speck = surface(trimesh.creation.icosphere(0, 1e-4))
    done = repair.repair(together(box(), Surface(speck.points + 30.0, speck.faces)))
    assert steps(done) == {"specks": 1}
    assert done.report["after"]["shells"] == 1


def test_a_strip_with_one_side_is_left_as_it_is_and_said():
    turns = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    rim = [
        (np.cos(t) * (10 + w * np.cos(t / 2)), np.sin(t) * (10 + w * np.cos(t / 2)), w * np.sin(t / 2))
        for t in turns
        for w in (-2, 2)
    ]
    faces = []
    for i in range(40):
        a, b, c, d = 2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 3
        if i == 39:
            c, d = 1, 0
        faces += [(a, b, c), (b, d, c)]
    strip = welded(np.array(rim), np.array(faces))
    done = repair.repair(strip)
    assert {"not-watertight", "misoriented"} <= set(done.report["left"])
    assert not done.report["fixed"]


def test_a_surface_without_a_face_is_not_fixed():
    done = repair.repair(Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int32)))
    assert (done.report["fixed"], done.report["left"]) == (False, ["no-volume"])


@pytest.mark.parametrize("seed", range(60))
def test_no_soup_of_triangles_stops_a_repair_and_none_is_repaired_twice(seed):
    some = np.random.default_rng(seed)
    part = box(10, 10, 10) if seed % 2 else ball(5)
    faces = np.vstack((part.faces, some.integers(0, len(part.points), (8, 3))))
    points = part.points * [1, 1, some.integers(0, 2)] + some.normal(0, 10.0 ** some.integers(-9, 1), part.points.shape)
    done = repair.repair(welded(points, faces[some.random(len(faces)) < 0.9]))
    assert repair.repair(done.surface).surface is done.surface


def test_a_flat_sheet_whose_sides_cancel_is_not_repaired_to_nothing():
    faces = np.array([[0, 1, 2], [0, 2, 1]])
    done = repair.repair(welded(np.array([[0.0, 0, 0], [5, 0, 0], [0, 5, 0]]), faces))
    assert len(done.surface.faces) > 0
    assert not done.report["fixed"]


def test_the_report_is_json():
    part = box()
    report = repair.repair(Surface(part.points, part.faces[1:])).report
    assert json.loads(json.dumps(report)) == report


def test_what_is_written_is_the_same_bytes_each_time_and_reads_back(tmp_path):
    parts = [box(), ball()]
    for name in ("a.stl", "b.stl"):
        repair.write_stl(tmp_path / name, parts)
    data = (tmp_path / "a.stl").read_bytes()
    assert data == (tmp_path / "b.stl").read_bytes()
    assert len(data) == 84 + 50 * (12 + len(ball().faces))
    (part,) = load.load(tmp_path / "a.stl", "stl").parts
    read = welded(part.points, part.faces)
    assert volume_mm3(read) == pytest.approx(8000 + volume_mm3(ball()), rel=1e-6)
    again = trimesh.load(tmp_path / "a.stl")
    assert again.face_normals == pytest.approx(np.vstack([part.normals for part in parts]), abs=1e-5)


FAULTY = ("open", "non-manifold", "misoriented", "inside-out")


def test_most_real_faulty_files_become_closed_and_manifold_and_stay_so_in_a_file(shared, tmp_path):
    with (shared / "oracle.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["class"].startswith(FAULTY) and row["format"] == "stl"]
    rows = [row for row in rows if row["file"].startswith("files/") and int(row["bytes"]) < 800_000]
    fixed = 0
    for row in rows:
        (part,) = load.load(shared / row["file"], "stl").parts
        done = repair.repair(welded(part.points, part.faces))
        before, after = done.report["before"], done.report["after"]
        assert sum(after[key] for key in FAULTS) <= sum(before[key] for key in FAULTS), row["file"]
        assert np.allclose(after["size_mm"], before["size_mm"], rtol=1e-3), row["file"]
        assert repair.repair(done.surface).surface is done.surface, row["file"]
        if done.report["fixed"]:
            repair.write_stl(tmp_path / "repaired.stl", [done.surface])
            (read,) = load.load(tmp_path / "repaired.stl", "stl").parts
            assert repair.repair(welded(read.points, read.faces)).report["fixed"], row["file"]
        fixed += done.report["fixed"]
    assert len(rows) >= 15
    assert fixed >= len(rows) - 2


FAULTS = ("boundary_edges", "non_manifold_edges", "winding_errors", "degenerate_triangles", "duplicate_triangles")

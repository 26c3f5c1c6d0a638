"""Known solids have known facts, whatever format they come in."""

import numpy as np
import pytest
import trimesh

from designs.mesh import measure, preview, printability
from designs.mesh.load import READERS
from designs.mesh.types import Loaded, Part


def box(size=20.0, at=0.0, invert=False):
    mesh = trimesh.creation.box([size] * 3)
    mesh.apply_translation([size / 2 + at] * 3)
    faces = mesh.faces[:, ::-1] if invert else mesh.faces
    return np.array(mesh.vertices, np.float64), np.array(faces, np.int64)


def facts(*solids):
    points, faces, offset = [], [], 0
    for p, f in solids:
        points.append(p)
        faces.append(f + offset)
        offset += len(p)
    return measure.facts_of(Loaded([Part("", np.vstack(points), np.vstack(faces))]), "stl")


def codes(found):
    return {finding.code for finding in printability.judge(found).findings}


def test_a_cube_has_its_volume_area_and_size():
    found = facts(box())
    assert found["volume_mm3"] == pytest.approx(8000)
    assert found["area_mm2"] == pytest.approx(2400)
    assert found["size_mm"] == [20, 20, 20]
    assert found["watertight"]
    assert found["bed_contact_mm2"] == pytest.approx(400)
    assert printability.judge(found).grade == "prints"


def test_an_open_cube_is_not_watertight():
    points, faces = box()
    found = facts((points, faces[1:]))
    assert found["boundary_edges"] == 3
    assert printability.judge(found).grade == "fails"
    assert "not-watertight" in codes(found)


def test_a_cube_inside_out_stands_on_the_same_side_and_hangs_nowhere():
    right, wrong = facts(box()), facts(box(invert=True))
    for key in ("bed_contact_mm2", "overhang_by_angle_mm2", "centre_of_mass_mm", "tip_degrees"):
        assert wrong[key] == pytest.approx(right[key])
    assert not {"overhang", "bed-contact"} & codes(wrong)


def test_an_inverted_cube_has_a_negative_volume():
    found = facts(box(invert=True))
    assert found["volume_mm3"] == pytest.approx(-8000)
    assert "inverted" in codes(found)


def test_two_shells_and_a_cavity_are_told_apart():
    assert facts(box(), box(at=50))["shells"] == 2
    hollow = facts(box(), box(10, 5, invert=True))
    assert (hollow["shells"], hollow["cavities"]) == (2, 1)
    assert hollow["volume_mm3"] == pytest.approx(7000)


def test_the_units_that_the_owner_chose_scale_every_length():
    found = printability.in_units(facts(box(1)), "inch")
    assert found["size_mm"] == [25.4] * 3
    assert found["volume_mm3"] == pytest.approx(25.4**3)
    assert found["units"] == "inch"


@pytest.mark.parametrize("kind", ["stl", "stl_ascii", "obj", "ply", "off", "glb"])
def test_every_reader_reads_a_cube(kind):
    mesh = trimesh.Trimesh(*box(), process=False)
    data = mesh.export(file_type=kind)
    loaded = READERS[kind.split("_")[0]](data.encode() if isinstance(data, str) else data)
    found = measure.facts_of(loaded, kind)
    scale = 1000 if kind == "glb" else 1
    assert found["triangles"] == 12
    assert found["volume_mm3"] == pytest.approx(8000 * scale**3)


def test_the_picture_shows_the_part_on_a_transparent_ground():
    alpha = np.asarray(preview.render(*box(), size=128))[:, :, 3]
    assert alpha[0, 0] == 0
    assert 0.25 < (alpha == 255).mean() < 0.8

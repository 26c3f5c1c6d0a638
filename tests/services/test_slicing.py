"""The slicer's door: the figures of slices.csv again, a machine's own profile, and what it refuses."""

import csv
import zipfile
from pathlib import Path

import pytest
import trimesh

from designs.mesh import sandbox
from fablab.actions.slice import ask_slice, state_of
from fablab.models import Slice
from fablab.slicers import prusa
from jobs.worker import Worker
from storage import blobs
from tests import solids
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import commit, make_project, make_user

pytestmark = [pytest.mark.service("prusa-slicer"), pytest.mark.django_db(transaction=True)]
AS_MEASURED = {
    "bed_shape": "0x0,300x0,300x300,0x300",
    "layer_height": "0.2",
    "first_layer_height": "0.2",
    "fill_density": "15%",
    "nozzle_diameter": "0.4",
    "filament_diameter": "1.75",
    "filament_density": "1.24",
}
"""The command line of slices.csv (see the README of the shared data)."""
SMALL = 5_000
"""Seconds of printing: what prints longer takes long to slice too."""


def plain(path, folder, kind="stl", **values):
    folder.mkdir()
    outcome = sandbox.plain(path, kind, folder, **values)
    assert outcome.refusal is None
    return outcome.pictures["plain"]


def test_real_parts_take_the_time_and_the_grams_that_the_slicer_said_on_its_command_line(shared, tmp_path):
    rows = [row for row in csv.DictReader((shared / "slices.csv").open()) if int(row["estimated_s"]) < SMALL]
    for number, row in enumerate(rows):
        part = plain(shared / row["file"], tmp_path / f"p{number}")
        room = tmp_path / f"w{number}"
        room.mkdir()
        sliced = prusa.slice([(part, 1)], AS_MEASURED, room)
        assert sliced.layers == int(row["layers"])
        assert sliced.seconds == pytest.approx(int(row["estimated_s"]), rel=0.005)
        assert sliced.grams == pytest.approx(float(row["filament_g"]), rel=0.005)
    assert len(rows) >= 8


def test_two_of_a_part_take_about_twice_as_much_on_one_plate(tmp_path):
    cube = tmp_path / "cube.stl"
    cube.write_bytes(solids.box((20, 20, 20)))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = prusa.slice([(cube, 1)], AS_MEASURED, tmp_path / "one")
    two = prusa.slice([(cube, 2)], AS_MEASURED, tmp_path / "two")
    assert two.grams == pytest.approx(2 * one.grams, rel=0.05)
    assert two.layers == one.layers


def test_what_is_larger_than_the_bed_is_refused_as_such(tmp_path):
    cube = tmp_path / "cube.stl"
    cube.write_bytes(solids.box((400, 400, 400)))
    (tmp_path / "w").mkdir()
    with pytest.raises(prusa.SlicerRefusedError) as refused:
        prusa.slice([(cube, 1)], AS_MEASURED, tmp_path / "w")
    assert refused.value.code == "too-large"


def test_a_project_file_with_settings_of_its_own_reaches_the_slicer_as_triangles_alone(tmp_path):
    model = tmp_path / "with-settings.3mf"
    box = trimesh.creation.box((10, 10, 10))
    model.write_bytes(trimesh.Scene(box).export(file_type="3mf"))
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr("Metadata/Slic3r_PE.config", f"; post_process = touch {tmp_path}/harmed\n")
    part = plain(model, tmp_path / "p", "3mf")
    (tmp_path / "w").mkdir()
    assert prusa.slice([(part, 1)], AS_MEASURED, tmp_path / "w").layers == 50
    assert not (tmp_path / "harmed").exists()


def test_a_request_for_the_same_plate_is_sliced_once_and_keeps_its_program(settings):
    ada = make_user()
    project = make_project(ada)
    commit(project, {"cube.stl": solids.box((20, 20, 20))})
    file = project.files.get(path="cube.stl")
    machine = make_machine(make_lab(manager=ada), slicer={"perimeters": 2})
    spool = make_stock(machine.lab, "PETG", density_g_cm3=1.27)
    plate = [(file.sha256, "stl", "", 1)]
    row = ask_slice(machine, plate, stock=spool)
    assert ask_slice(machine, plate, stock=spool).pk == row.pk
    assert state_of(row) == "waiting"
    Worker().drain()
    row = Slice.objects.get()
    assert state_of(row) == "ready", row.refusal
    assert row.result["layers"] == 100
    assert 2 < row.result["grams"] < 8
    text = Path(blobs.store().path(blobs.key(row.gcode))).read_text()
    assert "; perimeters = 2" in text
    assert "; first_layer_temperature = 245" in text

"""OpenSCAD: rendered where it is installed, within its folder, its time and its memory."""

import shutil

import pytest

from designs.mesh import formats, landlock, load, measure
from designs.mesh.load import scad
from designs.mesh.types import RefusedError

pytestmark = pytest.mark.process

needs_openscad = pytest.mark.skipif(
    shutil.which("openscad") is None or not landlock.version(), reason="openscad, or Landlock to shut it in, is absent"
)


def refusal(source):
    with pytest.raises(RefusedError) as caught:
        scad.read(source.encode())
    return caught.value.refusal


def test_a_source_is_no_mesh():
    assert formats.format_of("Part.SCAD") == "scad"
    assert formats.SOURCES.isdisjoint(formats.MESHES)


def test_where_openscad_is_absent_the_source_is_shown(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert refusal("cube(1);").code == "needs-openscad"


def test_a_program_that_cannot_be_shut_in_is_not_run(monkeypatch, tmp_path):
    ran, program = tmp_path / "ran", tmp_path / "openscad"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(landlock, "version", lambda: 0)
    found = refusal("cube(1);")
    assert (found.code, found.sentence) == ("needs-openscad", "OpenSCAD cannot be shut in here: shown as source")
    assert not ran.exists()


@needs_openscad
def test_a_concave_solid_is_rendered_with_its_true_volume():
    loaded = scad.read(b"linear_extrude(4) polygon([[0,0],[10,0],[10,10],[5,2],[0,10]]);")
    facts = measure.facts_of(loaded, "scad")
    assert facts["volume_mm3"] == pytest.approx(4 * 60)
    assert facts["watertight"]
    assert loaded.extra == {"source": "openscad"}


@needs_openscad
def test_a_real_file_has_the_facets_of_a_slicer_and_its_size(shared):
    loaded = load.load(shared / "files/prusa3d__Original-Prusa-i3/endstop-block.scad", "scad")
    facts = measure.facts_of(loaded, "scad")
    assert facts["watertight"]
    assert (facts["triangles"], facts["shells"]) == (288, 1)


@needs_openscad
def test_what_openscad_warned_of_is_told_without_its_log():
    source = 'use <lib/gears.scad>\nimport("part.stl"); echo("<script>secret"); gear(); cube(1);'
    assert scad.read(source.encode()).warnings == [
        "OpenSCAD cannot open the library lib/gears.scad",
        "OpenSCAD does not know gear",
        "OpenSCAD cannot open the file part.stl",
    ]


OUTSIDE = [
    "include </etc/passwd>", "use <../../x.scad>", 'import("/proc/self/environ");', 'surface(file = "/etc/passwd");',
    'import (convexity=3,\n"../a.stl");', 'linear_extrude("/a.dxf", height=2);', 'x = dxf_dim(file="C:\\\\a.dxf");',
    'import("~/a.stl");', "/* include <ok.scad> */ include <a/../../b.scad>", 'echo("// \\" "); use </a>',
    'linear_extrude(height=2, file="http://127.0.0.1/a.dxf");', 'import_dxf("/a.dxf");',
]  # fmt: skip


@pytest.mark.parametrize("source", OUTSIDE)
def test_a_path_that_leaves_the_folder_is_refused(source):
    found = refusal(f"{source}\ncube(1);")
    assert found.code == "outside-target"
    assert "etc" not in found.sentence


INSIDE = ["// include </etc/passwd>", 'echo("include </etc/passwd>");', "include <MCAD/boxes.scad>", "use <lib/a.scad>"]


@pytest.mark.parametrize("source", INSIDE)
def test_a_path_that_is_not_opened_or_stays_is_not_refused(source):
    scad.refuse_outside(f"{source}\ncube(1);")


REFUSED = [
    ("square(3);", "flat"), ("", "no-triangles"), ("x = 1;", "no-triangles"), ("\n\ncube(;", "syntax"),
    ("gear();", "no-triangles"), ("\0", "not-scad"),
]  # fmt: skip


@needs_openscad
@pytest.mark.parametrize(("source", "code"), REFUSED)
def test_a_source_that_draws_no_solid_is_refused_with_a_reason(source, code):
    assert refusal(source).code == code


@needs_openscad
def test_a_syntax_error_is_told_with_its_line():
    assert refusal("a = 1;\ncube(2) }\n").sentence == "line 2: OpenSCAD does not understand it"


@needs_openscad
@pytest.mark.parametrize(("limit", "seconds"), [("RENDER_SECONDS", 1), ("WALL_SECONDS", 0.5)])
def test_a_render_that_takes_too_long_is_stopped(monkeypatch, shared, limit, seconds):
    monkeypatch.setattr(scad, limit, seconds)
    source = (shared / "hostile/scad_minkowski_slow.scad").read_text()
    assert refusal(source).code == "render-timeout"


@needs_openscad
def test_a_render_that_takes_too_much_memory_is_stopped(monkeypatch, shared):
    monkeypatch.setattr(scad, "MAX_ADDRESS", 220 << 20)
    source = (shared / "hostile/scad_minkowski_slow.scad").read_text()
    assert refusal(source).code == "render-too-large"


@needs_openscad
def test_a_flood_of_output_is_cut(monkeypatch):
    monkeypatch.setattr(scad, "MAX_LOG", 2000)
    loaded = scad.read(b'for (i = [0:9000]) echo(str("WARNING: Ignoring unknown module \'x", i, "\'")); cube(1);')
    assert len(loaded.parts[0].faces) == 12
    assert loaded.warnings == []


@needs_openscad
def test_a_computed_path_tells_nothing_of_the_file():
    found = refusal('path = "/etc/passwd"; surface(path); import(path);')
    assert "root" not in found.sentence
    assert found.code in {"no-triangles", "unreadable"}

"""Files made to break readers: each is stored, judged by its name, and harms nobody."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from designs.models import Analysis
from jobs.worker import Worker
from tests.factories import FIRST, commit, make_project, make_user

pytestmark = pytest.mark.process

SCRIPTS = {
    "page.html": b"<script>alert(1)</script>",
    "picture.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
}
VOLUMES = {
    "stl_good_cube.stl": 8000,
    "3mf_good_cube.3mf": 8000,
    "stl_binary_starts_with_solid.stl": 8000,
    "polyglot_stl_html.stl": 8000,
    "polyglot_stl_zip.stl": 8000,
    "stl_ascii_two_solids.stl": 9000,
    "stl_all_degenerate.stl": 0,
}
CAUSES = {
    "3mf_bad_index.3mf": "bad-index",
    "3mf_component_cycle.3mf": "component-cycle",
    "3mf_component_self.3mf": "component-cycle",
    "3mf_million_items.3mf": "too-many-instances",
    "3mf_missing_model_part.3mf": "missing-part",
    "3mf_target_http.3mf": "outside-target",
    "3mf_target_outside.3mf": "outside-target",
    "3mf_truncated_xml.3mf": "unreadable",
    "3mf_xml_entity_bomb.3mf": "xml-dtd",
    "3mf_xxe_file.3mf": "xml-dtd",
    "3mf_xxe_http.3mf": "xml-dtd",
    "3mf_zip_bomb_1GiB.3mf": "unpacks-too-large",
    "dxf_array_bomb.dxf": "too-complex",
    "dxf_recursive_block.dxf": "too-complex",
    "gcode_binary_renamed.gcode": "not-gcode",
    "gzip_bomb_1GiB.stl.gz": "unpacks-too-large",
    "obj_index_out_of_range.obj": "bad-index",
    "obj_points_only.obj": "no-triangles",
    "off_negative_counts.off": "bad-count",
    "ply_bad_list_length.ply": "truncated",
    "ply_endless_header.ply": "unreadable",
    "png_30000x30000.png": "too-many-pixels",
    "png_claims_2e9.png": "unreadable",
    "step_truncated.step": "truncated",
    "stl_ascii_long_line.stl": "no-triangles",
    "stl_ascii_nan_words.stl": "non-finite",
    "stl_ascii_no_endsolid.stl": "truncated",
    "stl_claims_50_facets.stl": "truncated",
    "stl_count_zero.stl": "no-triangles",
    "stl_html_renamed.stl": "not-stl",
    "stl_inf_huge.stl": "non-finite",
    "stl_text_renamed.stl": "not-stl",
    "stl_truncated.stl": "truncated",
    "stl_zero_bytes.stl": "empty",
    "svg_entity_bomb.svg": "xml-dtd",
    "svg_not_xml.svg": "unreadable",
    "svg_use_bomb.svg": "too-complex",
    "svg_use_cycle.svg": "too-complex",
}
PROGRAMS = {
    "scad_huge_loop.scad": "no-triangles",
    "scad_minkowski_slow.scad": "render-timeout",
    "scad_read_files.scad": "outside-target",
}
if not shutil.which("openscad"):
    PROGRAMS = dict.fromkeys([*PROGRAMS, "scad_echo_flood.scad"], "needs-openscad")


def below(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def address(name: str, at: str) -> str:
    return reverse(f"designs:{name}", args=["ada", "widget", at])


@pytest.mark.django_db(transaction=True)
def test_every_hostile_file_gets_facts_or_a_refusal_that_names_the_cause(client, shared):
    project = make_project(make_user("ada"))
    files = {
        path.name: path.read_bytes()
        for path in sorted((shared / "hostile").iterdir())
        if not path.name.startswith("zip_") and path.suffix != ".bundle" and path.stem not in {"README", "EXPECTED"}
    }
    revision = commit(project, files)
    assert set(revision.files.values_list("path", flat=True)) - FIRST == files.keys()
    Worker().drain()
    analyses = {row.sha256: row for row in Analysis.objects.all()}
    found = {file.path: analyses[file.sha256] for file in revision.files.exclude(format="")}
    assert {row.state for row in found.values()} == {Analysis.State.DONE}
    assert {path: row.refusal_code for path, row in found.items() if not row.facts} == CAUSES | PROGRAMS
    assert [path for path in CAUSES if not found[path].refusal["sentence"]] == []
    for path, volume in VOLUMES.items():
        assert found[path].facts["volume_mm3"] == pytest.approx(volume), path
    for path in files:
        page = client.get(address("blob", f"main/{path}"))
        text = page.content.decode()
        assert page.status_code == 200, path
        assert ("Traceback" in text, "root:x:0" in text) == (False, False), path
    assert not any("root:x:0" in str([row.facts, row.refusal]) for row in found.values())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["zip_lying_size.zip", "zip_nested_bomb.zip", "zip_path_traversal.zip"])
def test_a_hostile_zip_leaves_nothing_outside_its_place(client, shared, name):
    ada = make_user("ada")
    project = make_project(ada)
    before, head = below(settings.DATA_DIR), project.repo.tip("main")
    client.force_login(ada)
    upload = SimpleUploadedFile(name, (shared / "hostile" / name).read_bytes())
    answer = client.post(
        reverse("designs:upload", args=["ada", "widget"]), {"files": [upload], "expand_zip": "on", "message": "All"}
    )
    inside = (str(project.path), str(settings.UPLOADS_DIR))
    strays = {path for path in below(settings.DATA_DIR) - before if not path.startswith(inside)}
    assert strays == set()
    project.refresh_from_db()
    paths = {entry.path for entry in project.repo.tree(project.repo.tip("main"), recursive=True)}
    if name == "zip_nested_bomb.zip":
        assert answer.status_code == 302
        assert all(path in FIRST or path.endswith(".zip") for path in paths)
    else:
        assert answer.status_code == 422
        assert (project.repo.tip("main"), paths) == (head, FIRST)
    assert project.repo.fsck() == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_that_could_run_is_only_ever_a_sandboxed_download(client, name):
    commit(make_project(make_user("ada")), SCRIPTS)
    answer = client.get(address("raw", f"main/{name}"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.getvalue() == SCRIPTS[name]

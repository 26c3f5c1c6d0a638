"""The page of a file as people see it: checked for a machine, findings in place, units set with one click."""

import json
import re

import numpy as np
import pytest

from designs.mesh import estimate
from designs.mesh.types import Surface
from designs.models import Analysis, File
from jobs.models import Job
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/@ada/widget/blob/main/knob.stl"
FACTS = {
    "format": "stl", "units": "unknown", "units_guess": {"unit": "inch", "confidence": 0.9, "reason": "round-in-inch"},
    "triangles": 4000, "size_mm": [2.5, 1.5, 1.0], "volume_mm3": 3.0, "area_mm2": 14.0, "shells": 1,
    "boundary_edges": 8, "overhang_area_mm2": 0.0, "bed_contact_mm2": 3.0, "wall_min_mm": 0.9, "wall_median_mm": 1.0,
    "wall_edges_mm": [0.05, 0.95, 50.0], "wall_area_mm2": [7.0, 7.0],
    "orientations": [{"matrix": [[1, 0, 0], [0, 0, -1], [0, 1, 0]], "reasons": ["less-support"]}],
}  # fmt: skip


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def file(ada):
    project = factories.make_project(ada)
    factories.commit(project, {"knob.stl": b"solid x\nendsolid x\n"})
    return File.objects.get(path="knob.stl")


@pytest.fixture
def measured(file):
    Analysis.objects.update(
        state=Job.State.DONE, facts=FACTS, model="a" * 64, model_full="b" * 64, marks="c" * 64, preview_1024="d" * 64
    )
    return file


def page(client, address=PAGE, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_viewer_is_told_all_that_it_can_show(client, measured):
    shown = page(client)
    at = f"/@ada/widget/model/{measured.pk}"
    assert f'src="{at}.glb?v=' in shown
    assert f'data-full="{at}/full.glb?v=' in shown
    assert f'data-marks="{at}/marks.json?v=' in shown
    assert 'data-triangles="4000"' in shown
    assert 'data-bed="220 220 250"' in shown
    assert 'data-rotation="1 0 0 0 0 -1 0 1 0"' in shown
    assert 'data-show="not-watertight"' in shown


def test_without_marks_no_button_promises_to_show_them(client, measured):
    Analysis.objects.update(marks="")
    assert "data-show" not in page(client)


def test_a_file_is_checked_for_the_machine_that_is_asked_for(client, measured):
    default, resin = page(client), page(client, profile="sla-desktop")
    assert '<option value="fdm-220" selected>' in default
    assert '<option value="sla-desktop" selected>' in resin
    assert "Resin 143 × 89</span>" in resin
    assert 'data-bed="143 89 175"' in resin
    assert '<option value="fdm-220" selected>' in page(client, profile="../../etc/passwd")


def test_choosing_a_machine_swaps_the_verdict_and_names_the_page_that_shows_it(client, measured):
    query = {"profile": "fdm-300", "facts": "1", "ref": "main", "chosen": "1"}
    answer = client.get(f"/@ada/widget/analysis/{measured.pk}/", query)
    assert answer["HX-Replace-Url"] == f"{PAGE}?profile=fdm-300"
    shown = answer.content.decode()
    assert 'data-bed="300 300 400"' in shown
    assert '<dl class="facts columns">' in shown


def test_a_waiting_page_keeps_the_machine_while_it_polls(client, file):
    shown = page(client, profile="fdm-180")
    assert f'hx-get="/@ada/widget/analysis/{file.pk}/?profile=fdm-180&amp;facts=1&amp;ref=main"' in shown
    assert "HX-Replace-Url" not in client.get(f"/@ada/widget/analysis/{file.pk}/", {"profile": "fdm-180"})


def test_findings_come_by_severity_with_what_they_rest_on_and_what_passed_is_folded(client, measured):
    shown = page(client)
    assert shown.index("To repair") < shown.index("The surface is open") < shown.index("To watch")
    assert shown.index("To watch") < shown.index("Which unit is it in?")
    Analysis.objects.update(facts={**FACTS, "units": "mm", "wall_min_mm": 0.5, "wall_edges_mm": [0.05, 0.7, 50.0]})
    shown = page(client)
    assert shown.index("Limit: 0.8 mm. Source: PrusaSlicer and Cura") < shown.index("checks passed")


def test_who_may_write_sets_the_unit_with_one_click_and_everything_is_measured_anew(client, ada, measured):
    button = '<button class="button small" name="units" value="inch">It is in inches</button>'
    assert button not in page(client)
    client.force_login(ada)
    assert button in page(client)
    assert button in page(client, f"/@ada/widget/analysis/{measured.pk}/", facts="1", ref="main")
    answer = client.post(f"/@ada/widget/units/{measured.pk}/", {"units": "inch", "ref": "main"})
    assert answer["Location"] == PAGE
    shown = page(client)
    assert "63.5 × 38.1 × 25.4 mm" in shown
    assert "Which unit is it in?" not in shown
    assert "inch, as its maintainers say" in shown


def test_a_refusal_is_told_in_french_on_a_french_page_with_no_english_sentence_beside_it(client, measured):
    sentence = "truncated: 10 facets announced, 4 present"
    refusal = {"sentence": sentence, "announced": 10, "present": 4}
    Analysis.objects.update(facts=None, refusal_code="truncated", refusal=refusal)
    answer = client.get(PAGE, headers={"accept-language": "fr"})
    assert answer["Content-Language"] == "fr"
    assert sentence not in answer.content.decode()


def test_a_plate_lists_its_objects_with_a_verdict_each(client, measured):
    one = {"name": "<b>lid</b>", "size_mm": [2.0, 1.0, 1.0], "triangles": 12, "boundary_edges": 0, "volume_mm3": 1.0}
    Analysis.objects.update(facts={**FACTS, "objects": [one, {**one, "boundary_edges": 2}], "object_count": 2})
    shown = page(client)
    assert shown.count("&lt;b&gt;lid&lt;/b&gt;") == 2
    assert "<b>lid</b>" not in shown


def test_an_openscad_file_shows_its_source_and_says_when_the_program_is_absent(client, file):
    project = file.project
    factories.commit(project, {"part.scad": "cube([10, 20, 30]);\n"})
    address = "/@ada/widget/blob/main/part.scad"
    assert 'aria-label="Source"' in page(client, address)
    Analysis.objects.filter(format="scad").update(state=Job.State.DONE, refusal_code="needs-openscad")
    shown = page(client, address)
    assert "OpenSCAD is not run on this site" in shown
    assert "Printability" not in shown
    Analysis.objects.filter(format="scad").update(refusal_code="", facts=FACTS, model="a" * 64)
    shown = page(client, address)
    assert shown.index("mesh-viewer") < shown.index('aria-label="Source"')


def test_material_and_time_are_told_as_ranges_for_filament_alone(client, measured):
    corners = np.array([[x, y, z] for x in (0.0, 20.0) for y in (0.0, 20.0) for z in (0.0, 20.0)])
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6],
             [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    surface = Surface(corners, np.array(faces, np.int32))
    cube = {"size_mm": [20.0] * 3, "volume_mm3": 8000.0, "area_mm2": 2400.0, "units": "mm"}
    Analysis.objects.update(facts={**FACTS, **cube, "print_terms": estimate.terms(surface)})
    told = re.search(r'class="estimate">About ([\d.]+) g to ([\d.]+) g of PLA, (\d+) min to (\d+) min<', page(client))
    low, high = float(told[1]), float(told[2])
    assert 2.0 < low < high < 8000 / 1000 * 1.24
    assert 5 < int(told[3]) < int(told[4]) < 60
    assert 'class="estimate"' not in page(client, profile="sls-nylon")


def test_the_api_gives_the_same_findings(client, measured):
    answer = client.get("/api/v1/projects/ada/widget/files/knob.stl")
    found = json.loads(answer.content)
    assert found["grade"] == "fails"
    assert {one["code"] for one in found["findings"]} >= {"not-watertight", "units-guess"}

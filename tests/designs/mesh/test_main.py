"""`python -m designs.mesh`: files in, one line of JSON each."""

import json

import pytest

from designs.mesh.__main__ import main
from tests import solids

pytestmark = pytest.mark.process


def test_each_file_is_a_line_with_its_facts_grade_and_places(tmp_path, capsys):
    (tmp_path / "sheet.stl").write_bytes(solids.box((30.0, 20.0, 0.3)))
    (tmp_path / "page.stl").write_text("<html>")
    names = [str(tmp_path / name) for name in ("sheet.stl", "page.stl", "none.stl", "none.txt")]
    assert main(names) == 1
    sheet, page, missing, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (sheet["triangles"], sheet["grade"], sheet["profile"]) == (12, "fails", "fdm-220")
    thin = next(one for one in sheet["findings"] if one["code"] == "thin")
    assert (thin["where"]["mark"], thin["rests_on"]["key"]) == ("thin", "wall_fails")
    assert 0 <= thin["where"]["points_mm"][0][0] <= 30
    assert page == {"file": names[1], "error": "not an STL file", "code": "not-stl"}
    assert {missing["error"], other["error"]} == {"there is no such file"}


def test_a_machine_is_chosen_by_name_and_quick_measures_no_walls(tmp_path, capsys):
    (tmp_path / "sheet.stl").write_bytes(solids.box((30.0, 20.0, 3.0)))
    assert main(["--quick", "--profile", "laser-600", str(tmp_path / "sheet.stl")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["grade"], found["profile"]) == ("prints", "laser-600")
    assert "wall_min_mm" not in found


@pytest.mark.parametrize("arguments", [[], ["--profile", "loom", "a.stl"], ["--swift", "a.stl"]])
def test_what_cannot_be_asked_ends_with_two(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err

"""`manage.py inspect`: what a page would say of files on this computer."""

import io
import json

import pytest
from django.core.management import call_command

from tests import solids


@pytest.fixture
def files(tmp_path):
    (tmp_path / "part.stl").write_bytes(solids.box())
    (tmp_path / "tall.stl").write_bytes(solids.box((10.0, 10.0, 300.0)))
    (tmp_path / "page.stl").write_text("<html>")
    return tmp_path


def told(*arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command("inspect", *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue()


def test_a_verdict_is_told_in_words_with_what_to_do(files):
    said = told(files / "part.stl", files / "tall.stl")
    assert "part.stl (stl): Ready to print. Filament 220 × 220" in said
    assert "tall.stl (stl): Will not print as it is" in said
    assert "Cut it in parts" in said


def test_a_laser_does_not_print(files):
    assert "Cannot be cut as it is. Laser 600 × 400" in told(files / "part.stl", profile="laser-600", quick=True)


def test_bad_files_among_good_ones_are_told_and_end_with_one(files):
    out, err = io.StringIO(), io.StringIO()
    names = [str(files / name) for name in ("page.stl", "none.stl", "part.stl")]
    with pytest.raises(SystemExit) as stopped:
        call_command("inspect", *names, "--json", "--quick", stdout=out, stderr=err)
    assert stopped.value.code == 1
    page, missing, part = (json.loads(line) for line in out.getvalue().splitlines())
    assert (page["error"], missing["error"]) == ("not an STL file", "there is no such file")
    assert (part["grade"], part["triangles"]) == ("prints", 12)
    assert "none.stl: there is no such file" in err.getvalue()

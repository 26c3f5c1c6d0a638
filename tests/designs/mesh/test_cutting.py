"""Drawings that a laser cuts: what is wrong with them, and what is not."""

import pytest

from designs.mesh import printability, verdicts
from designs.mesh.profiles import DEFAULT_FDM, DEFAULT_LASER

PLATE = {
    "format": "dxf", "units": "mm", "size_mm": [205.0, 50.0], "cut_length_mm": 719.5, "doubled_mm": 0.0,
    "closed_contours": 19, "open_contours": 0,
}  # fmt: skip


def told(**facts):
    found = verdicts.verdict({**PLATE, **facts}, DEFAULT_LASER)
    return found.grade, {one.code: one.severity for one in found.findings}


def test_a_clean_drawing_of_a_plate_is_ready_to_cut():
    assert told() == ("prints", {"fits-bed": "ok"})


@pytest.mark.parametrize(
    ("facts", "grade", "code", "severity"),
    [
        ({"size_mm": [400.0, 600.0]}, "prints", "fits-bed", "ok"),
        ({"size_mm": [400.1, 600.0]}, "fails", "too-large", "error"),
        ({"doubled_mm": 1.1}, "care", "cut-twice", "warning"),
        ({"open_contours": 3}, "prints", "open-contours", "info"),
        ({"units": "unknown"}, "prints", "no-unit", "info"),
        ({"cut_length_mm": 0.0}, "fails", "nothing-to-cut", "error"),
    ],
)
def test_a_drawing_is_judged_by_what_a_laser_does_with_it(facts, grade, code, severity):
    found, codes = told(**facts)
    assert (found, codes[code]) == (grade, severity)


def test_lines_drawn_twice_up_to_the_limit_are_nothing():
    assert "cut-twice" not in told(doubled_mm=1.0)[1]


def test_a_drawing_is_for_a_laser_and_a_shape_for_what_was_asked():
    assert verdicts.machine_for("dxf", DEFAULT_FDM) == DEFAULT_LASER
    assert verdicts.machine_for("stl", DEFAULT_FDM) == DEFAULT_FDM
    assert verdicts.verdict(PLATE, DEFAULT_FDM) is None
    shape = {"triangles": 12, "size_mm": [10.0] * 3}
    assert verdicts.verdict(shape, DEFAULT_FDM) == printability.judge(shape, DEFAULT_FDM)

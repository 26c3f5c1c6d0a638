"""Drawings are measured in mm as a cutter or a printer will follow them."""

import csv
import io
import itertools
import math

import ezdxf
import numpy as np
import pytest

from designs.mesh import drawings
from designs.mesh.drawings import contours
from designs.mesh.types import RefusedError


def svg(body, size='width="100mm" height="50mm" viewBox="0 0 100 50"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'.encode()


def dxf(draw, unit=4):
    document = ezdxf.new(units=unit)
    draw(document.modelspace())
    text = io.StringIO()
    document.write(text)
    return text.getvalue().encode()


def test_a_rectangle_and_a_circle_are_two_closed_contours_with_their_length():
    facts = drawings.facts_of(
        svg('<g fill="none" stroke="red"><rect width="40" height="20"/><circle cx="70" cy="25" r="10"/></g>'),
        "svg",
        None,
    )
    assert facts["page_mm"] == [100.0, 50.0]
    assert (facts["closed_contours"], facts["open_contours"]) == (2, 0)
    assert facts["cut_length_mm"] == pytest.approx(120 + 20 * math.pi, rel=1e-3)
    assert facts["size_mm"] == pytest.approx([80.0, 35.0], abs=0.02)
    assert facts["layers"][0]["color"] == "#ff0000"


def test_an_svg_without_a_physical_size_is_read_at_96_px_an_inch_and_says_its_unit_is_unknown():
    facts = drawings.facts_of(svg('<path d="M0 0 H96" stroke="#000"/>', 'viewBox="0 0 96 96"'), "svg", None)
    assert facts["units"] == "unknown"
    assert facts["cut_length_mm"] == pytest.approx(25.4)


def test_four_lines_that_meet_are_one_closed_contour_and_a_fifth_is_open(tmp_path):
    def square(space):
        corners = [(0, 0), (30, 0), (30, 20), (0, 20), (0, 0)]
        for a, b in itertools.pairwise(corners):
            space.add_line(a, b)
        space.add_line((40, 0), (50, 0), dxfattribs={"layer": "Engrave"})

    facts = drawings.facts_of(dxf(square), "dxf", tmp_path)
    assert (facts["closed_contours"], facts["open_contours"]) == (1, 1)
    assert facts["cut_length_mm"] == pytest.approx(110)
    assert facts["size_mm"] == pytest.approx([50, 20])
    assert {layer["name"] for layer in facts["layers"]} == {"0", "Engrave"}
    assert (tmp_path / "preview-1024.webp").is_file()


def test_inches_of_a_dxf_become_mm():
    facts = drawings.facts_of(dxf(lambda space: space.add_circle((0, 0), 1), unit=1), "dxf", None)
    assert facts["units"] == "inch"
    assert facts["size_mm"] == pytest.approx([50.8, 50.8], rel=1e-3)


def test_a_line_drawn_twice_is_told_as_cut_twice():
    line = np.array([[0.0, 0.0], [10.0, 0.0]])
    facts = contours.facts([contours.Line(line), contours.Line(line[::-1])])
    assert facts["doubled_mm"] == pytest.approx(10)
    assert facts["cut_length_mm"] == pytest.approx(20)


def test_the_cutting_time_is_length_by_speed_and_piercing():
    line = np.array([[0.0, 0.0], [100.0, 0.0]])
    facts = contours.facts([contours.Line(line)], contours.Cutter(cut_mm_s=10, travel_mm_s=100, pierce_s=0.5))
    assert facts["estimated_cut_s"] == pytest.approx(10.5)


PRINT = b"""G21
G90
M83
G92 E0
M201 X9000 Y9000 E10000
G0 Z0.2 F6000
G1 X10 Y0 E1 F600
G1 X10 Y10 E1
G0 Z0.4
G1 X0 Y10 E.5
; estimated printing time (normal mode) = 1h 2m 3s
; filament used [g] = 4.2
"""


def test_a_print_knows_its_layers_its_filament_and_what_the_slicer_said(tmp_path):
    facts = drawings.facts_of(PRINT, "gcode", tmp_path)
    assert facts["layer_count"] == 2
    assert facts["filament_mm"] == pytest.approx(2.5)
    assert facts["cut_length_mm"] == pytest.approx(30)
    assert facts["size_mm"] == pytest.approx([10, 10, 0.4])
    assert facts["estimated_time_s"] == 3723
    assert facts["filament_g"] == "4.2"
    assert (tmp_path / "preview-256.webp").is_file()


def test_a_full_circle_of_g2_is_as_long_as_a_circle():
    facts = drawings.facts_of(b"G90\nG0 X10 Y0\nM3 S100\nG2 X10 Y0 I-10 J0 F300\nM5\n", "gcode", None)
    assert facts["cut_length_mm"] == pytest.approx(20 * math.pi, rel=0.01)


def test_moves_above_the_work_with_the_spindle_off_cut_nothing():
    facts = drawings.facts_of(b"G21 G90\nG0 Z5\nG1 X100 F300\nG1 Z-1\nG1 X0\n", "gcode", None)
    assert facts["cut_length_mm"] == pytest.approx(100)


def test_a_drawing_that_is_no_number_is_refused_or_measured_never_half():
    with pytest.raises(RefusedError):
        drawings.facts_of(b"hello", "gcode", None)
    facts = drawings.facts_of(svg('<path d="M0 0 L1e400 5"/>'), "svg", None)
    assert facts["line_count"] == 0


def test_real_drawings_have_the_size_that_ezdxf_measured(shared):
    rows = [r for r in csv.DictReader((shared / "other_files.csv").open()) if r["format"] == "dxf"]
    assert rows
    for row in rows:
        facts = drawings.facts_of((shared / row["file"]).read_bytes(), "dxf", None)
        scale = {"1": 25.4}.get(row["insunits"], 1.0)
        ours = [side / scale for side in facts["size_mm"]]
        assert ours == pytest.approx([float(row["width"]), float(row["height"])], rel=0.005), row["file"]


def test_a_slicers_own_filament_length_is_met_within_one_in_a_hundred(shared):
    data = (shared / "files/andrewgho__zwavecase/case_petg.gcode").read_bytes()
    assert drawings.facts_of(data, "gcode", None)["filament_mm"] == pytest.approx(2712.37, rel=0.01)

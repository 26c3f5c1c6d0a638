"""Material and time from facts alone: known solids, every unit, and a few real slices."""

import csv
import json
import math

import numpy as np
import pytest
import trimesh

from designs.mesh import estimate, probes, sections
from designs.mesh.estimate import Settings, Tuning
from designs.mesh.types import Surface


def surface(mesh):
    return Surface(np.array(mesh.vertices, np.float64), np.array(mesh.faces, np.int32))


def facts(mesh):
    return {
        "volume_mm3": float(np.einsum("ij,ij->", mesh.triangles[:, 0], np.cross(*mesh.triangles[:, 1:].swapaxes(0, 1))))
        / 6,
        "size_mm": mesh.extents.tolist(),
        "print_terms": estimate.terms(surface(mesh)),
        "support_volume_mm3": 0.0,
        "overhang_area_mm2": 0.0,
    }


@pytest.fixture(scope="module")
def brick():
    return facts(trimesh.creation.box([40, 30, 20]))


def test_places_are_spread_by_area():
    places, chosen = probes.spread(surface(trimesh.creation.box([10, 10, 40])), 9000)
    ends = (np.abs(places[:, 2]) > 20 - 1e-9).mean()
    assert ends == pytest.approx(200 / 1800, abs=1e-3)
    assert len(chosen) == 9000


def test_sections_of_a_tube_have_its_ring_and_both_outlines():
    tube = trimesh.creation.annulus(5, 10, 30, sections=256)
    areas, outlines, islands, loops = sections.sections(surface(tube), 6)
    assert areas == pytest.approx(np.full(6, np.pi * 75), rel=1e-3)
    assert outlines == pytest.approx(np.full(6, 2 * np.pi * 15), rel=1e-3)
    assert (islands.tolist(), loops.tolist()) == ([1] * 6, [2] * 6)


def test_two_towers_are_two_islands_and_nothing_is_none():
    tall = trimesh.creation.box([5, 5, 40])
    short = trimesh.creation.box([5, 5, 20])
    short.apply_translation([10, 0, -10])
    islands = sections.sections(surface(trimesh.util.concatenate([tall, short])), 4)[2]
    assert islands.tolist() == [2, 2, 1, 1]
    flat = Surface(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0.0]]), np.array([[0, 1, 2]], np.int32))
    assert sections.sections(flat, 3)[0].tolist() == [0, 0, 0]


def test_a_mesh_of_too_many_segments_is_cut_at_fewer_heights(monkeypatch):
    tube = surface(trimesh.creation.annulus(5, 10, 30, sections=64))
    exact = sections.sections(tube, 24)
    monkeypatch.setattr(sections, "MOST_SEGMENTS", 1000)
    fewer = sections.sections(tube, 24)
    assert fewer[0] == pytest.approx(exact[0])
    assert fewer[3].tolist() == exact[3].tolist()


def test_at_full_infill_a_brick_takes_its_own_volume(brick):
    found = estimate.volumes(brick, Settings(infill=1.0, skirt=False))
    assert found.total == pytest.approx(24000, rel=1e-6)


def test_a_hollow_brick_takes_its_shell():
    large = facts(trimesh.creation.box([80, 60, 50]))
    settings = Settings(infill=0.0, skirt=False, perimeters=2, top_layers=5, bottom_layers=5)
    found = estimate.volumes(large, settings, Tuning(skin=1.0, core_mm2=1e-3))
    inside = (80 - 2 * 0.9) * (60 - 2 * 0.9) * (50 - 2 * 1.0)
    assert found.total == pytest.approx(80 * 60 * 50 - inside, rel=0.05)


def test_a_wall_thinner_than_its_perimeters_is_filled_once_not_twice():
    plate = facts(trimesh.creation.box([60, 0.8, 40]))
    assert estimate.volumes(plate, Settings(skirt=False)).total == pytest.approx(60 * 0.8 * 40, rel=1e-3)


def test_more_infill_weighs_more_and_thinner_layers_take_longer(brick):
    usual = estimate.estimate(brick, Settings())
    assert estimate.estimate(brick, Settings(infill=0.5)).grams > usual.grams
    assert estimate.estimate(brick, Settings(layer_mm=0.1)).seconds > 1.5 * usual.seconds
    assert estimate.estimate(brick, Settings(density_g_cm3=2.48)).grams == pytest.approx(2 * usual.grams)
    assert usual.grams_low < usual.grams < usual.grams_high
    assert usual.seconds_low < usual.seconds < usual.seconds_high


def test_supports_cost_material_only_when_they_are_wanted(brick):
    hanging = brick | {"support_volume_mm3": 9000.0, "overhang_area_mm2": 400.0}
    assert estimate.estimate(hanging, Settings()) == estimate.estimate(brick, Settings())
    more = estimate.estimate(hanging, Settings(supports=True))
    assert more.grams > estimate.estimate(brick, Settings()).grams
    assert more.seconds > estimate.estimate(brick, Settings()).seconds


def test_a_wall_of_one_line_is_walked_once_a_layer():
    thin, thick = (facts(trimesh.creation.annulus(15 - wall, 15, 40, sections=64)) for wall in (0.8, 4.0))
    slow = Tuning(loop_s=60.0)
    more = [estimate.estimate(part, Settings(), slow).seconds - estimate.estimate(part, Settings()).seconds
            for part in (thin, thick)]  # fmt: skip
    assert more[1] == pytest.approx(3 * more[0], rel=0.1)


def test_a_tiny_part_takes_the_least_time_of_each_layer():
    pin = facts(trimesh.creation.cylinder(radius=0.8, height=10))
    assert estimate.estimate(pin, Settings()).seconds >= 50 * 5
    assert estimate.estimate(pin, Settings(least_layer_s=0)).seconds < 50 * 5


def test_terms_scaled_by_their_unit_are_those_of_the_scaled_part(brick):
    inch = facts(trimesh.creation.box([40 / 25.4, 30 / 25.4, 20 / 25.4]))
    powers = {"_mm": 25.4, "_mm2": 25.4**2, "_mm3": 25.4**3}

    def scaled(key, value):
        if isinstance(value, dict):
            return {name: scaled(name, item) for name, item in value.items()}
        if isinstance(value, list):
            return [scaled(key, item) for item in value]
        return value * next((power for end, power in powers.items() if key.endswith(end)), 1.0)

    found = estimate.estimate(scaled("", inch), Settings())
    assert found.grams == pytest.approx(estimate.estimate(brick, Settings()).grams, rel=1e-2)
    assert found.seconds == pytest.approx(estimate.estimate(brick, Settings()).seconds, rel=1e-2)


def test_terms_are_small_and_the_same_each_time():
    mesh = trimesh.creation.torus(30, 8, major_sections=120, minor_sections=60)
    terms = estimate.terms(surface(mesh))
    assert len(json.dumps(terms)) < 2048
    assert terms == estimate.terms(surface(mesh))


def test_flat_and_open_surfaces_have_a_finite_estimate():
    sheet = trimesh.Trimesh([[0, 0, 0], [9, 0, 0], [0, 9, 0]], [[0, 1, 2]], process=False)
    found = estimate.estimate(facts(sheet), Settings())
    assert math.isfinite(found.grams)
    assert math.isfinite(found.seconds)
    opened = trimesh.Trimesh(*(lambda box: (box.vertices, box.faces[1:]))(trimesh.creation.box([20, 20, 20])))
    assert 1 < estimate.estimate(facts(opened), Settings()).grams < 20


def test_real_parts_come_within_a_quarter_of_what_the_slicer_says(shared):
    with (shared / "slices.csv").open(newline="") as handle:
        rows = [
            row for row in csv.DictReader(handle) if row["file"].endswith(("Einsy-base.stl", "z_axis.stl", "body.stl"))
        ]
    assert len(rows) == 3
    for row in rows:
        found = estimate.estimate(facts(trimesh.load(shared / row["file"])), Settings())
        assert found.filament_mm3 / 1000 == pytest.approx(float(row["filament_cm3"]), rel=0.25)
        assert found.seconds == pytest.approx(float(row["estimated_s"]), rel=0.25)

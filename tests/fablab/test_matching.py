"""Which machines can make which parts, held against all six ways that a box can lie."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fablab import matching
from fablab.matching import Need, Offer, best, hardest, need, offer, takes

SIDES = st.sampled_from([1, 20, 50, 80, 120, 180, 220, 250, 300])
BOXES = st.tuples(SIDES, SIDES, SIDES)
NOZZLES = st.sampled_from([0.0, 0.2, 0.4, 0.6])
WALLS = st.sampled_from([None, 0.1, 0.3, 0.4, 0.5, 2.0])
OFFERS = st.builds(offer, st.sampled_from(["fdm", "sla", "sls", "cnc", "laser"]), BOXES, NOZZLES)


def _shape(size, wall=None, tight=None):
    facts = {"triangles": 12, "size_mm": list(size)}
    return need(facts | ({"wall_min_mm": wall} if wall else {}) | ({"oriented_box_mm": list(tight)} if tight else {}))


NEEDS = st.builds(_shape, BOXES, WALLS) | st.builds(
    lambda size: need({"cut_length_mm": 10.0, "size_mm": list(size)}), st.tuples(SIDES, SIDES)
)


@given(BOXES, BOXES, st.sampled_from(["fdm", "sla", "sls", "cnc"]))
def test_a_part_fits_exactly_when_one_of_six_ways_to_lay_it_fits(size, room, process):
    ways = any(all(a <= b for a, b in zip(way, room, strict=True)) for way in itertools.permutations(size))
    assert takes(offer(process, room), _shape(size)) == ways


@given(st.tuples(SIDES, SIDES), BOXES)
def test_a_drawing_lies_either_way_on_the_bed_of_a_laser_and_nowhere_else(sheet, room):
    part = need({"cut_length_mm": 10.0, "size_mm": list(sheet)})
    ways = any(way[0] <= room[0] and way[1] <= room[1] for way in (sheet, sheet[::-1]))
    assert takes(offer("laser", room), part) == ways
    assert not any(takes(offer(process, (900, 900, 900)), part) for process in matching.SHAPES)


@given(st.lists(OFFERS, max_size=30), NEEDS)
@settings(max_examples=300)
def test_what_any_of_the_machines_takes_one_of_the_best_takes(offers, part):
    assert any(takes(one, part) for one in best(offers)) == any(takes(one, part) for one in offers)


@given(st.lists(OFFERS, max_size=30))
def test_no_machine_of_the_best_outdoes_another(offers):
    chosen = best(offers)
    for one, other in itertools.permutations(chosen, 2):
        larger = all(a >= b for a, b in zip(one.sides, other.sides, strict=True))
        assert not (one.process == other.process and larger and one.nozzle <= other.nozzle)


@given(st.lists(NEEDS, max_size=12), OFFERS)
@settings(max_examples=300)
def test_who_takes_the_hardest_parts_takes_all(parts, machine):
    chosen = hardest(parts)
    assert set(chosen) <= set(parts)
    for wanted in (False, True):
        mine = [one for one in parts if one.is_drawing == wanted]
        tough = [one for one in chosen if one.is_drawing == wanted]
        assert all(takes(machine, one) for one in tough) == all(takes(machine, one) for one in mine)


@pytest.mark.parametrize(
    ("facts", "room", "fits"),
    [
        ({"triangles": 1, "size_mm": [180, 180, 180]}, (180, 180, 180), True),
        ({"triangles": 1, "size_mm": [180.0005, 1, 1]}, (180, 180, 180), True),
        ({"triangles": 1, "size_mm": [180.01, 1, 1]}, (180, 180, 180), False),
        ({"triangles": 1, "size_mm": [200, 200, 5], "oriented_box_mm": [170, 170, 5]}, (180, 180, 180), True),
        ({"triangles": 1, "size_mm": [250, 10, 10]}, (200, 200, 260), True),
    ],
)
def test_a_part_fits_as_it_stands_or_turned_tight(facts, room, fits):
    assert takes(offer("fdm", room, 0.4), need(facts)) == fits


@pytest.mark.parametrize(("wall", "takes_it"), [(None, True), (0.4, True), (0.39, False), (1.2, True)])
def test_no_wall_is_thinner_than_the_nozzle(wall, takes_it):
    assert takes(offer("fdm", (200, 200, 200), 0.4), _shape((10, 10, 10), wall)) == takes_it
    assert takes(offer("sla", (200, 200, 200), 0.4), _shape((10, 10, 10), wall))


@pytest.mark.parametrize(
    "facts",
    [{}, {"size_mm": [1, 2, 3]}, {"triangles": 3}, {"triangles": 3, "size_mm": [1, 2, math.nan]}, {"cut_length_mm": 3}],
)
def test_what_was_not_measured_asks_nothing(facts):
    assert need(facts) is None


def test_the_longest_side_needs_no_more_than_one_machine_that_has_it():
    offers = [
        Offer("fdm", (180, 180, 180), 0.4),
        Offer("fdm", (200, 200, 200), 0.4),
        Offer("fdm", (100, 100, 100), 0.2),
    ]
    assert best(offers) == [Offer("fdm", (200, 200, 200), 0.4), Offer("fdm", (100, 100, 100), 0.2)]
    assert hardest([_shape((1, 2, 3)), _shape((2, 3, 4))]) == [Need(((2, 3, 4),))]

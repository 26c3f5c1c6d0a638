"""Parts of several requests on one bed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.plates import EDGE_MM, SPACING_MM, Item, pack

sides = st.floats(1, 260, allow_nan=False)
boxes = st.lists(st.builds(Item, st.integers(1, 4), st.just("part"), sides, sides, sides), max_size=40)


def test_small_parts_of_two_requests_share_a_bed():
    plates, left = pack([Item("A", "a", 40, 40), Item("B", "b", 60, 30), Item("A", "c", 40, 40)], (180, 180, 180))
    assert left == []
    (plate,) = plates
    assert set(plate.owners) == {"A", "B"}


def test_a_long_part_is_turned_where_only_that_fits():
    (plate,), left = pack([Item("A", "rod", 20, 280)], (300, 100, 0))
    assert left == []
    assert (plate.placed[0].is_turned, plate.placed[0].width) == (True, 280)


def test_what_is_too_wide_or_too_high_is_left_over():
    plates, left = pack([Item("A", "wide", 300, 300, 5), Item("B", "high", 10, 10, 200)], (220, 220, 180))
    assert plates == []
    assert [one.name for one in left] == ["wide", "high"]


def test_a_part_as_large_as_the_bed_lets_lies_on_it():
    (plate,), left = pack([Item("A", "a", 170, 170)], (180, 180, 0))
    assert left == []
    assert (plate.placed[0].x, plate.placed[0].y) == (EDGE_MM, EDGE_MM)


@pytest.mark.parametrize("bed", [(0, 180, 180), (180, -1, 180)])
def test_there_is_no_bed_without_a_size(bed):
    with pytest.raises(ValueError, match="no bed"):
        pack([Item("A", "a", 10, 10)], bed)


@given(boxes)
def test_nothing_overlaps_leaves_the_bed_or_is_lost(items):
    plates, left = pack(items, (220, 200, 150))
    assert sorted(map(id, [*left, *(one.item for plate in plates for one in plate.placed)])) == sorted(map(id, items))
    for plate in plates:
        assert plate.placed
        for one in plate.placed:
            assert one.x >= EDGE_MM
            assert one.y >= EDGE_MM
            assert one.x + one.width <= 220 - EDGE_MM + 0.01
            assert one.y + one.depth <= 200 - EDGE_MM + 0.01
        for number, one in enumerate(plate.placed):
            for other in plate.placed[number + 1 :]:
                aside = (
                    one.x + one.width + SPACING_MM <= other.x + 0.01
                    or other.x + other.width + SPACING_MM <= one.x + 0.01
                )
                behind = (
                    one.y + one.depth + SPACING_MM <= other.y + 0.01
                    or other.y + other.depth + SPACING_MM <= one.y + 0.01
                )
                assert aside or behind


@given(boxes)
def test_what_is_left_over_would_not_fit_an_empty_bed(items):
    _plates, left = pack(items, (220, 200, 150))
    for one in left:
        assert pack([one], (220, 200, 150))[0] == []

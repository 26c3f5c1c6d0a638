"""Opening hours as OpenStreetMap writes them, and as people do."""

from datetime import date, time

import pytest

from fablab import osm_hours

NINE, NOON, TWO, SIX = time(9), time(12), time(14), time(18)


def test_days_that_are_alike_stand_together():
    week = {day: [(NINE, NOON), (TWO, SIX)] for day in range(5)} | {5: [(time(10), NOON)]}
    special = [(date(2026, 12, 25), []), (date(2026, 12, 26), [(NINE, NOON)])]
    assert (
        osm_hours.write(week, special)
        == "Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00; 2026 Dec 25 off; 2026 Dec 26 09:00-12:00"
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mo-Fr 09:00-18:00", [0, 1, 2, 3, 4]),
        ("Mo,We,Fr 09:00-18:00", [0, 2, 4]),
        ("Fr-Su 09:00-18:00", [4, 5, 6]),
        ("Sa-Mo 09:00-18:00", [0, 5, 6]),
        ("Monday to Friday: 9am - 6pm", [0, 1, 2, 3, 4]),
        ("lundi au vendredi 9h-18h", [0, 1, 2, 3, 4]),
        ("mar. et jeu. 9h00-18h00", [1, 3]),
        ("09:00-18:00; Sa,Su off", [0, 1, 2, 3, 4]),
    ],
)
def test_weekly_hours_are_read_in_many_hands(text, days):
    week = osm_hours.read(text)
    assert sorted(week) == days
    assert set(map(tuple, week.values())) == {((NINE, SIX),)}


def test_what_we_write_we_read():
    week = {0: [(NINE, NOON), (TWO, SIX)], 4: [(SIX, time(2))], 6: [(time(0), time(0))]}
    assert osm_hours.read(osm_hours.write(week)) == week


@pytest.mark.parametrize(
    "text", ["by appointment", "Mo-Fr", "25:00-26:00", "Mo 9-8pm-7", "PH 10:00-12:00", "", "Mo foo"]
)
def test_nothing_is_guessed(text):
    if text:
        with pytest.raises(ValueError, match=r".+"):
            osm_hours.read(text)
    else:
        assert osm_hours.read(text) == {}


def test_a_clock_of_twelve_hours_is_read():
    assert osm_hours.clock_spans("12pm-12am") == [(NOON, time(0))]

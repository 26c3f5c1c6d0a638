"""When a lab is open: in its own time, over midnight and summer time, on special days, and as its people say now."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from fablab.actions.change_lab import add_special_day, say_open, set_hours
from fablab.models import Closure
from fablab.opening import is_open, merged, open_spans, opening, without
from tests.fablab.factories import make_lab

pytestmark = pytest.mark.django_db
NINE, NOON, SIX = time(9), time(12), time(18)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(lab):
    return [(starts.isoformat()[5:16], ends.isoformat()[5:16]) for starts, ends in lab]


def test_hours_follow_summer_time():
    lab = make_lab()
    winter = open_spans(lab, date(2026, 3, 27), date(2026, 3, 27))
    summer = open_spans(lab, date(2026, 3, 30), date(2026, 3, 30))
    assert hours(winter) == [("03-27T08:00", "03-27T17:00")]
    assert hours(summer) == [("03-30T07:00", "03-30T16:00")]


@pytest.mark.parametrize(
    ("day", "opens", "closes", "hours_open"),
    [
        (date(2026, 3, 28), time(22), time(4), 5),
        (date(2026, 10, 24), time(22), time(4), 7),
        (date(2026, 7, 4), time(22), time(4), 6),
        (date(2026, 3, 29), time(2, 30), time(3, 0), 0),
    ],
)
def test_a_night_is_as_long_as_its_clock_really_takes(day, opens, closes, hours_open):
    lab = make_lab()
    set_hours(lab, {day.weekday(): [(opens, closes)]}, {})
    spans = open_spans(lab, day, day + timedelta(days=1))
    assert sum((ends - starts for starts, ends in spans), timedelta()) == timedelta(hours=hours_open)


def test_what_is_open_over_midnight_belongs_to_both_days():
    lab = make_lab()
    set_hours(lab, {4: [(time(20), time(2))]}, {})
    assert hours(open_spans(lab, date(2026, 12, 5), date(2026, 12, 5))) == [("12-04T23:00", "12-05T01:00")]
    assert is_open(lab, utc("2026-12-05T00:30"))
    assert not is_open(lab, utc("2026-12-05T01:00"))


def test_open_all_day_is_from_midnight_to_midnight():
    lab = make_lab()
    set_hours(lab, {day: [(time(0), time(0))] for day in range(7)}, {})
    spans = open_spans(lab, date(2026, 12, 1), date(2026, 12, 7))
    assert len(spans) == 1
    assert spans[0][1] - spans[0][0] == timedelta(days=7)
    assert opening(lab, utc("2026-12-03T12:00")).is_open


def test_a_day_with_a_break_has_two_spans():
    lab = make_lab()
    set_hours(lab, {0: [(NINE, NOON), (time(14), SIX)]}, {})
    assert hours(open_spans(lab, date(2026, 11, 30), date(2026, 11, 30))) == [
        ("11-30T08:00", "11-30T11:00"),
        ("11-30T13:00", "11-30T17:00"),
    ]


def test_members_have_hours_of_their_own():
    lab = make_lab()
    set_hours(lab, {0: [(NINE, SIX)]}, {0: [(SIX, time(22))]})
    evening = utc("2026-11-30T19:00")
    assert not is_open(lab, evening)
    assert is_open(lab, evening, members=True)
    assert len(open_spans(lab, date(2026, 11, 30), date(2026, 11, 30), members=True)) == 1


def test_a_holiday_closes_and_a_special_day_has_its_own_hours():
    lab = make_lab()
    add_special_day(lab, date(2026, 12, 24), date(2026, 12, 25), [], "Christmas")
    add_special_day(lab, date(2026, 12, 26), None, [(NINE, NOON)], "Open house")
    found = open_spans(lab, date(2026, 12, 23), date(2026, 12, 27))
    assert hours(found) == [("12-23T08:00", "12-23T17:00"), ("12-26T08:00", "12-26T11:00")]


def test_a_holiday_does_not_cut_the_night_before_it():
    lab = make_lab()
    set_hours(lab, {3: [(time(20), time(2))], 4: [(time(20), time(2))]}, {})
    add_special_day(lab, date(2026, 12, 25), None, [], "Christmas")
    assert hours(open_spans(lab, date(2026, 12, 25), date(2026, 12, 25))) == [("12-24T23:00", "12-25T01:00")]


def test_a_closure_of_the_whole_lab_cuts_its_hours_and_one_of_a_machine_does_not():
    lab = make_lab()
    Closure.objects.create(lab=lab, starts=utc("2026-11-30T11:00"), ends=utc("2026-11-30T13:00"))
    assert hours(open_spans(lab, date(2026, 11, 30), date(2026, 11, 30))) == [
        ("11-30T08:00", "11-30T11:00"),
        ("11-30T13:00", "11-30T17:00"),
    ]


def test_the_next_change_is_told_over_the_weekend():
    lab = make_lab()
    now = opening(lab, utc("2026-11-27T20:00"))
    assert not now.is_open
    assert now.until == utc("2026-11-30T08:00")
    assert now.since == utc("2026-11-27T17:00")


def test_a_lab_without_hours_is_neither_open_nor_closed():
    lab = make_lab()
    lab.hours.all().delete()
    assert not opening(lab, utc("2026-11-30T10:00")).is_known


def test_what_its_people_say_now_counts_until_the_hours_change():
    lab = make_lab()
    say_open(lab, is_open=False, at=utc("2026-11-30T10:00"))
    assert not is_open(lab, utc("2026-11-30T12:00"))
    assert opening(lab, utc("2026-11-30T12:00")).until == utc("2026-11-30T17:00")
    say_open(lab, is_open=True, at=utc("2026-11-30T20:00"))
    assert is_open(lab, utc("2026-12-01T07:59"))
    say_open(lab, is_open=None)
    assert not is_open(lab, utc("2026-11-30T21:00"))


def test_a_lab_in_another_zone_has_another_day():
    lab = make_lab(timezone="Pacific/Auckland")
    assert is_open(lab, utc("2026-11-29T21:00"))
    assert not is_open(lab, utc("2026-11-30T09:00"))


def test_spans_that_touch_become_one_and_cuts_leave_what_is_left():
    a, b, c, d = (utc(f"2026-01-01T0{n}:00") for n in range(4))
    assert merged([(b, c), (a, b), (d, c)]) == [(a, c)]
    assert without([(a, d)], [(b, c)]) == [(a, b), (c, d)]
    assert without([(a, b)], [(a, d)]) == []

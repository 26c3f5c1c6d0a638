"""The rules of booking and the arithmetic of quarters, as tables."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab import slots
from fablab.slots import NEXT, RULES, Ask, BookingState, Rules

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
TEN = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = ((TEN - HOUR, TEN + 8 * HOUR),)
GOOD = Ask(starts=TEN, ends=TEN + HOUR, now=NOW, opens=OPEN, is_member=True)


def asked(**facts):
    return Ask(**{**GOOD.__dict__, **facts})


@pytest.mark.parametrize(
    ("code", "ask", "rules"),
    [
        ("", GOOD, Rules()),
        ("backwards", asked(ends=TEN), Rules()),
        ("quarters", asked(starts=TEN + timedelta(minutes=5)), Rules()),
        ("past", asked(starts=NOW - HOUR, ends=NOW), Rules()),
        ("", asked(starts=NOW, now=NOW + timedelta(minutes=10), ends=NOW + HOUR, opens=((NOW, TEN),)), Rules()),
        ("endless", asked(ends=TEN + timedelta(days=15)), Rules()),
        ("down", asked(is_working=False), Rules()),
        ("staff-only", GOOD, Rules(who="staff")),
        ("members-only", asked(is_member=False), Rules(who="members")),
        ("", asked(is_member=False), Rules(who="anybody")),
        ("training", asked(is_trained=False), Rules()),
        ("strikes", asked(strikes=3), Rules()),
        ("", asked(strikes=2), Rules()),
        ("too-short", asked(ends=TEN + HOUR / 2), Rules(least=HOUR)),
        ("too-long", asked(ends=TEN + 3 * HOUR), Rules(most=2 * HOUR)),
        ("notice", GOOD, Rules(notice=26 * HOUR)),
        ("", GOOD, Rules(notice=25 * HOUR)),
        ("horizon", GOOD, Rules(horizon=24 * HOUR)),
        ("", asked(starts=TEN + timedelta(days=900), ends=TEN + timedelta(days=900) + HOUR,
                   opens=((TEN, TEN + timedelta(days=999)),)), Rules(horizon=slots.ZERO)),
        ("week", asked(used=2 * HOUR), Rules(week=2.5 * HOUR)),
        ("", asked(used=2 * HOUR), Rules(week=3 * HOUR)),
        ("closed", asked(ends=TEN + 9 * HOUR), Rules(most=10 * HOUR)),
        ("", asked(ends=TEN + 9 * HOUR), Rules(most=10 * HOUR, runs_overnight=True)),
        ("closed", asked(starts=TEN + 9 * HOUR, ends=TEN + 10 * HOUR), Rules(runs_overnight=True)),
    ],
)  # fmt: skip
def test_a_rule_that_is_broken_is_named(code, ask, rules):
    assert slots.broken(ask, rules) == code


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_sentence(rule):
    from fablab.words_booking import REFUSALS

    assert str(REFUSALS[rule.code])


def test_the_labs_staff_is_bound_by_what_cannot_be_and_by_nothing_else():
    assert [rule.code for rule in RULES if rule.binds_staff] == ["backwards", "quarters", "past", "endless", "down"]
    anything = asked(ends=TEN + 20 * HOUR, is_staff=True, is_member=False, is_trained=False, strikes=9, used=99 * HOUR)
    assert slots.broken(anything, Rules(who="staff", week=HOUR, notice=99 * HOUR, horizon=HOUR)) == ""


LEGAL = {
    ("held", "confirmed"), ("held", "cancelled"),
    ("confirmed", "checked_in"), ("confirmed", "done"), ("confirmed", "cancelled"), ("confirmed", "no_show"),
    ("checked_in", "done"), ("checked_in", "cancelled"),
}  # fmt: skip


@pytest.mark.parametrize(("here", "there"), list(product(BookingState, BookingState)))
def test_the_states_of_a_booking_are_a_table(here, there):
    assert (there in NEXT[here]) == ((here, there) in LEGAL)


def test_the_day_of_23_hours_has_92_quarters_and_that_of_25_has_100():
    def day(month, number):
        return tuple(datetime(2027, month, number + one, tzinfo=PARIS).astimezone(UTC) for one in (0, 1))

    assert [len(slots.quarters(day(*one))) for one in ((3, 28), (10, 30), (3, 29))] == [92, 96, 96]
    autumn = datetime(2027, 10, 31, tzinfo=PARIS), datetime(2027, 11, 1, tzinfo=PARIS)
    assert len(slots.quarters(tuple(at.astimezone(UTC) for at in autumn))) == 100


@pytest.mark.parametrize(
    ("first", "days"),
    [(datetime(2027, 3, 22, 10, tzinfo=PARIS), 7), (datetime(2027, 10, 28, 10, tzinfo=PARIS), 1)],
)
def test_a_repeated_booking_keeps_its_clock_when_summer_time_changes(first, days):
    spans = slots.repeats(first, first + 2 * HOUR, PARIS, days=days, times=6)
    assert {starts.astimezone(PARIS).strftime("%H:%M") for starts, _ in spans} == {"10:00"}
    assert {ends.astimezone(PARIS).strftime("%H:%M") for _, ends in spans} == {"12:00"}
    assert len({starts.hour for starts, _ in spans}) == 2


def test_a_time_that_the_clock_skips_falls_an_hour_later_and_keeps_some_length():
    first = datetime(2027, 3, 27, 2, 30, tzinfo=PARIS)
    _, there = slots.repeats(first, first + HOUR / 2, PARIS, days=1, times=2)
    assert there[0].astimezone(PARIS).strftime("%d %H:%M") == "28 03:30"
    assert there[1] - there[0] == HOUR / 2


def test_a_week_begins_on_monday_on_the_labs_clock():
    sunday_night = datetime(2027, 3, 28, 23, 30, tzinfo=PARIS)
    starts, ends = slots.week_of(sunday_night, PARIS)
    assert (starts.astimezone(PARIS).isoformat(), ends - starts) == ("2027-03-22T00:00:00+01:00", timedelta(hours=167))


NUMBERS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=12)


def at(number):
    return NOW + number * slots.QUARTER


@given(NUMBERS, NUMBERS, st.integers(1, 12), st.integers(0, 3), st.booleans())
def test_what_is_free_is_open_is_nobodys_and_is_all_there_is(taken, opens, least, buffer, overnight):
    taken = sorted((at(a), at(a + n)) for a, n in taken)
    opened = []
    for a, n in sorted(opens):
        if not opened or at(a) > opened[-1][1]:
            opened.append((at(a), at(a + n)))
    lasting, pause = least * slots.QUARTER, buffer * slots.QUARTER
    found = list(slots.free(taken, opened, (at(0), at(240)), lasting=lasting, buffer=pause, runs_overnight=overnight))

    def fits(start):
        ends = start + lasting
        if ends + pause > at(240) or any(a < ends + pause and start < b for a, b in taken):
            return False
        return any(a <= start < b and (overnight or ends <= b) for a, b in opened)

    by_hand = {start for start in map(at, range(240)) if fits(start)}
    by_spans = set()
    for starts, ends in found:
        begins = starts
        while begins + lasting <= ends:
            if not overnight or any(a <= begins < b for a, b in opened):
                by_spans.add(begins)
            begins += slots.QUARTER
    assert by_spans == by_hand


@given(NUMBERS)
def test_gaps_and_what_is_taken_never_meet(taken):
    spans = sorted((at(a), at(a + n)) for a, n in taken)
    left = list(slots.gaps(spans, (at(10), at(150))))
    assert all(a < b for a, b in left)
    assert all(b < c for (_, b), (c, _) in pairwise(left))
    assert not any(a < d and c < b for a, b in left for c, d in spans)

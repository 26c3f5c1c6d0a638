"""Bookings: made, moved, cancelled, waited for, missed, displaced; told of each time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from designs.actions.errors import RefusedError
from fablab import slots
from fablab.actions import change_booking, close, strikes, wait
from fablab.actions.alternatives import instead_of
from fablab.actions.book import SeriesError, book, book_series
from fablab.actions.keep_bookings import keep_bookings
from fablab.actions.machines import set_state
from fablab.actions.occupy import DISPLACED, TakenError, free_slots, occupy
from fablab.models import (
    Booking,
    Closure,
    Lab,
    Machine,
    Member,
    Notice,
    Occupation,
    Quarter,
    Staff,
    Strike,
    Trained,
    Training,
    Waiting,
)
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)  # a Monday, 9:00 in Paris
TEN = datetime(2027, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def boss(db):
    return make_user("boss")


@pytest.fixture
def ada(db):
    return make_user("ada")


@pytest.fixture
def bob(db):
    return make_user("bob")


@pytest.fixture
def machine(boss):
    return make_machine(make_lab(manager=boss))


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is for the actions that ask."""

    def at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    at(NOW)
    return at


def told(person):
    return list(Notice.objects.filter(user=person).order_by("pk").values_list("kind", flat=True))


def refused(code, act, *args, **kwargs):
    with pytest.raises(RefusedError) as error:
        act(*args, **kwargs)
    assert error.value.code == code
    return str(error.value)


def test_a_booking_holds_its_quarters_and_its_person_is_told(machine, ada):
    made = book(machine, ada, TEN, TEN + HOUR, by=ada, purpose="Lamp", now=NOW)
    assert (made.state, made.occupation.quarters.count()) == ("confirmed", 4)
    notice = Notice.objects.get()
    assert (notice.kind, notice.booking, notice.params["when"]) == (
        "booking_confirmed",
        made,
        "Tuesday March 2, 10:00 to 11:00",
    )
    assert notice.mail is not None


def test_a_rule_says_no_in_a_sentence_and_nothing_is_taken(machine, ada, bob):
    Machine.objects.update(who="members", training=Training.objects.create(lab=machine.lab, name="Heat"))
    machine.refresh_from_db()
    said = refused("members-only", book, machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    assert said == "Mini is for members of Atelier."
    Member.objects.create(lab=machine.lab, user=ada)
    assert "“Heat”" in refused("training", book, machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    today = timezone.localdate()
    trained = Trained.objects.create(training=machine.training, user=ada, on=today, expires_on=today - HOUR * 24)
    refused("training", book, machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    trained.expires_on = None
    trained.save()
    book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    assert Quarter.objects.count() == 4


def test_nothing_is_booked_in_a_lab_that_is_closed_for_good(machine, ada, boss):
    machine.lab.standing = Lab.Standing.CLOSED
    machine.lab.save()
    for by in (ada, boss):
        with pytest.raises(RefusedError, match="cannot be used"):
            book(machine, ada, TEN, TEN + HOUR, by=by)
    assert not Occupation.objects.exists()


def test_staff_books_for_others_whatever_the_hours(machine, boss, bob):
    book(machine, bob, TEN + 10 * HOUR, TEN + 20 * HOUR, by=boss, now=NOW)
    assert told(bob) == ["booking_made_for_you"]


def test_a_week_has_so_many_minutes_for_one_person(machine, ada, bob):
    Machine.objects.update(week_minutes=120)
    machine.refresh_from_db()
    book(machine, ada, TEN, TEN + 1.5 * HOUR, by=ada, now=NOW)
    refused("week", book, machine, ada, TEN + 24 * HOUR, TEN + 25 * HOUR, by=ada, now=NOW)
    book(machine, bob, TEN + 24 * HOUR, TEN + 25 * HOUR, by=bob, now=NOW)
    book(machine, ada, TEN + 168 * HOUR, TEN + 170 * HOUR, by=ada, now=NOW)


def test_the_one_who_comes_second_is_told_what_is_free(machine, ada, bob):
    book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    assert "11:00 to 12:00" in refused("taken", book, machine, bob, TEN, TEN + HOUR, by=bob, now=NOW)


def test_of_a_series_all_are_booked_or_none_with_a_list_of_which_could_not(machine, ada, bob):
    book(machine, bob, TEN + 168 * HOUR, TEN + 169 * HOUR, by=bob, now=NOW)
    weeks = slots.repeats(TEN, TEN + HOUR, slots.ZoneInfo("Europe/Paris"), days=7, times=6)
    with pytest.raises(SeriesError) as error:
        book_series(machine, ada, weeks, by=ada, now=NOW)
    assert [span for span, _ in error.value.refused] == [weeks[1]]
    assert not Booking.objects.filter(person=ada).exists()
    done = book_series(machine, ada, weeks, by=ada, only_free=True, now=NOW)
    assert [one.starts for one in done.booked] == [span[0] for n, span in enumerate(weeks) if n != 1]
    assert len({one.series for one in done.booked}) == 1
    assert told(ada) == ["series_confirmed"]


def test_a_series_keeps_its_clock_through_summer_time(machine, ada):
    Machine.objects.update(horizon_days=0)
    machine.refresh_from_db()
    weeks = slots.repeats(TEN, TEN + HOUR, slots.ZoneInfo("Europe/Paris"), days=7, times=6)
    done = book_series(machine, ada, weeks, by=ada, now=NOW)
    assert {one.starts.astimezone(slots.ZoneInfo("Europe/Paris")).hour for one in done.booked} == {10}
    assert {one.starts.hour for one in done.booked} == {8, 9}


def test_a_booking_moves_also_onto_its_own_time_and_keeps_it_where_that_is_taken(machine, ada, bob):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    book(machine, bob, TEN + 2 * HOUR, TEN + 3 * HOUR, by=bob, now=NOW)
    change_booking.move(mine, TEN + HOUR / 2, TEN + 2 * HOUR, by=ada, now=NOW)
    refused("taken", change_booking.move, mine, TEN + HOUR, TEN + 2.5 * HOUR, by=ada, now=NOW)
    mine = Booking.objects.get(pk=mine.pk)
    assert (mine.starts, mine.ends, mine.sequence) == (TEN + HOUR / 2, TEN + 2 * HOUR, 1)
    assert mine.occupation.quarters.count() == 6
    assert told(ada) == ["booking_confirmed", "booking_moved"]


def test_a_booking_moves_to_another_machine_of_the_lab_and_to_no_other_lab(machine, ada):
    other, far = make_machine(machine.lab, "other"), make_machine(make_lab("far"), "far")
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    change_booking.move(mine, TEN, TEN + HOUR, by=ada, machine=other, now=NOW)
    assert Occupation.objects.get().machine == other
    refused("other-lab", change_booking.move, mine, TEN, TEN + HOUR, by=ada, machine=far, now=NOW)


def test_who_cancels_anothers_booking_says_why(machine, ada, boss):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    refused("reason", change_booking.cancel, mine, by=boss, now=NOW)
    change_booking.cancel(mine, by=boss, reason="The roof leaks", now=NOW)
    mine.refresh_from_db()
    assert (mine.state, mine.reason, mine.occupation, Quarter.objects.count()) == (
        "cancelled",
        "The roof leaks",
        None,
        0,
    )
    refused("wrong-state", change_booking.cancel, mine, by=ada, now=NOW)


def test_what_is_freed_is_offered_to_the_first_who_waits_and_then_to_the_next(machine, ada, bob, clock):
    cy = make_user("cy")
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    first = wait.wait(machine, bob, TEN, TEN + HOUR)
    second = wait.wait(machine, cy, TEN, TEN + HOUR / 2)
    refused("waits", wait.wait, machine, bob, TEN, TEN + HOUR)
    change_booking.cancel(mine, by=ada)
    first.refresh_from_db()
    assert (first.state, first.booking.state, first.offered_until) == ("offered", "held", NOW + 2 * HOUR)
    refused("taken", book, machine, ada, TEN, TEN + HOUR, by=ada)
    clock(NOW + 3 * HOUR)
    refused("lapsed", change_booking.accept, first.booking)
    keep_bookings()
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, first.booking.state, second.state) == ("passed", "cancelled", "offered")
    change_booking.accept(second.booking)
    keep_bookings()
    second.refresh_from_db()
    assert (second.state, second.booking.state) == ("taken", "confirmed")
    assert told(bob) == ["slot_offered", "slot_lapsed"]
    assert told(cy) == ["slot_offered", "booking_confirmed"]


def test_an_offer_that_is_left_goes_to_the_next(machine, ada, bob, clock):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    cy = make_user("cy")
    first, second = (wait.wait(machine, who, TEN, TEN + HOUR) for who in (bob, cy))
    change_booking.cancel(mine, by=ada)
    first.refresh_from_db()
    change_booking.cancel(first.booking, by=bob)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("left", "offered")


def test_who_leaves_the_list_is_offered_nothing(machine, ada, bob, clock):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    waiting = wait.wait(machine, bob, TEN, TEN + HOUR)
    wait.leave(waiting)
    change_booking.cancel(mine, by=ada)
    assert not Booking.objects.filter(person=bob).exists()
    refused("wrong-state", wait.leave, waiting)


def test_who_does_not_come_in_fifteen_minutes_loses_the_rest_to_who_waits(machine, ada, bob, clock):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    wait.wait(machine, bob, TEN, TEN + HOUR)
    clock(TEN + timedelta(minutes=14))
    keep_bookings()
    mine.refresh_from_db()
    assert mine.state == "confirmed"
    clock(TEN + timedelta(minutes=15))
    keep_bookings()
    mine.refresh_from_db()
    assert (mine.state, mine.occupation) == ("no_show", None)
    strike = Strike.objects.get()
    assert (strike.person, strike.expires_at) == (ada, TEN + timedelta(days=90, minutes=15))
    offered = Booking.objects.get(person=bob)
    assert (offered.state, offered.starts, offered.ends) == ("held", TEN + timedelta(minutes=15), TEN + HOUR)
    assert told(ada)[-1] == "no_show"


def test_who_checks_in_keeps_it_to_the_end(machine, ada, clock):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    refused("early", change_booking.check_in, mine, now=TEN - timedelta(minutes=16))
    assert change_booking.to_check_in(machine, ada, TEN - timedelta(minutes=15)) == mine
    change_booking.check_in(mine, now=TEN - timedelta(minutes=15))
    clock(TEN + timedelta(minutes=20))
    keep_bookings()
    mine.refresh_from_db()
    assert mine.state == "checked_in"
    clock(TEN + HOUR)
    keep_bookings()
    mine.refresh_from_db()
    assert (mine.state, Strike.objects.count()) == ("done", 0)


def test_who_is_done_early_gives_the_rest_back(machine, ada, clock):
    mine = book(machine, ada, TEN, TEN + 2 * HOUR, by=ada)
    change_booking.check_in(mine, now=TEN)
    change_booking.finish(mine, now=TEN + timedelta(minutes=50))
    assert (mine.state, mine.ends, mine.occupation.ends) == ("done", TEN + HOUR, TEN + HOUR)
    assert free_slots(machine, 900, after=TEN)[0][0] == TEN + HOUR


def test_a_site_that_slept_accuses_nobody(machine, ada, clock):
    mine = book(machine, ada, TEN, TEN + 4 * HOUR, by=ada)
    clock(TEN + 3 * HOUR)
    keep_bookings()
    clock(TEN + 5 * HOUR)
    keep_bookings()
    mine.refresh_from_db()
    assert (mine.state, Strike.objects.count()) == ("done", 0)


def test_a_machine_without_check_in_misses_nobody(machine, ada, clock):
    Machine.objects.update(needs_check_in=False)
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    clock(TEN + HOUR / 2)
    keep_bookings()
    mine.refresh_from_db()
    assert mine.state == "confirmed"


def test_three_missed_bookings_leave_booking_to_the_staff_until_one_is_lifted(machine, ada, boss, clock):
    for number in range(3):
        starts = TEN + number * 24 * HOUR
        clock(starts - HOUR)
        mine = book(machine, ada, starts, starts + HOUR, by=ada)
        clock(starts + HOUR / 4)
        keep_bookings()
    later = TEN + 72 * HOUR - HOUR / 2
    said = refused("strikes", book, machine, ada, later, later + HOUR, by=ada)
    assert "only its staff books for you" in said
    book(machine, ada, later, later + HOUR, by=boss)
    strike = Strike.objects.get(booking=mine)
    strikes.appeal(strike, "The door was locked")
    refused("wrong-state", strikes.appeal, strike, "Really")
    assert told(boss) == ["strike_appealed"]
    strikes.decide(strike, by=boss, lift=True)
    refused("wrong-state", strikes.decide, strike, by=boss, lift=False)
    book(machine, ada, later + HOUR, later + 2 * HOUR, by=ada)
    assert "strike_lifted" in told(ada)


def test_strikes_expire(machine, ada, clock):
    mine = [book(machine, ada, TEN + n * HOUR, TEN + n * HOUR + HOUR, by=ada) for n in range(3)]
    for one in mine:
        Strike.objects.create(lab=machine.lab, person=ada, booking=one, expires_at=NOW + HOUR)
    refused("strikes", book, machine, ada, TEN + 5 * HOUR, TEN + 6 * HOUR, by=ada)
    book(machine, ada, TEN + 5 * HOUR, TEN + 6 * HOUR, by=ada, now=NOW + HOUR)


def test_a_closure_lists_cancels_tells_offers_and_takes_every_quarter(machine, ada, boss):
    other = make_machine(machine.lab, "other")
    laser = make_machine(machine.lab, "laser", process="laser-cutting")
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    span = (TEN - 2 * HOUR, TEN + 3 * HOUR)
    assert [one.booking for one in close.in_the_way(machine.lab, machine, span)] == [mine]
    made = close.close(
        machine.lab, machine, kind="maintenance", starts=span[0], ends=span[1], by=boss, reason="New belt", now=NOW
    )
    mine.refresh_from_db()
    assert (mine.state, mine.reason) == ("cancelled", "New belt")
    assert Quarter.objects.filter(machine=machine).count() == 20
    notice = Notice.objects.filter(user=ada).first()
    assert (notice.kind, notice.params["reason"]) == ("closure_over_booking", "New belt")
    assert notice.params["instead"].startswith("Other, Tuesday March 2, 10:00 to 11:00")
    offers = instead_of(mine, now=NOW)
    assert offers[0].machine == other
    assert laser not in [one.machine for one in offers]
    refused("taken", book, machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)
    close.reopen(made, now=NOW)
    assert not Quarter.objects.exists()
    book(machine, ada, TEN, TEN + HOUR, by=ada, now=NOW)


def test_a_lab_that_closes_closes_each_machine_and_those_that_come_later(machine, boss, clock):
    make_machine(machine.lab, "other")
    close.close(machine.lab, None, kind="closure", starts=TEN, ends=TEN + HOUR, by=boss)
    assert Quarter.objects.count() == 8
    late = make_machine(machine.lab, "late")
    Machine.objects.filter(pk=late.pk).update(created_at=NOW + HOUR)
    keep_bookings()
    assert Quarter.objects.filter(machine=late).count() == 4


def test_closures_overlap_and_what_one_gives_back_the_other_keeps(machine, boss):
    first = close.close(machine.lab, machine, kind="closure", starts=TEN, ends=TEN + 2 * HOUR, by=boss, now=NOW)
    close.close(machine.lab, None, kind="closure", starts=TEN + HOUR, ends=TEN + 3 * HOUR, by=boss, now=NOW)
    assert Quarter.objects.count() == 12
    close.reopen(first, now=NOW)
    assert Quarter.objects.count() == 8
    fresh = Machine.objects.select_related("lab").get(pk=machine.pk)
    assert free_slots(fresh, 900, after=TEN)[0] == (TEN, TEN + HOUR)


def test_a_job_that_gives_way_is_told_to_whoever_made_it(machine, boss, monkeypatch):
    job, seen = occupy(machine, "job", TEN, TEN + HOUR), []
    monkeypatch.setattr(close, "DISPLACED", [lambda one, why: seen.append((one.pk, why))])
    close.close(machine.lab, machine, kind="closure", starts=TEN, ends=TEN + HOUR, by=boss, reason="Fair", now=NOW)
    assert seen == [(job.pk, "Fair")]
    assert not Occupation.objects.filter(kind="job").exists()
    assert isinstance(DISPLACED, list)


def test_a_machine_that_goes_down_displaces_its_next_days_until_it_works(machine, ada, bob, boss, clock):
    soon = book(machine, ada, TEN, TEN + HOUR, by=ada)
    later = book(machine, ada, TEN + 14 * 24 * HOUR, TEN + 14 * 24 * HOUR + HOUR, by=ada)
    set_state(machine, "broken", by=boss, text="Smoke")
    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.state, later.state) == ("cancelled", "confirmed")
    refused("down", book, machine, bob, TEN, TEN + HOUR, by=bob)
    clock(NOW + timedelta(days=9))
    keep_bookings()
    later.refresh_from_db()
    assert later.state == "cancelled"
    set_state(machine, "ready", by=boss)
    keep_bookings()
    assert not Closure.objects.exists()
    assert not Quarter.objects.exists()


def test_a_machine_that_is_retired_cancels_whatever_stands(machine, ada, bob, boss, clock):
    mine = book(machine, ada, TEN + 30 * 24 * HOUR, TEN + 30 * 24 * HOUR + HOUR, by=ada)
    waiting = Waiting.objects.create(machine=machine, person=bob, starts=mine.starts, ends=mine.ends)
    set_state(machine, "retired", by=boss)
    mine.refresh_from_db()
    waiting.refresh_from_db()
    assert (mine.state, waiting.state, Occupation.objects.count()) == ("cancelled", "passed", 0)


def test_of_two_who_press_at_once_one_is_refused(machine, ada, clock):
    mine = book(machine, ada, TEN, TEN + HOUR, by=ada)
    twin = Booking.objects.get(pk=mine.pk)
    change_booking.cancel(mine, by=ada)
    refused("wrong-state", change_booking.cancel, twin, by=ada)
    refused("wrong-state", change_booking.check_in, twin, now=TEN)


@pytest.mark.django_db(transaction=True)
def test_of_sixty_four_people_exactly_one_books_the_slot():
    machine = make_machine(make_lab())
    people = [make_user(f"p{number}") for number in range(8)]
    gate = Barrier(64)

    def press(number):
        try:
            here = Machine.objects.select_related("lab", "training").get(pk=machine.pk)
            gate.wait(timeout=60)
            book(here, people[number % 8], TEN, TEN + HOUR, by=people[number % 8], now=NOW)
            return ""
        except TakenError as taken:
            return str(taken)
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(press, range(64)))
    assert answers.count("") == 1
    assert {one for one in answers if one} == {
        "Mini is taken at that time. It is free next on Tuesday March 2, 11:00 to 12:00."
    }
    assert (Booking.objects.count(), Quarter.objects.count(), Notice.objects.count()) == (1, 4, 1)


@pytest.mark.django_db(transaction=True)
def test_moves_that_cross_one_another_end_in_order():
    lab = make_lab()
    machine = make_machine(lab)
    ada = make_user("ada")
    Staff.objects.create(lab=lab, user=ada, role="operator")
    rows = [book(machine, ada, TEN + n * HOUR, TEN + (n + 1) * HOUR, by=ada, now=NOW) for n in range(4)]

    def shuffle(number):
        try:
            for step in range(6):
                mine = Booking.objects.select_related("machine__lab", "person").get(pk=rows[number % 4].pk)
                starts = TEN + ((number + step) % 6) * HOUR
                with suppress(RefusedError):
                    change_booking.move(mine, starts, starts + HOUR, by=ada, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shuffle, range(8)))
    spans = sorted(Booking.objects.values_list("starts", "ends"))
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert Quarter.objects.count() == 16

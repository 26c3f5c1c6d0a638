"""Whatever people do to bookings in whatever order: nothing overlaps, and every quarter belongs to who stands."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from unittest import mock

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from designs.actions.errors import RefusedError
from fablab.actions import change_booking, close, wait
from fablab.actions.book import book
from fablab.actions.keep_bookings import keep_bookings
from fablab.actions.occupy import occupy, release
from fablab.models import Booking, Closure, Occupation, Quarter, Waiting
from fablab.slots import NEXT, STANDING, BookingState, quarters
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
WHEN, LENGTH = st.integers(0, 40), st.integers(1, 12)


class Bookings(RuleBasedStateMachine):
    """Three people, a member of the staff, two machines, one lab and a clock."""

    made = Bundle("made")

    def __init__(self):
        super().__init__()
        self.now = START
        self.states = {}
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: self.now)
        self.clock.start()
        self.boss = make_user("boss")
        self.people = [make_user(f"p{number}") for number in range(3)]
        self.lab = make_lab(manager=self.boss)
        self.lab.hours.all().delete()
        self.machines = [make_machine(self.lab, f"m{number}", buffer_minutes=15 * number) for number in range(2)]

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def at(self, number):
        return START + number * QUARTER

    def some(self, model, index, **facts):
        rows = list(model.objects.filter(**facts).order_by("pk"))
        return rows[index % len(rows)] if rows else None

    def attempt(self, act, *args, **kwargs):
        with suppress(RefusedError):
            return act(*args, **kwargs)
        return None

    @rule(target=made, machine=st.integers(0, 1), person=st.integers(0, 2), when=WHEN, length=LENGTH)
    def books(self, machine, person, when, length):
        who = self.people[person]
        done = self.attempt(book, self.machines[machine], who, self.at(when), self.at(when + length), by=who)
        return done.pk if done else multiple()

    @rule(pk=made, when=WHEN, length=LENGTH, machine=st.integers(0, 1), by_staff=st.booleans())
    def moves(self, pk, when, length, machine, by_staff):
        one = Booking.objects.get(pk=pk)
        by = self.boss if by_staff else one.person
        times = self.at(when), self.at(when + length)
        self.attempt(change_booking.move, one, *times, by=by, machine=self.machines[machine])

    @rule(index=st.integers(0, 30))
    def cancels(self, index):
        if one := self.some(Booking, index):
            self.attempt(change_booking.cancel, one, by=one.person)

    @rule(machine=st.integers(0, 1), person=st.integers(0, 2), when=WHEN, length=LENGTH)
    def waits(self, machine, person, when, length):
        times = self.at(when), self.at(when + length)
        self.attempt(wait.wait, self.machines[machine], self.people[person], *times)

    @rule(index=st.integers(0, 5))
    def accepts(self, index):
        if one := self.some(Booking, index, state="held"):
            self.attempt(change_booking.accept, one)

    @rule(index=st.integers(0, 9))
    def checks_in(self, index):
        if one := self.some(Booking, index, state="confirmed"):
            self.attempt(change_booking.check_in, one)

    @rule(index=st.integers(0, 9))
    def finishes(self, index):
        if one := self.some(Booking, index, state="checked_in"):
            self.attempt(change_booking.finish, one)

    @rule(machine=st.sampled_from([None, 0, 1]), when=WHEN, length=LENGTH)
    def closes(self, machine, when, length):
        what = None if machine is None else self.machines[machine]
        times = {"starts": self.at(when), "ends": self.at(when + length)}
        self.attempt(close.close, self.lab, what, kind="closure", by=self.boss, **times)

    @rule(index=st.integers(0, 5))
    def reopens(self, index):
        if one := self.some(Closure, index):
            close.reopen(one)

    @rule(machine=st.integers(0, 1), when=WHEN, minutes=st.integers(1, 200))
    def a_job_is_put(self, machine, when, minutes):
        starts = self.at(when) + timedelta(minutes=7)
        self.attempt(occupy, self.machines[machine], "job", starts, starts + timedelta(minutes=minutes))

    @rule(index=st.integers(0, 5))
    def a_job_ends(self, index):
        if one := self.some(Occupation, index, kind="job"):
            release(one)

    @rule(minutes=st.integers(1, 120))
    def time_goes_by(self, minutes):
        self.now += timedelta(minutes=minutes)
        keep_bookings()

    @invariant()
    def no_two_overlap(self):
        for machine in self.machines:
            spans = sorted(Occupation.objects.filter(machine=machine).values_list("starts", "ends"))
            assert all(before[1] <= after[0] for before, after in pairwise(spans))

    @invariant()
    def every_quarter_belongs_to_its_occupation_and_each_occupation_has_all_of_its_own(self):
        held = {}
        for pk, machine, number in Quarter.objects.values_list("occupation_id", "machine_id", "quarter"):
            held.setdefault((pk, machine), set()).add(number)
        rows = Occupation.objects.all()
        assert held == {(one.pk, one.machine_id): set(quarters((one.starts, one.ends))) for one in rows}

    @invariant()
    def who_stands_holds_their_time_and_who_does_not_holds_none(self):
        for one in Booking.objects.select_related("occupation"):
            holds = one.occupation is not None
            assert holds == (one.state in STANDING or one.state == BookingState.DONE)
            if holds:
                assert one.occupation.starts <= one.starts < one.ends <= one.occupation.ends
        owners = set(Booking.objects.exclude(occupation=None).values_list("occupation", flat=True))
        owners |= set(Closure.occupations.through.objects.values_list("occupation", flat=True))
        assert set(Occupation.objects.exclude(kind="job").values_list("pk", flat=True)) == owners

    @invariant()
    def states_move_along_their_table(self):
        for pk, state in Booking.objects.values_list("pk", "state"):
            before = self.states.get(pk, state)
            assert state == before or _leads(BookingState(before), BookingState(state))
            self.states[pk] = state

    @invariant()
    def an_offer_is_held_for_who_waits(self):
        for one in Waiting.objects.filter(state="offered").select_related("booking"):
            assert (one.booking.state, one.booking.person_id) == ("held", one.person_id)


def _leads(here, there):
    """Whether steps of the table lead from one state to another: one act may take two."""
    return there in NEXT[here] or any(_leads(step, there) for step in NEXT[here])


def test_whatever_people_do_to_bookings_nothing_overlaps_and_no_quarter_is_lost(db):
    steps = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Bookings, settings=steps)

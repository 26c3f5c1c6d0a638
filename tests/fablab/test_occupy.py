"""A machine's time: the database itself refuses two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from designs.actions.errors import RefusedError
from fablab.actions.occupy import TakenError, free_by_machine, free_slots, occupy, release, shorten
from fablab.models import Closure, Machine, Occupation, Quarter
from tests.fablab.factories import make_lab, make_machine

TUESDAY = datetime(2027, 3, 2, 9, tzinfo=UTC)  # 10:00 in Paris
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
KINDS = Occupation.Kind.values


@pytest.fixture
def machine(db):
    return make_machine(make_lab())


@pytest.mark.parametrize("second", KINDS)
@pytest.mark.parametrize("first", KINDS)
def test_no_two_kinds_overlap(machine, first, second):
    occupy(machine, first, TUESDAY, TUESDAY + HOUR)
    with pytest.raises(TakenError) as taken:
        occupy(machine, second, TUESDAY + HOUR / 2, TUESDAY + 2 * HOUR)
    assert taken.value.code == "taken"
    assert Occupation.objects.count() == 1
    assert Quarter.objects.count() == 4


def test_the_database_refuses_what_no_action_has_checked(machine):
    first = occupy(machine, "booking", TUESDAY, TUESDAY + HOUR)
    number = first.quarters.first().quarter
    with pytest.raises(IntegrityError), transaction.atomic():
        Quarter.objects.create(machine=machine, quarter=number, occupation=first)


def test_one_after_the_other_and_beside_one_another_they_fit(machine):
    occupy(machine, "booking", TUESDAY, TUESDAY + HOUR)
    occupy(machine, "job", TUESDAY + HOUR, TUESDAY + 2 * HOUR)
    occupy(make_machine(machine.lab, "other"), "booking", TUESDAY, TUESDAY + HOUR)
    assert Quarter.objects.count() == 12


def test_a_job_takes_every_quarter_that_it_touches(machine):
    job = occupy(machine, "job", TUESDAY + timedelta(minutes=7), TUESDAY + timedelta(minutes=31))
    assert (job.starts, job.ends) == (TUESDAY, TUESDAY + timedelta(minutes=45))


def test_the_buffer_is_kept_after_people_and_jobs_and_not_after_closures(machine):
    Machine.objects.update(buffer_minutes=20)
    machine.refresh_from_db()
    assert occupy(machine, "booking", TUESDAY, TUESDAY + HOUR).ends == TUESDAY + HOUR + timedelta(minutes=30)
    assert occupy(machine, "closure", TUESDAY + 2 * HOUR, TUESDAY + 3 * HOUR).ends == TUESDAY + 3 * HOUR


def test_the_sentence_names_what_is_free_next_on_the_labs_clock(machine):
    occupy(machine, "booking", TUESDAY, TUESDAY + HOUR)
    with pytest.raises(TakenError) as taken:
        occupy(machine, "booking", TUESDAY, TUESDAY + 2 * HOUR)
    assert str(taken.value) == "Mini is taken at that time. It is free next on Tuesday March 2, 11:00 to 13:00."
    assert taken.value.next_free[0] == TUESDAY + HOUR


def test_what_is_released_can_be_taken_again(machine):
    release(occupy(machine, "booking", TUESDAY, TUESDAY + HOUR))
    assert not Quarter.objects.exists()
    occupy(machine, "job", TUESDAY, TUESDAY + HOUR)


def test_what_is_shortened_gives_the_rest_back(machine):
    long = occupy(machine, "booking", TUESDAY, TUESDAY + 2 * HOUR)
    shorten(long, TUESDAY + timedelta(minutes=40))
    assert long.ends == TUESDAY + timedelta(minutes=45)
    assert long.quarters.count() == 3
    occupy(machine, "job", TUESDAY + timedelta(minutes=45), TUESDAY + 2 * HOUR)


def test_nothing_ends_before_it_starts(machine):
    with pytest.raises(RefusedError):
        occupy(machine, "booking", TUESDAY, TUESDAY)


def test_free_slots_lie_in_the_hours_of_the_lab_between_what_is_taken(machine):
    occupy(machine, "booking", TUESDAY, TUESDAY + HOUR)
    found = free_slots(machine, 3600, after=TUESDAY - HOUR, horizon=timedelta(days=1))
    assert found[:2] == [(TUESDAY - HOUR, TUESDAY), (TUESDAY + HOUR, TUESDAY + 8 * HOUR)]
    assert free_slots(machine, 3601, after=TUESDAY - HOUR, horizon=timedelta(days=1))[0] == found[1]


def test_what_runs_overnight_only_begins_while_the_lab_is_open(machine):
    Machine.objects.update(runs_overnight=True)
    machine.refresh_from_db()
    first = free_slots(machine, 12 * 3600, after=TUESDAY - 4 * HOUR, horizon=timedelta(days=3))[0]
    assert first == (TUESDAY - HOUR, TUESDAY - 4 * HOUR + timedelta(days=3))


def test_a_closed_lab_has_nothing_free(machine):
    week = (TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=6))
    Closure.objects.create(lab=machine.lab, starts=week[0], ends=week[1])
    found = free_slots(machine, 900, after=TUESDAY, horizon=timedelta(days=10))
    assert found[0][0] >= week[1]


def test_many_machines_cost_as_many_queries_as_one(machine, django_assert_num_queries):
    machines = [make_machine(machine.lab, f"m{number}") for number in range(20)]
    for number, one in enumerate(machines):
        occupy(one, "booking", TUESDAY + number * timedelta(minutes=15), TUESDAY + 3 * HOUR + number * QUARTER)
    fresh = list(Machine.objects.select_related("lab").filter(slug__startswith="m").exclude(slug="mini"))
    with django_assert_num_queries(4):
        found = free_by_machine(fresh, 3600, after=TUESDAY)
    assert [found[one.pk][0][1] - TUESDAY for one in machines[4:]] == [n * QUARTER for n in range(4, 20)]


@pytest.mark.django_db(transaction=True)
def test_of_sixty_four_threads_exactly_one_gets_the_slot_and_the_others_a_sentence():
    machine = make_machine(make_lab())
    start = Barrier(64)

    def take(number):
        try:
            mine = Machine.objects.select_related("lab").get(pk=machine.pk)
            start.wait(timeout=60)
            occupy(mine, KINDS[number % 4], TUESDAY + (number % 3) * QUARTER, TUESDAY + HOUR)
            return "won"
        except TakenError as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(take, range(64)))
    assert answers.count("won") == 1
    assert all("free next on" in one for one in answers if one != "won")
    assert Occupation.objects.count() == 1
    assert set(Quarter.objects.values_list("occupation", flat=True)) == {Occupation.objects.get().pk}

"""A row has one holder at a time, and only its holder may finish it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jobs.lease import FIRST_WAIT, Heartbeat, Lease, LeaseLostError
from jobs.models import GAVE_UP, State
from tests.jobs.errand import Errand, add_one

GONE = timedelta(seconds=-1)


def test_two_workers_never_both_hold_a_row(errands):
    errands.create(name="one")
    first, second = errands.all().claim("a"), errands.all().claim("b")
    assert (first.worker.split("/")[0], second) == ("a", None)
    assert (first.state, first.attempts, first.fence) == (State.RUNNING, 1, 1)


def test_eight_workers_that_claim_at_once_share_the_rows_without_a_double(errands):
    errands.bulk_create(Errand(name=str(n)) for n in range(40))
    held, start = [], threading.Barrier(8)

    def work():
        try:
            start.wait()
            while job := errands.all().claim("w"):
                held.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(held) == sorted(errands.values_list("pk", flat=True))


def test_the_oldest_due_row_comes_first_and_one_that_waits_is_left(errands):
    now = timezone.now()
    errands.create(name="later", run_after=now + timedelta(hours=1))
    errands.create(name="young", run_after=now - timedelta(minutes=1))
    errands.create(name="old", run_after=now - timedelta(hours=1))
    assert [errands.all().claim("w").name for _ in range(2)] == ["old", "young"]
    assert errands.all().claim("w") is None
    assert errands.all().claim("w", early=True).name == "later"


def test_an_idle_worker_takes_no_lock(errands, django_assert_num_queries):
    with django_assert_num_queries(1) as seen:
        assert errands.all().claim("w") is None
    assert seen.captured_queries[0]["sql"].startswith("SELECT 1")


def test_an_expired_lease_is_taken_by_another_and_the_first_ones_finish_is_refused(errands):
    errands.create(name="slow")
    first = errands.all().claim("a", lease=GONE)
    assert errands.all().sweep() == 1
    second = errands.all().claim("b")
    with pytest.raises(LeaseLostError):
        Lease(first).finish(add_one(first))
    with pytest.raises(LeaseLostError):
        Lease(first).fail("too late")
    with pytest.raises(LeaseLostError):
        Lease(first).extend()
    Lease(second).finish(add_one(second))
    done = errands.get()
    assert (done.state, done.effect, done.attempts, done.error) == (State.DONE, 1, 2, "")


def test_a_row_whose_workers_all_died_fails_after_its_last_attempt_and_says_so(errands):
    errands.create(name="deadly", max_attempts=2)
    for _ in range(2):
        errands.all().claim("a", lease=GONE)
        errands.all().sweep()
    failed = errands.get()
    assert (failed.state, failed.error, failed.leased_until) == (State.FAILED, GAVE_UP, None)


def test_a_lease_that_still_runs_is_not_swept(errands):
    errands.create(name="busy")
    errands.all().claim("a")
    assert errands.all().sweep() == 0


def test_effects_and_finish_are_kept_together_or_not_at_all(errands):
    errands.create(name="half")
    job = errands.all().claim("a")

    def effects():
        Errand.objects.update(effect=1)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Lease(job).finish(effects)
    row = errands.get()
    assert (row.state, row.effect) == (State.RUNNING, 0)


def test_a_failure_waits_longer_each_time(errands):
    errands.create(name="flaky", max_attempts=9)
    waits = []
    for _ in range(3):
        job = errands.all().claim("a", early=True)
        Lease(job).fail("not yet")
        waits.append(round((errands.get().run_after - timezone.now()) / FIRST_WAIT))
    assert waits == [1, 2, 4]


def test_the_heartbeat_holds_the_row_while_the_work_goes_on(errands):
    errands.create(name="long")
    length = timedelta(seconds=0.3)
    job = errands.all().claim("a", lease=length)
    swept = []
    with Heartbeat(Lease(job, length), timedelta(minutes=1), pytest.fail):
        for _ in range(8):
            threading.Event().wait(0.1)
            swept.append(errands.all().sweep())
    assert swept == [0] * 8
    Lease(job).finish(add_one(job))
    assert errands.get().effect == 1


def test_work_past_its_time_limit_is_reported_once(errands):
    errands.create(name="endless")
    length = timedelta(seconds=0.09)
    job = errands.all().claim("a", lease=length)
    reported = []
    with Heartbeat(Lease(job, length), timedelta(0), lambda: reported.append(True)):
        threading.Event().wait(0.3)
    assert reported == [True]

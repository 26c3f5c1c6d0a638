"""The worker runs what is registered, keeps what succeeds, and loses nothing when it is killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from jobs import worker
from jobs.models import Daily, State
from jobs.worker import Worker
from tests.jobs.errand import Errand, add_one

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]


def database_url():
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    who = f"{quote(own['USER'])}:{quote(own['PASSWORD'])}@" if own["USER"] else ""
    return f"postgresql://{who}{own['HOST']}:{own['PORT']}/{own['NAME']}"


def test_one_round_empties_the_queue(errands):
    worker.register(Errand, add_one)
    errands.bulk_create(Errand(name=str(n)) for n in range(3))
    call_command("worker", "--once")
    assert list(errands.values_list("state", "effect")) == [(State.DONE, 1)] * 3


def test_a_failure_is_tried_again_and_then_rests_with_its_sentence(errands, caplog):
    def run(errand):
        raise OSError("the disk is full")

    worker.register(Errand, run)
    errands.create(name="doomed", max_attempts=3)
    assert Worker().drain() == 3
    failed = errands.get()
    assert (failed.state, failed.attempts, failed.error) == (State.FAILED, 3, "OSError: the disk is full")


def test_work_that_waits_for_something_that_is_away_uses_up_no_attempt(errands, caplog, monkeypatch):
    away = [ConnectionError("the store")] * 5

    def run(errand):
        if away:
            raise away.pop()
        return add_one(errand)

    monkeypatch.setattr(worker, "_AWAY", [lambda error: isinstance(error, ConnectionError)])
    worker.register(Errand, run)
    errands.create(name="patient", max_attempts=2)
    for waited in range(1, 6):
        assert Worker().step()
        row = errands.get()
        assert (row.state, row.attempts, row.fence) == (State.READY, 0, waited)
        assert row.run_after > timezone.now() + timedelta(seconds=10)
        errands.update(run_after=timezone.now())
    assert Worker().step()
    assert (errands.get().state, errands.get().effect) == (State.DONE, 1)


def test_a_row_that_fails_once_is_done_at_the_second_attempt(errands, caplog):
    def run(errand):
        if errand.attempts == 1:
            raise OSError("away")
        return add_one(errand)

    worker.register(Errand, run)
    errands.create(name="flaky")
    Worker().drain()
    done = errands.get()
    assert (done.state, done.attempts, done.effect, done.error) == (State.DONE, 2, 1, "")


def test_the_work_runs_outside_any_transaction_and_its_effects_inside_one(errands):
    inside = []

    def run(errand):
        inside.append(connection.in_atomic_block)
        return lambda: inside.append(connection.in_atomic_block)

    worker.register(Errand, run)
    errands.create(name="one")
    Worker().drain()
    assert inside == [False, True]


def test_a_stopped_worker_finishes_the_row_in_hand_and_takes_no_other(errands):
    tired = Worker()

    def run(errand):
        tired.stop()
        return add_one(errand)

    worker.register(Errand, run)
    errands.bulk_create(Errand(name=str(n)) for n in range(2))
    tired.forever()
    assert sorted(errands.values_list("state", flat=True)) == [State.DONE, State.READY]


def test_a_daily_task_runs_once_a_day_however_many_workers_there_are(errands):
    calls = []

    def sweep():
        calls.append(timezone.now())

    worker.every_day(sweep)
    Worker().run_repeated()
    Worker().run_repeated()
    assert len(calls) == 1
    Daily.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    Worker().run_repeated()
    assert len(calls) == 2


def test_a_daily_task_that_fails_stops_nothing(errands, caplog):
    calls = []

    def broken():
        raise OSError("away")

    worker.every_day(broken)
    worker.every_day(lambda: calls.append(1))
    Worker().run_repeated()
    assert calls == [1]


def start_worker():
    """A worker process on the test database whose work takes 0.2 s and whose leases last one second."""
    code = (
        "import django, time; django.setup()\n"
        "from datetime import timedelta\n"
        "from jobs import worker\n"
        "from tests.jobs.errand import Errand, add_one\n"
        "worker._RUNS.clear(); worker._REPEATED.clear()\n"
        "def run(errand):\n"
        "    print('took', flush=True); time.sleep(0.2)\n"
        "    return add_one(errand)\n"
        "worker.register(Errand, run)\n"
        "worker.Worker(lease=timedelta(seconds=1)).forever()\n"
    )
    env = {**os.environ, "PARTAGE_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE)


def test_a_worker_killed_in_its_work_loses_nothing_and_doubles_nothing(errands):
    errands.bulk_create(Errand(name=str(n), max_attempts=9) for n in range(4))
    processes = []
    try:
        for _ in range(2):
            processes.append(start_worker())
            assert processes[-1].stdout.readline() == b"took\n"
            processes[-1].send_signal(signal.SIGKILL)
            processes[-1].wait()
        processes.append(start_worker())
        deadline = time.monotonic() + 30
        while errands.exclude(state=State.DONE).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()
    assert list(errands.values_list("state", "effect")) == [(State.DONE, 1)] * 4
    assert sum(errands.values_list("attempts", flat=True)) == 4 + 2

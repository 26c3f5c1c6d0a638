"""The loop: sweep, claim, run, finish. What there is to run is registered by the apps above."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from jobs.lease import Heartbeat, Lease, LeaseLostError
from jobs.models import LEASE, Daily, Job, JobQuerySet

log = logging.getLogger(__name__)

Run = Callable[[Any], Callable[[], None]]
IDLE_SECONDS = 0.5
TIME_LIMIT = timedelta(minutes=30)
DAY = timedelta(days=1)

_RUNS: dict[type[Job], Run] = {}
_AWAY: list[Callable[[BaseException], bool]] = []
_REPEATED: dict[str, tuple[Callable[[], object], timedelta]] = {}
_AT_START: list[Callable[[], object]] = []
_BESIDE: list["Beside"] = []


class Beside(Protocol):
    """Work that must not wait for a row in hand: it has a thread of its own in each worker."""

    def forever(self, stopping: threading.Event) -> None:
        """Work until told to stop. Raises nothing."""

    def drain(self) -> int:
        """Work until nothing is left."""


def register(model: type[Job], run: Run) -> None:
    """Let the worker run rows of this model. `run` gets the row, outside any transaction; what it returns
    is called in the transaction that finishes the row."""
    _RUNS[model] = run


def postpone_when(is_away: Callable[[BaseException], bool]) -> None:
    """Let work that fails because something it leans on is away wait for it, without using up its attempts."""
    _AWAY.append(is_away)


def every_day(task: Callable[[], object]) -> None:
    """Let one of the workers call this once a day."""
    every(DAY, task)


def every(period: timedelta, task: Callable[[], object]) -> None:
    """Let one of the workers call this once in each period."""
    _REPEATED[f"{task.__module__}.{task.__qualname__}"] = (task, period)


def beside(work: Beside) -> None:
    """Let each worker do this in a thread, beside its rows."""
    _BESIDE.append(work)


def at_start(task: Callable[[], object]) -> None:
    """Let each worker call this once before its first row: what a killed process left undone."""
    _AT_START.append(task)


def _rows(model: type[Job]) -> JobQuerySet[Job]:
    rows = model._default_manager.all()
    if not isinstance(rows, JobQuerySet):
        raise TypeError(f"{model.__name__}.objects must come from a JobQuerySet")
    return rows


class Worker:
    """Takes one row at a time until told to stop."""

    def __init__(self, *, lease: timedelta = LEASE, limit: timedelta = TIME_LIMIT) -> None:
        self.name = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(2)}"
        self.lease = lease
        self.limit = limit
        self.stopping = threading.Event()
        self._swept = float("-inf")

    def stop(self) -> None:
        """Finish the row in hand and take no other."""
        self.stopping.set()

    def forever(self) -> None:
        """Work until stopped. A database that is away is waited for."""
        for task in _AT_START:
            try:
                task()
            except Exception:
                log.exception("The task %s failed at the start", task.__qualname__)
        threads = [threading.Thread(target=work.forever, args=[self.stopping], daemon=True) for work in _BESIDE]
        for thread in threads:
            thread.start()
        self._rows_forever()
        for thread in threads:
            thread.join()

    def _rows_forever(self) -> None:
        while not self.stopping.is_set():
            close_old_connections()
            try:
                busy = self.step()
                if not busy:
                    self.run_repeated()
            except DatabaseError as error:
                log.error("The database does not answer: %s", error)
                connections.close_all()
                busy = False
            if not busy:
                self.stopping.wait(IDLE_SECONDS)

    def drain(self) -> int:
        """Work until no row is ready, waiting for no later attempt. Returns how many attempts were made."""
        made = 0
        while not self.stopping.is_set() and self.step(early=True):
            made += 1
        for work in _BESIDE:
            work.drain()
        return made

    def step(self, *, early: bool = False) -> bool:
        """Free lost rows now and then, and make one attempt at one row. False when there was none."""
        self._sweep()
        for model, run in _RUNS.items():
            if job := _rows(model).claim(self.name, lease=self.lease, early=early):
                self._attempt(job, run, may_wait=not early)
                return True
        return False

    def _sweep(self) -> None:
        if monotonic() - self._swept < self.lease.total_seconds() / 4:
            return
        self._swept = monotonic()
        for model in _RUNS:
            if freed := _rows(model).sweep():
                log.warning("%s: %d lost by their workers and freed", model.__name__, freed)

    def _attempt(self, job: Job, run: Run, *, may_wait: bool) -> None:
        lease = Lease(job, self.lease)

        def overdue() -> None:
            log.error("%s took longer than %s; this worker ends", job, self.limit)
            try:
                lease.fail(f"The work took longer than {self.limit.total_seconds():.0f} s.")
            finally:
                os._exit(70)

        try:
            with Heartbeat(lease, self.limit, overdue):
                effects = run(job)
            lease.finish(effects)
        except LeaseLostError:
            log.warning("%s: the lease was lost, the result is dropped", job)
        except Exception as error:
            log.exception("%s: attempt %d of %d failed", job, job.attempts, job.max_attempts)
            self._give_back(lease, error, may_wait=may_wait)

    def _give_back(self, lease: Lease, error: Exception, *, may_wait: bool) -> None:
        sentence = f"{type(error).__name__}: {error}"
        try:
            if may_wait and any(is_away(error) for is_away in _AWAY):
                lease.postpone(sentence)
            else:
                lease.fail(sentence)
        except LeaseLostError:
            log.warning("%s: the lease was lost", lease.job)

    def run_repeated(self) -> None:
        """Run each repeated task that is due, if no other worker took it."""
        for name, (task, period) in _REPEATED.items():
            due, _ = Daily.objects.get_or_create(name=name)
            now = timezone.now()
            mine = Daily.objects.filter(name=name, due_at=due.due_at, due_at__lte=now)
            if not mine.update(due_at=now + period):
                continue
            try:
                task()
            except Exception:
                log.exception("The repeated task %s failed", name)

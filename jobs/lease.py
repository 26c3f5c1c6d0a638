"""A lease on one row: extended while the work goes on, and spent once, only by the one who still holds it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.db import DatabaseError, connections, router, transaction
from django.utils import timezone

from jobs.models import LEASE, Job, State

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
AWAY_WAIT = timedelta(seconds=20)
LONGEST_ERROR = 2_000


class LeaseLostError(Exception):
    """Another worker holds the row now, or it is finished: nothing of this attempt may be kept."""


@dataclass(frozen=True)
class Lease:
    """The right to finish one row, good only while the row's fence is the same."""

    job: Job
    length: timedelta = LEASE

    def _still_mine(self) -> Any:
        rows = type(self.job)._default_manager
        return rows.filter(pk=self.job.pk, state=State.RUNNING, fence=self.job.fence)

    def extend(self) -> None:
        """Hold the row for another length of time. Raises LeaseLostError."""
        if not self._still_mine().update(leased_until=timezone.now() + self.length):
            raise LeaseLostError

    def finish(self, effects: Callable[[], None]) -> None:
        """Write the effects and the finish in one transaction, or neither. Raises LeaseLostError."""
        with transaction.atomic(using=router.db_for_write(type(self.job))):
            if not self._still_mine().update(state=State.DONE, leased_until=None, error=""):
                raise LeaseLostError
            effects()

    def fail(self, sentence: str) -> None:
        """Give the row back for a later attempt, or for good after the last. Raises LeaseLostError."""
        over = self.job.attempts >= self.job.max_attempts
        wait = min(FIRST_WAIT * 2 ** (self.job.attempts - 1), LONGEST_WAIT)
        self._give_back(sentence, wait, state=State.FAILED if over else State.READY)

    def postpone(self, sentence: str) -> None:
        """Give the row back as if this attempt had not been made. Raises LeaseLostError."""
        self._give_back(sentence, AWAY_WAIT, state=State.READY, attempts=self.job.attempts - 1)

    def _give_back(self, sentence: str, wait: timedelta, **values: object) -> None:
        values |= {"leased_until": None, "run_after": timezone.now() + wait, "error": sentence[:LONGEST_ERROR]}
        if not self._still_mine().update(**values):
            raise LeaseLostError


class Heartbeat:
    """Extends a lease from a thread while its work goes on; past the time limit it calls `overdue`."""

    def __init__(self, lease: Lease, limit: timedelta, overdue: Callable[[], None]) -> None:
        self.lease = lease
        self.limit = limit
        self.overdue = overdue
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        ends = timezone.now() + self.limit
        try:
            while not self._done.wait(self.lease.length.total_seconds() / 3):
                if timezone.now() > ends:
                    self.overdue()
                    return
                try:
                    self.lease.extend()
                except LeaseLostError:
                    return
                except DatabaseError as error:
                    log.warning("The lease of %s could not be extended: %s", self.lease.job, error)
        finally:
            connections.close_all()

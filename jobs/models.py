"""The row is the queue: a row in a state, held by one worker at a time, with a fencing token."""

import secrets
from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import connections, models, transaction
from django.db.models import Case, F, Q, Subquery, Value, When
from django.utils import timezone

LEASE = timedelta(seconds=60)
GAVE_UP = "The worker stopped before the work was done, at every attempt."


class State(models.TextChoices):
    """READY and due: to be claimed. RUNNING: leased. DONE and FAILED rest."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """What a row needs to be a job. The subclass adds its subject, and an index on (state, run_after)."""

    State = State

    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)
    run_after = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True


AnyJob = TypeVar("AnyJob", bound=Job)


class JobQuerySet(models.QuerySet[AnyJob]):
    """Claim a row, and free those whose worker is gone."""

    def due(self, now: datetime) -> Self:
        """Rows that a worker may take at that time."""
        return self.filter(state=State.READY, run_after__lte=now)

    def claim(self, worker: str, *, lease: timedelta = LEASE, early: bool = False) -> AnyJob | None:
        """Lease the oldest due row to this worker, or return None.

        The look comes first and takes no lock, so that idle workers cost nothing. `early` takes rows
        that wait for a later attempt as well.
        """
        now = timezone.now()
        waiting = self.filter(state=State.READY) if early else self.due(now)
        if not waiting.exists():
            return None
        mark = f"{worker}/{secrets.token_hex(6)}"
        with transaction.atomic(using=self.db):
            first = waiting.order_by("run_after", "pk")
            if connections[self.db].features.has_select_for_update_skip_locked:
                first = first.select_for_update(skip_locked=True)
            taken = self.filter(state=State.READY, pk=Subquery(first.values("pk")[:1])).update(
                state=State.RUNNING,
                attempts=F("attempts") + 1,
                fence=F("fence") + 1,
                leased_until=now + lease,
                worker=mark,
            )
        return self.get(worker=mark) if taken else None

    def sweep(self) -> int:
        """Free the rows whose lease ran out: ready again, or failed after the last attempt."""
        now = timezone.now()
        lost = self.filter(state=State.RUNNING, leased_until__lt=now)
        if not lost.exists():
            return 0
        spent = Q(attempts__gte=F("max_attempts"))
        return lost.update(
            state=Case(When(spent, then=Value(State.FAILED.value)), default=Value(State.READY.value)),
            error=Case(When(spent, then=Value(GAVE_UP)), default=F("error"), output_field=models.TextField()),
            leased_until=None,
            run_after=now,
        )


class Daily(models.Model):
    """When a task that runs once a day is due again, whatever the number of workers."""

    name = models.CharField(max_length=200, primary_key=True)
    due_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

"""How well estimates foretold what a machine really took: published with each machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from fablab.models import Attempt, Machine

MOST = 200
SHOWN = 10


@dataclass(frozen=True)
class Run:
    """One job that worked: seconds and grams, as estimated and as they were."""

    ended: object
    estimated_seconds: int
    actual_seconds: int
    estimated_g: float
    actual_g: float

    @property
    def time_percent(self) -> int:
        """The real time in hundredths of the estimate."""
        return round(100 * self.actual_seconds / self.estimated_seconds)


@dataclass(frozen=True)
class Accuracy:
    """Of the last jobs of a machine: how many, the median of real over estimated, and the latest ones."""

    jobs: int
    time_percent: int | None
    grams_percent: int | None
    latest: Sequence[Run]


def accuracy_of(machine: Machine) -> Accuracy:
    """Of jobs that worked and had an estimate."""
    rows = Attempt.objects.filter(
        machine=machine, outcome=Attempt.Outcome.WORKED, estimated_seconds__gt=0, actual_seconds__gt=0
    ).order_by("-ended_at", "-pk")[:MOST]
    runs = [
        Run(row.ended_at, row.estimated_seconds, row.actual_seconds or 0, row.estimated_g, row.actual_g or 0.0)
        for row in rows
    ]
    weighed = [100 * run.actual_g / run.estimated_g for run in runs if run.estimated_g > 0 and run.actual_g > 0]
    return Accuracy(
        len(runs),
        round(median(100 * run.actual_seconds / run.estimated_seconds for run in runs)) if runs else None,
        round(median(weighed)) if weighed else None,
        runs[:SHOWN],
    )

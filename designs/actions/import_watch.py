"""The progress of an import, told to its row, and the wish to cancel it, heard from there."""

import time

from django.conf import settings

from designs.models import Import
from jobs.lease import LeaseLostError
from jobs.models import State
from storage.git.transfer import Progress, TooMuchError

EVERY_SECONDS = 1.0
BOUNDED = {Import.Phase.WAITING, Import.Phase.FETCHING, Import.Phase.CHECKING}
"""The phases in which nothing is kept yet: what takes too long there is refused, later phases go on where they were."""


class CancelledError(Exception):
    """The person does not want it any more."""


class Watch:
    """Tells the row of one attempt how far it is, at most once a second."""

    def __init__(self, row: Import) -> None:
        self._row = row
        self._told = float("-inf")
        self._ends = time.monotonic() + settings.IMPORT_SECONDS
        self._phase = ""

    def start(self, phase: str) -> None:
        """Begin a phase. Raises CancelledError, LeaseLostError."""
        self._phase = phase
        self._tell(phase=phase, done=0, total=0)

    def tick(self, progress: Progress) -> None:
        """Note how far the phase is.

        Raises CancelledError, LeaseLostError, and TooMuchError when fetching and checking have taken too long.
        """
        if self._phase in BOUNDED and time.monotonic() > self._ends:
            raise TooMuchError("seconds")
        if time.monotonic() - self._told >= EVERY_SECONDS:
            self._tell(done=progress.done, total=progress.total, bytes=progress.bytes)

    def say(self, sentence: str) -> None:
        """Why the row must wait for another attempt."""
        Import.objects.filter(pk=self._row.pk, fence=self._row.fence).update(said=sentence)

    def _tell(self, **values: object) -> None:
        mine = Import.objects.filter(pk=self._row.pk, fence=self._row.fence, state=State.RUNNING)
        if not mine.update(**values):
            raise LeaseLostError
        self._told = time.monotonic()
        if mine.filter(is_cancelled=True).exists():
            raise CancelledError

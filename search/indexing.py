"""From changed rows to the index. One process at a time writes; every step may be killed, and is then done again."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import monotonic, sleep

from django.db import DatabaseError, close_old_connections, connections, transaction

from search import index, registry
from search.models import Change
from search.turns import Holder, is_taken
from search.types import SearchAwayError

log = logging.getLogger(__name__)

BATCH = 200
"""Subjects built and committed together."""
SCHEMA = "2"
"""Raise it when documents or their analysis change: the first worker then builds the index anew."""
WRITE, BUILD, SWAP = "write", "build", "swap"
IDLE_SECONDS = 0.3
AWAY_SECONDS = 3.0
RELEASE_SECONDS = 5.0


class Indexer:
    """Brings the index up to date with the outbox, as long as it is this process's turn."""

    def __init__(self) -> None:
        self.holder = Holder()
        self._worked = float("-inf")

    def forever(self, stopping: threading.Event) -> None:
        """Index what changes until told to stop; first build what was never built. What is away is waited for."""
        while not stopping.is_set():
            wait = IDLE_SECONDS
            try:
                if self.step():
                    continue
                if self._worked < monotonic() - RELEASE_SECONDS:
                    self.release()
            except (SearchAwayError, DatabaseError) as error:
                log.warning("The index waits: %s", error)
                wait = AWAY_SECONDS
            except Exception:
                log.exception("A step of the indexing failed")
                wait = AWAY_SECONDS
            close_old_connections()
            stopping.wait(wait)
        self.release()
        connections.close_all()

    def step(self) -> bool:
        """One batch, or the first build. False where nothing waits, or somebody else is at it.

        Raises SearchAwayError.
        """
        if not is_built():
            return self.build() is not None
        if is_taken(SWAP):
            self.release()
            return False
        if not Change.objects.filter(is_applied=False).exists() or not self.holder.take(WRITE):
            return False
        self._worked = monotonic()
        rows = dict(Change.objects.filter(is_applied=False).order_by("pk").values_list("pk", "subject")[:BATCH])
        index.engine().replace(registry.documents(rows.values()))
        self.holder.keep(WRITE)
        index.engine().commit()
        with transaction.atomic():
            done = Change.objects.filter(pk__in=rows)
            if is_taken(BUILD):
                done.update(is_applied=True)
            else:
                done.delete()
                Change.objects.filter(is_applied=True).delete()
        return True

    def drain(self) -> int:
        """Index all that waits. Returns how many steps it took. Raises SearchAwayError."""
        made = 0
        while self.step():
            made += 1
        self.release()
        return made

    def build(self, say: Callable[[int], None] = lambda _count: None) -> int | None:
        """Make the index anew beside the one that answers, then let it answer. Returns how many subjects it has.

        What changes meanwhile goes to the old one at once, and is made up for in the new one at the end: while this
        turn is taken no row of the outbox is removed. None where somebody else builds. Raises SearchAwayError.
        """
        if not self.holder.take(BUILD):
            return None
        with self.holder.holding(BUILD):
            return self._build(say)

    def _build(self, say: Callable[[int], None]) -> int:
        engine = index.engine()
        version = _after(engine.current())
        engine.create(version)
        count = 0
        for some in _in_batches(registry.subjects()):
            engine.replace(registry.documents(some), version=version)
            count += len(some)
            say(count)
        engine.commit(version=version)
        self._catch_up(version)
        self.holder.take(SWAP)
        with self.holder.holding(SWAP):
            while not self.holder.take(WRITE):
                sleep(IDLE_SECONDS)
            with self.holder.holding(WRITE):
                self._catch_up(version)
                engine.swap(version)
                engine.release()
        return count

    def _catch_up(self, version: str) -> None:
        """Bring into a new version what has changed, whether or not the old one has it already."""
        subjects = Change.objects.order_by("subject").values_list("subject", flat=True).distinct()
        for some in _in_batches(subjects.iterator()):
            index.engine().replace(registry.documents(some), version=version)
        index.engine().commit(version=version)

    def release(self) -> None:
        """Let another process write at once."""
        if self._worked > float("-inf"):
            index.engine().release()
            self.holder.give_back(WRITE)
            self._worked = float("-inf")


def is_built() -> bool:
    """Whether there is an index of the present schema. Raises SearchAwayError."""
    return index.engine().current().startswith(f"{SCHEMA}-")


def _after(version: str) -> str:
    """The name of the version that follows."""
    schema, _, number = version.partition("-")
    return f"{SCHEMA}-{int(number) + 1}" if schema == SCHEMA and number.isdigit() else f"{SCHEMA}-1"


def _in_batches(subjects: Iterable[str]) -> Iterator[list[str]]:
    all_of_them = iter(subjects)
    while some := list(islice(all_of_them, BATCH)):
        yield some

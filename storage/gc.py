"""Collect garbage from the store of blobs. Which contents are needed is told by the caller: no project is known here.

Mark, then sweep in short steps. Each step holds the lock that pushes, commits and backups hold shared, asks once more
which of its few candidates are needed, and removes the others. A busy site makes a step wait, and then pass.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from storage import blobs, pruning

AT_ONCE = 100
PAUSE_SECONDS = 0.1

Needed = Callable[[Collection[str]], set[str]]
"""Which of these SHA-256 somebody needs, asked of the tables at that moment."""


@dataclass
class Swept:
    """What a sweep found: how many objects there are, how many nobody needs, and what became of these."""

    seen: int = 0
    young: int = 0
    removed: int = 0
    bytes: int = 0
    broken_off: int = 0
    passed_over: int = 0


def sweep(
    marked: Collection[str], needed: Needed, *, before: datetime, dry_run: bool = False, patience_seconds: float = 10
) -> Swept:
    """Remove the objects written before a moment that are neither `marked` nor `needed`, and uploads broken off.

    With `dry_run` nothing is removed, and `removed` and `bytes` tell what would be. Where pushes or a backup leave no
    moment within `patience_seconds`, a step is passed over.
    """
    found = Swept()
    candidates = _unmarked(marked, found)
    while step := list(islice(candidates, AT_ONCE)):
        with _moment(patience_seconds, dry_run=dry_run) as may:
            if may:
                _sweep_objects(step, needed, before, found, dry_run=dry_run)
            else:
                found.passed_over += len(step)
    for name in blobs.iter_incoming():
        if _is_older(name, before):
            found.broken_off += 1
            if not dry_run:
                blobs.remove(name)
    return found


def _unmarked(marked: Collection[str], found: Swept) -> Iterator[str]:
    for sha256 in blobs.iter_keys():
        found.seen += 1
        if sha256 not in marked:
            yield sha256


def _sweep_objects(step: Sequence[str], needed: Needed, before: datetime, found: Swept, *, dry_run: bool) -> None:
    kept = needed(step)
    for sha256 in step:
        if sha256 in kept:
            continue
        if not _is_older(blobs.key(sha256), before):
            found.young += 1
            continue
        found.removed += 1
        found.bytes += blobs.size(sha256)
        if not dry_run:
            blobs.delete(sha256)


def _is_older(name: str, before: datetime) -> bool:
    try:
        return blobs.modified(name) < before
    except FileNotFoundError:
        return False


@contextmanager
def _moment(patience_seconds: float, *, dry_run: bool) -> Iterator[bool]:
    """A moment in which nobody pushes, commits or takes a backup; false where none came in time."""
    until = time.monotonic() + patience_seconds
    with ExitStack() as stack:
        may = dry_run or stack.enter_context(pruning.allowed())
        while not may and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
            may = stack.enter_context(pruning.allowed())
        yield may

"""While a backup, a push or a commit is under way nothing is pruned, and while something is pruned none begins."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def _lock() -> Path:
    return Path(settings.DATA_DIR) / "prune.lock"


@contextmanager
def forbidden() -> Iterator[None]:
    """Nothing is pruned within; waits for a sweep under way. The lock goes with its process."""
    with _lock().open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def allowed() -> Iterator[bool]:
    """Whether repositories, objects and blobs may be removed now: not during a backup, a push or a commit."""
    with _lock().open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True

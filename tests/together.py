"""Tests in several processes at once (pytest-xdist): who waits for whom, and what they tell the one that counts."""

import fcntl
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import real_services as services


@contextmanager
def _turn(root, alone):
    """Who wants the room alone shuts the door first, so that it empties. Unlocked by hand: children may hold it too."""
    how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    with (root / "door").open("a") as door, (root / "room").open("a") as room:
        try:
            fcntl.flock(door, how)
            fcntl.flock(room, how)
            if not alone:
                fcntl.flock(door, fcntl.LOCK_UN)
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)
            fcntl.flock(door, fcntl.LOCK_UN)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """A test marked `alone` waits until the other processes of this run have ended theirs, and they wait for it."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with _turn(Path(item.config.option.basetemp).parent, alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_sessionfinish(session):
    """Tell the process that counts which services were missed here."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["missed"] = services.missed()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Remember which services another process missed."""
    services.miss(getattr(node, "workeroutput", {}).get("missed", {}))

"""`kill -9` of the process that indexes, at random moments, while rows change: nothing is lost, nothing is double."""

import multiprocessing
import os
import random
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction

from designs import indexing as documents
from designs.models import Project
from search import drift, index, indexing, outbox, turns
from search.types import WINDOW, Query, SearchAwayError
from tests.factories import make_project, make_user

KILLS = 20
PATIENCE = 4
"""A fork of a process with threads may stand still at a lock that nobody holds: then it is killed once more."""
MANY = 12

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def _work():
    """A process that does nothing but index, as the thread of a worker does."""
    index.engine.cache_clear()
    indexing.Indexer().forever(threading.Event())


def _worker():
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=_work)
    process.start()
    return process


def _rename(projects, chance, turn):
    """Change some projects and say so, in one transaction as every action does."""
    some = chance.sample(projects, 4)
    with transaction.atomic():
        for pk in some:
            Project.objects.filter(pk=pk).update(name=f"lamp {turn} of {pk}")
        documents.touch(*some)
    return {pk: f"lamp {turn} of {pk}" for pk in some}


def _caught_up(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if not outbox.waiting() and index.engine().current():
                return True
        except SearchAwayError:
            pass
        time.sleep(0.05)
    return False


def test_after_twenty_kills_all_is_found_once_and_as_it_is_now(either_site, monkeypatch):
    monkeypatch.setattr(turns, "LENGTH", timedelta(seconds=0.4))
    monkeypatch.setattr(indexing, "BATCH", 10)
    monkeypatch.setattr(indexing, "AWAY_SECONDS", 0.2)
    chance, ada = random.Random(20261123), make_user()
    projects = [make_project(ada, f"Lamp {number}").pk for number in range(MANY)]
    either_site()
    names, struck = {}, 0
    worker = _worker()
    for turn in range(KILLS):
        for _ in range(3):
            names |= _rename(projects, chance, turn)
            time.sleep(chance.uniform(0.02, 0.3))
        if turn == KILLS // 2:
            Project.objects.filter(pk=projects[0]).update(visibility=Project.Visibility.PRIVATE)
            documents.touch(projects[0])
        struck += outbox.waiting() > 0
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        worker = _worker()
    try:
        for _ in range(PATIENCE):
            if _caught_up(15):
                break
            worker.kill()
            worker.join()
            worker = _worker()
        assert _caught_up(15)
    finally:
        worker.kill()
        worker.join()
    assert struck > KILLS // 2
    public = Query(facets={"reader": ["public"], "kind": ["project"]}, limit=WINDOW)
    found = index.engine().search(public)
    assert found.total == len(found.hits) == len({hit.id for hit in found.hits}) == MANY - 1
    for pk, name in names.items():
        expected = [] if pk == projects[0] else [name]
        hits = index.find(f'"{name}"', public).results.hits
        assert len(hits) == len(expected), name
    assert drift.look().subjects == []

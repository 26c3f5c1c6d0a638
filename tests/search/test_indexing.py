"""From a changed row to the index, whatever happens on the way."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from search import drift, index, indexing, outbox, registry
from search.models import Change, Turn
from search.turns import Holder
from search.types import Document, Query, SearchAwayError

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(either_site, monkeypatch):
    """Things that can be found, on each engine, by their number; a plain dict stands for the rows of an app above."""
    rows = {}

    def build(ids):
        return {
            one: [Document(one * 8, f"thing:{one}", rows[one], facets={"reader": ["public"]})]
            for one in ids
            if one in rows
        }

    monkeypatch.setattr(registry, "_sources", {})
    registry.register("thing", build, lambda: sorted(rows))
    Change.objects.all().delete()
    return rows


def titles(text):
    return sorted(hit.id // 8 for hit in index.find(text, Query()).results.hits)


def test_a_change_is_found_once_the_worker_has_had_its_turn(things, index_now):
    things[1] = "lamp"
    index_now()
    assert titles("lamp") == [1]
    things[1] = "gear"
    outbox.changed("thing:1")
    assert titles("gear") == []
    index_now()
    assert (titles("lamp"), titles("gear")) == ([], [1])
    assert Change.objects.count() == 0
    del things[1]
    outbox.changed("thing:1")
    index_now()
    assert titles("gear") == []


def test_a_change_that_is_rolled_back_leaves_nothing(things, index_now):
    with transaction.atomic():
        outbox.changed("thing:1")
        assert outbox.waiting() == 1
        transaction.set_rollback(True)
    assert outbox.waiting() == 0


def test_a_subject_of_no_known_kind_is_forgotten(things, index_now):
    index_now()
    outbox.changed("nobody:1", "thing:x", "thing")
    index_now()
    assert outbox.waiting() == 0


def test_rows_wait_while_the_engine_is_away(things, index_now, monkeypatch):
    index_now()
    things[1] = "lamp"
    outbox.changed("thing:1")

    def away(**_told):
        raise SearchAwayError("no")

    with monkeypatch.context() as broken:
        broken.setattr(index.engine(), "commit", away)
        with pytest.raises(SearchAwayError):
            index_now()
    assert outbox.waiting() == 1
    index_now()
    assert (outbox.waiting(), titles("lamp")) == (0, [1])


def test_only_one_process_writes_at_a_time(things, index_now):
    index_now()
    other = Holder()
    assert other.take(indexing.WRITE)
    outbox.changed("thing:1")
    assert indexing.Indexer().step() is False
    Turn.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert indexing.Indexer().step() is True


def test_a_new_index_makes_up_for_what_changed_while_it_was_built(things, index_now):
    things.update({number: f"lamp {number}" for number in range(1, 500)})
    index_now()
    before = index.engine().current()

    def meanwhile(count):
        if count == indexing.BATCH:
            things[3] = "gear"
            outbox.changed("thing:3")
            del things[4]
            outbox.changed("thing:4")
            writer = indexing.Indexer()
            assert writer.step()
            writer.release()
            assert titles("gear") == [3]
            assert Change.objects.filter(is_applied=True).count() == 2

    assert indexing.Indexer().build(meanwhile) == 499
    assert index.engine().current() != before
    assert titles("gear") == [3]
    assert index.find("", Query()).results.total == 498
    outbox.changed("thing:5")
    index_now()
    assert Change.objects.count() == 0


def test_two_processes_never_build_at_once(things, index_now):
    assert Holder().take(indexing.BUILD)
    assert indexing.Indexer().build() is None
    with pytest.raises(CommandError, match="Another process"):
        call_command("reindex")


def test_an_index_of_an_older_schema_is_built_anew_by_the_worker(things, index_now, monkeypatch):
    things[1] = "lamp"
    index_now()
    monkeypatch.setattr(indexing, "SCHEMA", "2")
    index_now()
    assert index.engine().current() == "2-1"
    assert titles("lamp") == [1]


def test_the_check_finds_and_mends_every_difference(things, index_now, capsys):
    things.update({1: "lamp", 2: "gear", 3: "pump"})
    index_now()
    things[1] = "lamps"
    del things[2]
    things[4] = "vase"
    with pytest.raises(CommandError, match="differs"):
        call_command("search", "check", "--dry-run")
    found = drift.mend()
    assert (found.differ, found.gone, found.missing) == (["thing:1"], ["thing:2"], ["thing:4"])
    assert drift.look().subjects == []
    index_now()
    assert drift.look().subjects == []
    assert (titles("lamps"), titles("vase")) == ([1], [4])
    call_command("search", "check", "--dry-run")
    assert "0 different" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_worker_indexes_beside_its_rows_until_it_is_told_to_stop(things, index_now):
    things[1] = "lamp"
    stopping, worker = threading.Event(), indexing.Indexer()
    thread = threading.Thread(target=worker.forever, args=[stopping])
    thread.start()
    try:
        for _ in range(100):
            try:
                if titles("lamp") == [1]:
                    break
            except SearchAwayError:
                pass
            stopping.wait(0.1)
        assert titles("lamp") == [1]
    finally:
        stopping.set()
        thread.join()
    assert Holder().take(indexing.WRITE)

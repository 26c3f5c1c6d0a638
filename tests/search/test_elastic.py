"""What Elasticsearch alone has to bear: keys, certificates, a server that is away, silent or has too much to do."""

import random
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from search import analysis, index, outbox
from search.engines import elastic_client, elastic_writer
from search.engines.elastic import Elastic
from search.types import Document, Query, SearchAwayError
from tests.factories import make_project, make_user
from tests.search_door import Door
from tests.search_engines import chosen

pytestmark = pytest.mark.service("elasticsearch")


@pytest.fixture
def door(tmp_path):
    """The real server behind a door with TLS that asks for an API key."""
    made = Door(tmp_path).open()
    yield made
    made.shut()
    chosen(made.real).remove()


@pytest.fixture
def site(door, index_now, settings):
    """The site that asks at the door; call it to bring the index up to date."""
    for name, value in door.settings.items():
        setattr(settings, name, value)
    return index_now


def begun(engine):
    engine.create("1-1")
    engine.swap("1-1")
    return engine


def named(number, title, **values):
    return Document(number, f"project:{number}", title, facets={"reader": ["public"]}, **values)


def ids(results):
    return sorted(hit.id for hit in results.hits)


def test_every_call_goes_by_tls_and_with_the_key(door):
    engine = begun(chosen(door.settings))
    engine.replace({f"project:{number}": [named(number, "gear", vector=[number, 1.0])] for number in range(5)})
    engine.commit()
    asked = Query(analysis.clauses("gear"))
    assert ids(engine.search(asked)) == [0, 1, 2, 3, 4]
    assert len(engine.suggest(asked)) == 5
    assert [hit.id for hit in engine.similar([2.2, 1.0], 2, Query())] == [2, 3]
    assert len(dict(engine.subjects())) == 5
    assert engine.state() == "Elasticsearch, 5 documents"
    assert len(door.asked) > 8


def test_a_wrong_key_and_an_unknown_certificate_are_told_apart(door):
    with pytest.raises(SearchAwayError, match="refuses the key"):
        chosen(door.settings | {"SEARCH_API_KEY": "d3Jvbmc6a2V5"}).current()
    with pytest.raises(SearchAwayError, match="certificate is not trusted"):
        chosen(door.settings | {"SEARCH_CERTIFICATES": None}).current()


def test_what_is_refused_because_there_is_too_much_is_sent_again(door, monkeypatch):
    monkeypatch.setattr(elastic_writer, "FIRST_PAUSE", 0.01)
    engine = begun(chosen(door.settings))
    door.busy = 3
    engine.replace({"project:1": [named(1, "gear")]})
    engine.commit()
    assert ids(engine.search(Query())) == [1]
    door.busy = 99
    engine.replace({"project:2": [named(2, "gear")]})
    with pytest.raises(SearchAwayError, match="too busy"):
        engine.commit()
    door.busy = 0
    engine.release()
    engine.replace({"project:2": [named(2, "gear")]})
    engine.commit()
    assert ids(engine.search(Query())) == [1, 2]


@pytest.mark.django_db
def test_while_the_server_is_away_the_site_works_and_changes_wait_then_catch_up(site, door, client):
    project = make_project(make_user(), "Lamp")
    site()
    assert "Lamp" in client.get("/search/?q=lamp").content.decode()
    door.shut()
    second = make_project(make_user("ben"), "Second lamp")
    assert client.get(project.get_absolute_url()).status_code == 200
    assert client.get("/search/?q=lamp").status_code == 503
    part = client.get("/readyz").json()
    assert part["parts"]["search"] == {"ok": False, "state": "SearchAwayError: Elasticsearch does not answer"}
    assert part["ready"]
    with pytest.raises(SearchAwayError):
        site()
    assert outbox.waiting() > 0
    door.open()
    site()
    assert outbox.waiting() == 0
    assert "Second lamp" in client.get("/search/?q=lamp").content.decode()
    assert second.name == "Second lamp"
    assert client.get("/readyz").json()["parts"]["search"]["ok"]


def test_after_an_answer_that_did_not_come_nobody_waits(monkeypatch):
    monkeypatch.setattr(elastic_client, "ASK_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = Elastic(f"http://127.0.0.1:{silent.getsockname()[1]}")
        for _ in range(3):
            with pytest.raises(SearchAwayError, match="in time"):
                engine.search(Query())
        silent.settimeout(0)
        silent.accept()
        with pytest.raises(BlockingIOError):
            silent.accept()


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_told):
        """Says nothing."""


def test_another_server_at_the_address_is_no_index():
    with HTTPServer(("127.0.0.1", 0), _Stranger) as stranger:
        thread = threading.Thread(target=stranger.handle_request)
        thread.start()
        with pytest.raises(SearchAwayError, match="is not Elasticsearch"):
            Elastic(f"http://127.0.0.1:{stranger.server_port}").current()
        thread.join()


def test_what_a_killed_writer_had_sent_is_replaced_and_not_doubled(elastic):
    begun(elastic)
    two = [named(1, "one"), replace(named(2, "two"), subject="project:1")]
    killed = elastic_writer.Writer(elastic._connection, f"{elastic.prefix}-v1-1")
    killed.replace({"project:1": two})
    killed._send()
    assert elastic.search(Query()).total == 0
    elastic.replace({"project:1": [named(1, "gear")]})
    elastic.commit()
    assert ids(elastic.search(Query())) == [1]


def test_nineteen_of_the_twenty_nearest_shapes_are_found_among_thousands(elastic):
    begun(elastic)
    chance = np.random.default_rng(20261123)
    centres = chance.random((40, 120))
    shapes = centres[chance.integers(0, 40, 4000)] + chance.normal(0, 0.05, (4000, 120))
    rare = random.Random(1).sample(range(4000), 400)
    kinds = ["rare" if number in set(rare) else "common" for number in range(4000)]
    elastic.replace({
        f"part:{number}": [Document(number, f"part:{number}", "part", facets={"tag": [kind]}, vector=list(shape))]
        for number, (kind, shape) in enumerate(zip(kinds, shapes, strict=True))
    })  # fmt: skip
    elastic.commit()
    for query, among in ((Query(), range(4000)), (Query(facets={"tag": ["rare"]}), rare)):
        right = 0
        for wanted in shapes[:20] + chance.normal(0, 0.02, (20, 120)):
            far = np.linalg.norm(shapes - wanted, axis=1)
            true = sorted(among, key=lambda number: far[number])[:20]
            found = elastic.similar(list(wanted), 20, query)
            assert [hit.score for hit in found] == pytest.approx([far[hit.id] for hit in found], abs=1e-4)
            right += len({hit.id for hit in found} & set(true))
        assert right >= 0.9 * 20 * 20


@pytest.mark.django_db
def test_the_settings_choose_the_engine(site):
    assert isinstance(index.engine(), Elastic)

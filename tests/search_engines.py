"""The engines that a test may ask for by name, each with an empty place of its own; and a real Elasticsearch."""

import os
import secrets
from pathlib import Path

import pytest

ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.service("elasticsearch"))]


def elasticsearch():
    """How the real server that the environment names is reached: settings and their values, of one test alone."""
    certificates = os.environ.get("PARTAGE_TEST_ELASTICSEARCH_CERTIFICATES")
    return {
        "SEARCH_URL": [os.environ["PARTAGE_TEST_ELASTICSEARCH"]],
        "SEARCH_API_KEY": "",
        "SEARCH_CERTIFICATES": Path(certificates) if certificates else None,
        "SEARCH_PREFIX": f"partage-test-{secrets.token_hex(6)}",
    }


def chosen(told):
    """The engine that such settings choose."""
    from search.engines.elastic import Elastic

    names = {"prefix": "SEARCH_PREFIX", "api_key": "SEARCH_API_KEY", "certificates": "SEARCH_CERTIFICATES"}
    return Elastic(*told["SEARCH_URL"], **{name: told[setting] for name, setting in names.items()})


@pytest.fixture
def embedded(tmp_path):
    """The engine in a folder of this test's own."""
    from search.engines.embedded import Embedded

    made = Embedded(tmp_path / "search")
    yield made
    made.release()


@pytest.fixture
def elastic():
    """The engine on the real server, with indices of this test's own."""
    made = chosen(elasticsearch())
    yield made
    made.remove()


@pytest.fixture(params=ENGINES)
def either_site(request, index_now, settings):
    """The site with each of the engines; call it to bring its index up to date."""
    told = elasticsearch() if request.param == "elastic" else {}
    for name, value in told.items():
        setattr(settings, name, value)
    yield index_now
    if told:
        chosen(told).remove()

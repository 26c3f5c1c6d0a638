"""The engines that a test may ask for by name, each with an empty place of its own; and a real Elasticsearch."""

import os
import secrets
from pathlib import Path

import pytest

URL = "PARTAGE_TEST_ELASTICSEARCH"
ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.service("elasticsearch"))]


def elasticsearch():
    """How to reach the real server that the environment names: the settings' names and values."""
    certificates = os.environ.get(f"{URL}_CERTIFICATES")
    return {
        "SEARCH_URL": [os.environ[URL]],
        "SEARCH_API_KEY": os.environ.get(f"{URL}_API_KEY", ""),
        "SEARCH_CERTIFICATES": Path(certificates) if certificates else None,
        "SEARCH_PREFIX": f"partage-test-{secrets.token_hex(6)}",
    }


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
    from search.engines.elastic import Elastic

    told = elasticsearch()
    made = Elastic(
        *told["SEARCH_URL"],
        prefix=told["SEARCH_PREFIX"],
        api_key=told["SEARCH_API_KEY"],
        certificates=told["SEARCH_CERTIFICATES"],
    )
    yield made
    made.remove()

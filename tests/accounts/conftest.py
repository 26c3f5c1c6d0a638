"""People to test with, and a cache that is empty at the start of each test."""

import pytest
from django.core.cache import cache
from django.core.management import call_command

from accounts.actions.create_person import create_person

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def fresh_cache(db):
    call_command("createcachetable")
    cache.clear()


@pytest.fixture
def ada(db):
    return create_person("ada", email="ada@example.org", password=PASSWORD)


@pytest.fixture
def grace(db):
    return create_person("grace", email="grace@example.org", password=PASSWORD)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client

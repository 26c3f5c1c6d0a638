"""What every test may ask for: a data folder of its own, the shared data, the real services."""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests import real_services as services
from tests.search_engines import elastic, embedded  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")


def _moved(value, old, new):
    """The same setting with every path below `old` put below `new`."""
    if isinstance(value, dict):
        return {key: _moved(item, old, new) for key, item in value.items()}
    if isinstance(value, Path):
        return new / value.relative_to(old) if value.is_relative_to(old) else value
    if isinstance(value, str) and value.startswith(f"{old}/"):
        return f"{new}{value.removeprefix(str(old))}"
    return value


def pytest_configure():
    """Give this process a data folder of its own, so that no test touches a site's data."""
    old, new = settings.DATA_DIR, Path(tempfile.mkdtemp(prefix="partage-data-"))
    atexit.register(shutil.rmtree, new, ignore_errors=True)
    for name in dir(settings):
        if name.isupper() and name != "DATABASES":
            value = getattr(settings, name)
            moved = _moved(value, old, new)
            if moved != value:
                setattr(settings, name, moved)
    for folder in (settings.UPLOADS_DIR, settings.MEDIA_ROOT, settings.REPOSITORIES_DIR):
        Path(folder).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """SQLite in a file, as the site has it: threads and other processes see the same rows."""
    from django.db import connections

    own = connections["default"].settings_dict
    if own["ENGINE"].endswith("sqlite3"):
        own["TEST"]["NAME"] = str(settings.DATA_DIR / "test.sqlite3")
    else:
        own["TEST"]["NAME"] = f"test_{own['NAME']}_{os.getpid()}"


@pytest.fixture
def index_now(db, settings, tmp_path):
    """A search index of this test's own; call it to bring the index up to date."""
    from search import index, indexing, synonyms

    settings.SEARCH_DIR = tmp_path / "search"
    index.engine.cache_clear()
    synonyms.forget()
    yield indexing.Indexer().drain
    index.engine.cache_clear()
    synonyms.forget()


@pytest.fixture(scope="session")
def shared():
    """The folder of shared data: files/, hostile/, oracle.csv and the rest."""
    if not SHARED.is_dir():
        services.absent("shared data", f"{SHARED} is not there (PARTAGE_SHARED names another)")
    return SHARED


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """A real S3 server. Tests that ask for it are marked `service("s3")`."""
    from tests.s3 import S3Server

    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        yield server.start()
    finally:
        server.stop()


def pytest_collection_modifyitems(items):
    """Browser tests need Chromium; a test with `service("name")` needs that service."""
    for item in items:
        for need in services.needs(item):
            reason = services.why_absent(need)
            if reason and not services.REQUIRED:
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item):
    """With PARTAGE_REQUIRE_SERVICES=1 an absent service fails the tests that need it."""
    for need in services.needs(item):
        if reason := services.why_absent(need):
            pytest.fail(reason, pytrace=False)


def pytest_terminal_summary(terminalreporter):
    """Say which real services were absent and what went untested; leave totals for `partage test`."""
    for line in services.report():
        terminalreporter.write_line(line)
    count = {key: len(terminalreporter.stats.get(key, [])) for key in ("passed", "failed", "skipped", "error")}
    count["failed"] += count.pop("error")
    if path := os.environ.get("PARTAGE_TEST_TOTALS"):
        Path(path).write_text(json.dumps(count))

"""What every test may ask for: a data folder of its own, the shared data, the real services."""

import atexit
import json
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from tests import real_services as services
from tests.search_engines import either_site, elastic, embedded  # noqa: F401
from tests.together import pytest_runtest_protocol, pytest_sessionfinish, pytest_testnodedown  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PARTAGE_SHARED") or ROOT.parent / "shared" / "data")
ASKS_THE_DATABASE = {"db", "transactional_db", "live_server"}
ONCE = ("tests/browser/", "tests/services/", "tests/designs/mesh/", "tests/contracts/test_search_engines.py")
"""Where nothing depends on which database it is, beyond what other tests ask of it."""
ONCE_BUT = ("tests/browser/test_story.py", "tests/services/test_backup.py")
FAST_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_addoption(parser):
    told = "leave out what does not meet the database, or meets it as other tests do"
    parser.addoption("--meets-database", action="store_true", help=told)


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
    settings.PASSWORD_HASHERS = FAST_HASHER
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


def _meets_database(item):
    """Whether a test may end otherwise on another database."""
    if item.nodeid.startswith(ONCE) and not item.nodeid.startswith(ONCE_BUT):
        return False
    return bool(item.get_closest_marker("django_db") or ASKS_THE_DATABASE & set(item.fixturenames))


def pytest_collection_modifyitems(config, items):
    """Browser tests need Chromium; a test with `service("name")` needs that service."""
    if twice := [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]:
        raise pytest.UsageError(f"tests of one name, of which only one would run: {twice}")
    if config.getoption("--meets-database"):
        left = [item for item in items if not _meets_database(item)]
        items[:] = [item for item in items if _meets_database(item)]
        config.hook.pytest_deselected(items=left)
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

"""The real services that tests use where they are, and what goes untested where they are not."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

REQUIRED = os.environ.get("PARTAGE_REQUIRE_SERVICES") == "1"


@dataclass(frozen=True)
class Service:
    """A program or server, what it tests here, and how to see that it is here."""

    tests: str
    here: Callable[[], bool]
    how: str


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


KNOWN = {
    "chromium": Service("every page in a real browser, with axe", _program("chromium"), "install chromium"),
    "git": Service("clones by the stock git client", _program("git"), "install git"),
    "git-lfs": Service("large files by the stock git-lfs client", _program("git-lfs"), "install git-lfs"),
    "admesh": Service("measurements held against admesh", _program("admesh"), "install admesh"),
    "octoprint": Service(
        "a real OctoPrint that prints", _program("octoprint"), "pip install -r requirements/octoprint.txt"
    ),
    "prusa-slicer": Service("quotes and programs by the real slicer", _program("prusa-slicer"), "install prusa-slicer"),
    "nginx": Service("the site behind nginx, with the stock git and git-lfs", _program("nginx"), "install nginx-light"),
    "s3": Service(
        "blobs and large files on a real S3 server",
        _program("versitygw"),
        "go install github.com/versity/versitygw/cmd/versitygw@latest",
    ),
    "elasticsearch": Service(
        "the search engine at scale on a real Elasticsearch",
        lambda: bool(os.environ.get("PARTAGE_TEST_ELASTICSEARCH")),
        "name one in PARTAGE_TEST_ELASTICSEARCH, or start one by tools/elasticsearch.py",
    ),
    "postgresql": Service(
        "what meets the database, on PostgreSQL",
        lambda: os.environ.get("PARTAGE_DATABASE_URL", os.environ.get("PARTAGE_TEST_POSTGRES", "")).startswith(
            "postgres"
        ),
        "name one in PARTAGE_TEST_POSTGRES",
    ),
}

_missed: dict[str, str] = {}


def needs(item: pytest.Item) -> list[str]:
    """The services that a test is marked for: `browser`, or `service("git-lfs", ...)`."""
    names = [name for mark in item.iter_markers("service") for name in mark.args]
    return [*(["chromium"] if item.get_closest_marker("browser") else []), *names]


def why_absent(name: str) -> str | None:
    """None when the service is here, else the reason to skip or fail with."""
    service = KNOWN[name]
    if service.here():
        return None
    _missed[name] = service.tests
    return f"{name} is absent ({service.how}): would test {service.tests}"


def absent(name: str, reason: str) -> None:
    """Skip the test that is running, or fail it when nothing may be absent."""
    _missed[name] = "the tests that read it"
    if REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def missed() -> dict[str, str]:
    """What was missed in this process: service -> what it would have tested."""
    return dict(_missed)


def miss(others: dict[str, str]) -> None:
    """Add what another process missed."""
    _missed.update(others)


def report() -> list[str]:
    """One line for each service that was missed."""
    return [f"Absent: {name}: would have tested {tests}." for name, tests in sorted(_missed.items())]

"""The site's own addresses: alive, ready, and whom it believes."""

import pytest
from django.test import override_settings

pytestmark = pytest.mark.django_db


def test_healthz_answers_without_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


def test_readyz_names_each_part_with_its_state(client):
    answer = client.get("/readyz")
    parts = answer.json()["parts"]
    assert answer.status_code == 200, parts
    assert set(parts) == {"database", "repositories", "blobs", "disk", "git", "sandbox", "search"}


def test_readyz_says_503_when_a_part_is_broken(client, monkeypatch):
    from config import health

    def broken() -> str:
        raise OSError("the disk is on fire")

    monkeypatch.setitem(health.CHECKS, "disk", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["disk"] == {"ok": False, "state": "OSError: the disk is on fire"}
    assert answer.json()["parts"]["database"]["ok"]


def test_forwarded_headers_of_strangers_are_ignored(rf):
    from django.http import HttpResponse

    from config.middleware import ProxyHeaders

    seen = {}

    def view(request):
        seen["address"] = request.META["REMOTE_ADDR"]
        seen["secure"] = request.is_secure()
        return HttpResponse()

    forged = {
        "HTTP_X_FORWARDED_FOR": "9.9.9.9",
        "HTTP_X_FORWARDED_PROTO": "https",
        "REMOTE_ADDR": "203.0.113.5",
    }
    ProxyHeaders(view)(rf.get("/", **forged))
    assert seen == {"address": "203.0.113.5", "secure": False}
    with override_settings(TRUSTED_PROXIES=["203.0.113.5"]):
        ProxyHeaders(view)(rf.get("/", **forged))
    assert seen == {"address": "9.9.9.9", "secure": True}


@pytest.mark.parametrize("address", ["/about/", "/legal/", "/privacy/", "/robots.txt"])
def test_plain_pages_open(client, address):
    assert client.get(address).status_code == 200


def test_every_page_forbids_foreign_scripts_and_frames(client):
    policy = client.get("/about/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy

"""A short request to a stranger's URL: public addresses alone, pinned, no redirect, cut in time and length."""

import http.server
import socket
import threading
import time

import pytest

from storage.wire.client import WireError
from storage.wire.guard import AddressRefusedError, is_public
from storage.wire.post import Limits, post

PRIVATE = """
127.0.0.1 127.8.8.8 0.0.0.0 0.1.2.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.127.255.254 192.0.0.8 192.0.2.7 198.18.0.1 198.51.100.1 203.0.113.9 192.88.99.1 224.0.0.1 239.1.1.1 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 64:ff9b::a00:1
64:ff9b:1::808:808 2002:7f00:1:: 2002:808:808:: 2001:0:808:808:: 2001:db8::1 3fff::1 fc00::1 fd12::1 fe80::1
fe80::1%eth0 fec0::1 ff02::1 100::1 nonsense 1.2.3
""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(address):
    assert not is_public(address)


def resolves_to(monkeypatch, *addresses):
    """Make every name resolve to these, and note the questions."""
    asked = []

    def resolve(host, port, *_args, **_kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://8.8.8.8/", "not-https"),
        ("http://localhost/", "not-https"),
        ("ftp://forge.example/", "not-https"),
        ("https://localhost/", "private"),
        ("https://2130706433/", "private"),
        ("https://[::1]/", "private"),
        ("https://ada:secret@forge.example/", "credentials"),
        ("https://forge.example:99999/", "bad-url"),
        ("https://forge.example/\r\nX-Evil: 1", "bad-url"),
    ],
)
def test_urls_that_are_not_asked(url, code):
    with pytest.raises(AddressRefusedError) as refused:
        post(url, b"", {})
    assert refused.value.code == code


def test_one_private_address_among_public_ones_refuses_the_host(monkeypatch):
    resolves_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefusedError) as refused:
        post("https://forge.example/", b"", {})
    assert refused.value.code == "private"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path, and remembers who was asked for."""

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.seen.append((self.path, self.headers["Host"], self.rfile.read(length)))
        if self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(600):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://10.0.0.1/")
        self.end_headers()
        self.wfile.write(b"x" * 300_000 if self.path == "/long" else b"fine")

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.seen = []
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def test_an_allowed_host_is_asked_over_http(server):
    url = f"http://localhost:{server.server_port}/hook?x=1"
    answer = post(url, b"hello", {"X-A": "b"}, allowed=["localhost"])
    assert (answer.status, answer.body) == (200, b"fine")
    assert server.seen == [("/hook?x=1", f"localhost:{server.server_port}", b"hello")]


def test_the_name_is_resolved_once_and_the_connection_goes_there(server, monkeypatch):
    asked = resolves_to(monkeypatch, "127.0.0.1")
    url = f"http://lan.example:{server.server_port}/"
    assert post(url, b"", {}, allowed=["lan.example"]).status == 200
    assert asked.count("lan.example") == 1


def test_redirects_are_not_followed(server):
    url = f"http://localhost:{server.server_port}/away"
    assert post(url, b"", {}, allowed=["localhost"]).status == 302
    assert len(server.seen) == 1


def test_a_long_answer_is_cut(server):
    url = f"http://localhost:{server.server_port}/long"
    limits = Limits(answer_bytes=1000)
    assert len(post(url, b"", {}, allowed=["localhost"], limits=limits).body) == 1000


def test_an_answer_that_trickles_is_broken_off_in_time(server):
    url = f"http://localhost:{server.server_port}/drip"
    start = time.monotonic()
    with pytest.raises(WireError, match="in time"):
        post(url, b"", {}, allowed=["localhost"], limits=Limits(total_seconds=0.5))
    assert time.monotonic() - start < 20


def test_a_closed_port_is_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(WireError, match="refused"):
            post(f"http://localhost:{port}/", b"", {}, allowed=["localhost"])

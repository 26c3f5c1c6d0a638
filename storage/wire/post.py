"""One short request to a stranger's URL, with an end to its time however slowly it trickles. Knows no Django."""

import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from storage.wire.client import WireError
from storage.wire.guard import HTTPS_PORT, Target, check_url

CHUNK = 1 << 12
ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said. `body` is its first bytes, as they came."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a connection, seconds for the whole request, bytes of the answer that are read."""

    connect_seconds: float = 5
    total_seconds: float = 15
    answer_bytes: int = 1024


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Collection[str] = (),
    ca_file: Path | None = None,
    limits: Limits | None = None,
) -> Reply:
    """POST once and follow no redirect; http goes to `allowed` hosts alone.

    The connection goes to an address that the check saw. Raises AddressRefusedError, WireError with a short reason.
    """
    limits = limits or Limits()
    target = check_url(url, allowed=allowed, query=True, plain=True)
    ends = monotonic() + limits.total_seconds
    said = "no address"
    for address in target.addresses[:ADDRESSES]:
        connection = _connection(target, address, limits.connect_seconds, ca_file)
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            said = _plain(error)
            connection.close()
            continue
        return _ask(connection, target, body, headers, ends, limits.answer_bytes)
    raise WireError(said)


def _connection(target: Target, address: str, seconds: float, ca_file: Path | None) -> HTTPConnection:
    if target.url.startswith("http:"):
        return HTTPConnection(address, target.port, timeout=seconds)
    context = ssl.create_default_context(cafile=ca_file)
    return HTTPSConnection(
        address,
        target.port,
        timeout=seconds,
        ssl_context=context,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _ask(
    connection: HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str], ends: float, most: int
) -> Reply:
    """Send and read; a timer shuts the socket at the end of the time."""
    late = threading.Event()
    sock = connection.sock

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    shown = f"[{target.host}]" if ":" in target.host else target.host
    usual = 80 if target.url.startswith("http:") else HTTPS_PORT
    host = shown if target.port == usual else f"{shown}:{target.port}"
    path = "/" + target.url.split("/", 3)[3] if target.url.count("/") > 2 else "/"
    sent = {"User-Agent": "partage", "Accept-Encoding": "identity", **headers, "Host": host, "Connection": "close"}
    timer = threading.Timer(max(ends - monotonic(), 0.01), cut)
    timer.daemon = True
    timer.start()
    try:
        sock.settimeout(max(ends - monotonic(), 0.01))
        connection.request("POST", path, body=body, headers=sent, preload_content=False, decode_content=False)
        response = connection.getresponse()
        kept = b""
        for chunk in response.stream(CHUNK, decode_content=False):
            kept += chunk
            if len(kept) >= most:
                break
        if late.is_set():
            raise WireError("no answer in time")
        return Reply(response.status, kept[:most])
    except (HTTPError, OSError, ValueError) as error:
        raise WireError("no answer in time" if late.is_set() else _plain(error)) from error
    finally:
        timer.cancel()
        connection.close()


def _plain(error: Exception) -> str:
    """The reason without our own addresses and objects."""
    cause: BaseException = error.__cause__ or error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {cause.verify_message}"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    return type(cause).__name__.removesuffix("Error")

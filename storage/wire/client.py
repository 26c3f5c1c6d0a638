"""An https client for a stranger's URLs: each is checked, its host pinned, no redirect followed. Knows no Django."""

import base64
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import urllib3
from urllib3.exceptions import HTTPError

from storage.wire.guard import HTTPS_PORT, check_url

CONNECT_SECONDS = 10
READ_SECONDS = 60
LONGEST_ANSWER = 8 << 20


class WireError(Exception):
    """The other side cannot be reached, or did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A name and a password or token for the other side. Never shown, logged or put in an argument list."""

    username: str
    secret: str

    def __repr__(self) -> str:
        return "Credential(…)"

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return "Basic " + base64.b64encode(f"{self.username or 'token'}:{self.secret}".encode()).decode()


class Answer:
    """A status, and the body to be read in pieces. Closed by `with`."""

    def __init__(self, pool: urllib3.HTTPSConnectionPool, response: urllib3.BaseHTTPResponse) -> None:
        self.status = response.status
        self.location = response.headers.get("Location", "")
        self._pool, self._response = pool, response

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._response.close()
        self._pool.close()

    def read(self, size: int) -> bytes:
        """At most so many bytes as they came; empty at the end. Raises WireError."""
        try:
            return self._response.read(size, decode_content=False)
        except HTTPError as error:
            raise WireError(_told(error)) from error

    def all(self) -> bytes:
        """The whole of a short answer. Raises WireError when it is none."""
        body = b""
        while piece := self.read(1 << 16):
            body += piece
            if len(body) > LONGEST_ANSWER:
                raise WireError("the answer is too long")
        return body


class Client:
    """Asks only what `check_url` lets pass. `ca_file` has the authorities to trust in place of the system's."""

    def __init__(self, *, allowed: Collection[str] = (), ca_file: Path | None = None) -> None:
        self.allowed = allowed
        self._tls = ssl.create_default_context(cafile=ca_file)

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
    ) -> Answer:
        """Send a request to one of the addresses that the check saw. Raises AddressRefusedError, WireError."""
        target = check_url(url, allowed=self.allowed, query=True)
        shown = f"[{target.host}]" if ":" in target.host else target.host
        host = shown if target.port == HTTPS_PORT else f"{shown}:{target.port}"
        path = "/" + target.url.split("/", 3)[3] if target.url.count("/") > 2 else "/"
        sent = {"User-Agent": "partage", "Accept-Encoding": "identity", **(headers or {}), "Host": host}
        last: Exception | None = None
        for address in target.addresses:
            pool = urllib3.HTTPSConnectionPool(
                address,
                target.port,
                ssl_context=self._tls,
                server_hostname=target.host,
                assert_hostname=target.host,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                retries=False,
            )
            try:
                answer = pool.urlopen(
                    method, path, body=body, headers=sent, redirect=False, preload_content=False, decode_content=False
                )
            except HTTPError as error:
                pool.close()
                last = error
                if not isinstance(
                    error, urllib3.exceptions.ConnectTimeoutError | urllib3.exceptions.NewConnectionError
                ):
                    break
            else:
                return Answer(pool, answer)
        raise WireError(_told(last)) from last


def _told(error: Exception | None) -> str:
    return type(error).__name__.removesuffix("Error") if error else "no address"

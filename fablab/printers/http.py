"""The way to a machine's host: the address is checked and pinned at each call, no redirect is followed."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from fablab.printers.types import Check, PrinterAwayError, PrinterRefusedError

CONNECT_SECONDS = 5
READ_SECONDS = 30
SEND_SECONDS = 600
LONGEST_ANSWER = 1 << 20


class Host:
    """One host at a base URL, with the header that opens it."""

    def __init__(self, url: str, headers: Mapping[str, str], check: Check) -> None:
        self.url = url.rstrip("/")
        self.headers = {name: value for name, value in headers.items() if value}
        self.check = check

    def ask(self, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask in JSON. Raises PrinterAwayError, PrinterRefusedError."""
        content = json.dumps(body).encode() if body is not None else None
        kind = {"Content-Type": "application/json"} if body is not None else {}
        return self._send(method, path, kind, content, READ_SECONDS)

    def upload(self, path: str, name: str, program: Path, fields: Mapping[str, str]) -> dict[str, Any]:
        """Send a file as a form. Raises PrinterAwayError, PrinterRefusedError."""
        with program.open("rb") as source:
            parts: list[tuple[str, str | tuple[str, bytes, str]]] = list(fields.items())
            parts.append(("file", (name, source.read(), "text/x-gcode")))
        content, kind = urllib3.encode_multipart_formdata(parts)
        return self._send("POST", path, {"Content-Type": kind}, content, SEND_SECONDS)

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None, seconds: float
    ) -> dict[str, Any]:
        host, port, addresses = self.check(self.url)
        parts = urlsplit(self.url)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds)
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                addresses[0], port, server_hostname=host, assert_hostname=host, timeout=timeout, retries=False
            )
        else:
            pool = urllib3.HTTPConnectionPool(addresses[0], port, timeout=timeout, retries=False)
        sent = {"User-Agent": "partage", "Accept": "application/json", "Host": parts.netloc, **self.headers, **headers}
        try:
            answer = pool.urlopen(
                method, parts.path + path, body=content, headers=sent, redirect=False, preload_content=False
            )
            body = answer.read(LONGEST_ANSWER)
        except (HTTPError, OSError) as error:
            raise PrinterAwayError(type(error).__name__.removesuffix("Error")) from error
        finally:
            pool.close()
        return _answer(answer.status, body)


def _answer(status: int, body: bytes) -> dict[str, Any]:
    found: Any = {}
    with suppress(ValueError):
        found = json.loads(body) if body else {}
    told = found if isinstance(found, dict) else {}
    if status in {401, 403}:
        raise PrinterRefusedError("the key is wrong, or may not do this")
    if 300 <= status < 400:
        raise PrinterRefusedError("the address leads elsewhere; say where it leads to")
    if status >= 500:
        raise PrinterAwayError(f"answered {status}")
    if status >= 400:
        said = told.get("error")
        raise PrinterRefusedError(str(said)[:200] if isinstance(said, str) else f"answered {status}")
    if body and not isinstance(found, dict):
        raise PrinterAwayError("does not answer as such a host does")
    return told

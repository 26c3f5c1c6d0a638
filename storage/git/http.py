"""Git's smart HTTP, read side: `git upload-pack` streamed through, with a bounded number of slots.

What the write side needs as well is here too: slots, the request's body, what a service announces.
"""

import gzip
import os
import re
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from storage.git.errors import BusyError, GitError
from storage.git.process import CHUNK, end, environment, run, spawn

SLOTS = threading.BoundedSemaphore(4)
WAITING = threading.BoundedSemaphore(4)
WAIT_SECONDS = 10
NICE = 19
"""What git computes for clones steps back behind pages."""
BODY_CHUNK = 1 << 20
MAX_REQUEST_BYTES = 64 << 20
_PROTOCOL = re.compile(r"[a-z0-9=:.\-]{0,64}")
_CONFIG = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "false",
    "transfer.hideRefs": "refs/merge",
    "lsrefs.unborn": "advertise",
    "core.alternateRefsCommand": "true",
}


def limit_slots(number: int, waiting: int) -> None:
    """Let at most this many git children answer the wire at once, and so many requests wait for one to end.

    Both hold a thread. To be called at the start, before any does.
    """
    global SLOTS, WAITING
    SLOTS, WAITING = threading.BoundedSemaphore(number), threading.BoundedSemaphore(waiting)


class Slot:
    """One of the few places in which a git child may answer the wire. Raises BusyError when none gets free in time."""

    def __init__(self) -> None:
        slots, waiting = SLOTS, WAITING
        if not slots.acquire(blocking=False):
            if not waiting.acquire(blocking=False):
                raise BusyError("every git slot is taken, and many wait")
            try:
                if not slots.acquire(timeout=WAIT_SECONDS):
                    raise BusyError("every git slot is taken")
            finally:
                waiting.release()
        self._release: Callable[[], None] | None = slots.release

    def free(self) -> None:
        """Give it back, once."""
        if self._release:
            self._release()
            self._release = None


def environment_for(protocol: str, config: Mapping[str, str]) -> dict[str, str]:
    """The environment of a git child that speaks this Git-Protocol, where it is a sane one."""
    said = protocol if _PROTOCOL.fullmatch(protocol) else ""
    return environment(config, **({"GIT_PROTOCOL": said} if said else {}))


def announced(service: str, said: bytes) -> bytes:
    """What a service advertises, headed by its name."""
    line = f"# service={service}\n".encode()
    return b"%04x%s0000%s" % (len(line) + 4, line, said)


def advertise(repo: Path, protocol: str) -> bytes:
    """The answer to info/refs?service=git-upload-pack."""
    env = environment_for(protocol, _CONFIG)
    said = run(repo, ["upload-pack", "--stateless-rpc", "--advertise-refs", "--strict", str(repo)], env=env)
    return said if "version=2" in env.get("GIT_PROTOCOL", "") else announced("git-upload-pack", said)


def feed(child: "subprocess.Popen[bytes]", body: Iterable[bytes]) -> None:
    """Write a request's body to git and close its input. What git does not want any more is read and dropped,
    so that the client comes to reading the answer."""
    pipe = child.stdin
    if pipe is None:
        raise GitError("git has no pipes")
    gone = False
    for chunk in body:
        view = memoryview(chunk)
        while view and not gone:
            try:
                view = view[os.write(pipe.fileno(), view) :]
            except BrokenPipeError:
                gone = True
    pipe.close()


class UploadPack:
    """The answer to git-upload-pack, in pieces. `close()` ends git and frees the slot, whoever calls it."""

    def __init__(self, repo: Path, body: Iterable[bytes], protocol: str) -> None:
        self._slot = Slot()
        try:
            args = ["upload-pack", "--stateless-rpc", "--strict", str(repo)]
            self._child = spawn(repo, args, env=environment_for(protocol, _CONFIG), nice=NICE)
            feed(self._child, body)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        pipe = self._child.stdout
        chunk = os.read(pipe.fileno(), CHUNK) if pipe and not pipe.closed else b""
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        """End git if it runs; free the slot once."""
        if child := getattr(self, "_child", None):
            end(child)
        self._slot.free()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def request_body(environ: dict[str, Any], limit: int | None = None) -> Iterator[bytes]:
    """A WSGI request's body in pieces: plain or chunked, inflated if it is gzip, never over the limit of bytes.

    Raises ValueError when it is too large or damaged.
    """
    source: IO[bytes] = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH") or ""
    inflate = zlib.decompressobj(31) if environ.get("HTTP_CONTENT_ENCODING", "") in {"gzip", "x-gzip"} else None
    total = 0
    for raw in _raw(source, int(length) if length else None, bool(environ.get("wsgi.input_terminated"))):
        pieces = _inflated(inflate, raw) if inflate else iter([raw])
        for piece in pieces:
            total += len(piece)
            if total > (limit or MAX_REQUEST_BYTES):
                raise ValueError("the request is too large")
            yield piece


def _raw(source: IO[bytes], left: int | None, ends_by_itself: bool) -> Iterator[bytes]:
    if left is None and not ends_by_itself:
        return
    while left is None or left > 0:
        chunk = source.read(BODY_CHUNK if left is None else min(BODY_CHUNK, left))
        if not chunk:
            if left:
                raise ValueError("the request ends early")
            return
        if left is not None:
            left -= len(chunk)
        yield chunk


def _inflated(inflate: Any, raw: bytes) -> Iterator[bytes]:
    try:
        while raw:
            yield inflate.decompress(raw, CHUNK)
            raw = inflate.unconsumed_tail
            if inflate.eof:
                return
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ValueError("the request is damaged") from error

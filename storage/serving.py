"""Send what the store of blobs holds: from any byte on, or by whoever can do it faster than we."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import quote

from botocore.exceptions import ClientError
from django.core.files.storage import FileSystemStorage

from storage.blobs import CHUNK, key, store

URL_SECONDS = 300
_ABSENT = {"404", "NoSuchKey", "NotFound"}


class FilePart:
    """A file from byte `start` up to `stop`, in pieces; a server may send it by `fileno`. Raises FileNotFoundError."""

    def __init__(self, path: str, start: int, stop: int | None) -> None:
        self._file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._left = max(0, (os.fstat(self._file.fileno()).st_size if stop is None else stop) - start)
        self._file.seek(start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._file.closed else self.read(CHUNK)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, all that is left where it is negative."""
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def fileno(self) -> int:
        """The descriptor of the whole file, which stands at the first byte to be sent."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def stream(sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to `stop`, in pieces; nothing is read ahead of them. Raises FileNotFoundError."""
    kept = store()
    if isinstance(kept, FileSystemStorage):
        return FilePart(kept.path(key(sha256)), start, stop)
    return _from_s3(cast(Any, kept), sha256, start, stop)


def _from_s3(kept: Any, sha256: str, start: int, stop: int | None) -> Iterator[bytes]:
    if stop is not None and stop <= start:
        return iter(())
    wanted = f"bytes={start}-{stop - 1 if stop is not None else ''}"
    more = {"Range": wanted} if start or stop is not None else {}
    try:
        body = kept.bucket.Object(key(sha256)).get(**more)["Body"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            raise FileNotFoundError(key(sha256)) from error
        raise

    def pieces() -> Iterator[bytes]:
        try:
            yield from body.iter_chunks(CHUNK)
        finally:
            body.close()

    return pieces()


def nginx_path(sha256: str, location: str) -> str:
    """Where nginx finds the object below an internal location, for X-Accel-Redirect; empty for S3."""
    if not isinstance(store(), FileSystemStorage):
        return ""
    return f"{location.rstrip('/')}/{quote(key(sha256))}"


def signed_url(sha256: str, *, disposition: str, content_type: str) -> str:
    """An address at which S3 gives the object to whoever has it, for five minutes; empty for a folder."""
    kept = store()
    if isinstance(kept, FileSystemStorage):
        return ""
    said = {"ResponseContentDisposition": disposition, "ResponseContentType": content_type}
    return str(cast(Any, kept).url(key(sha256), parameters=said, expire=URL_SECONDS))

"""Send what the store of blobs holds: from any byte on, or by whoever can do it faster than we."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import quote

from botocore.exceptions import ClientError
from django.core.files.storage import FileSystemStorage

from storage.blobs import CHUNK, key, store

URL_SECONDS = 300
_ABSENT = {"404", "NoSuchKey", "NotFound"}


def stream(sha256: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to `stop`, in pieces; nothing is read ahead of them. Raises FileNotFoundError."""
    kept = store()
    if isinstance(kept, FileSystemStorage):
        return _from_folder(kept.path(key(sha256)), start, stop)
    return _from_s3(cast(Any, kept), sha256, start, stop)


def _from_folder(path: str, start: int, stop: int | None) -> Iterator[bytes]:
    file = open(path, "rb")  # noqa: SIM115, PTH123 - opened now, so that what is missing is told now

    def pieces() -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = stop - start if stop is not None else None
            while left is None or left > 0:
                piece = file.read(CHUNK if left is None else min(CHUNK, left))
                if not piece:
                    return
                if left is not None:
                    left -= len(piece)
                yield piece

    return pieces()


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

"""Objects named by the SHA-256 of their content, in a folder or in S3."""

import contextlib
import hashlib
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.translation import gettext_lazy as _

from storage import pruning

CHUNK = 1 << 20
WRITE_BACK = 16 << 20
"""After so many bytes the disk begins to write what has arrived, so that the fsync at the end finds little to do."""
FRESH = timedelta(minutes=30)
"""So long an object that is kept once more is not dated anew."""
DOWN = _("The store of files does not answer. Nothing was changed: try again in a minute.")
"""What is said to whoever asks while `is_down`."""


class WrongContentError(ValueError):
    """The bytes are not those of the name; `str()` says what they are."""


def store() -> Storage:
    """Where the objects lie."""
    return storages["blobs"]


def is_down(error: BaseException) -> bool:
    """Whether an error says that the S3 server is away: it cannot be reached, or answers 5xx. A folder never is."""
    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= 500
    return isinstance(error, BotoCoreError)


def key(sha256: str) -> str:
    """Where the object lies: ab/cd/<sha256>."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def put(path: Path) -> str:
    """Keep the content of a file and return its SHA-256. Content that is there already is not written again.

    Raises OSError on a full disk, with nothing half written under the object's name.
    """
    with path.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        _keep(sha256, source)
    return sha256


def receive(pieces: Iterable[bytes], sha256: str, size: int) -> None:
    """Keep content that arrives in pieces, once all of it is there and is what it claims to be.

    Raises WrongContentError, and OSError on a full disk, with nothing kept.
    """
    kept = store()
    room = Path(kept.path("incoming") if isinstance(kept, FileSystemStorage) else settings.UPLOADS_DIR)
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=room, prefix="blob-") as part:
        digest, got, begun = hashlib.sha256(), 0, 0
        for piece in pieces:
            got += len(piece)
            if got > size:
                raise WrongContentError(f"more than the {size} bytes that were announced")
            digest.update(piece)
            part.write(piece)
            if got - begun >= WRITE_BACK:
                os.posix_fadvise(part.fileno(), begun, got - begun, os.POSIX_FADV_DONTNEED)
                begun = got
        if got != size or digest.hexdigest() != sha256:
            raise WrongContentError(f"{got} bytes with the SHA-256 {digest.hexdigest()}")
        part.seek(0)
        _keep(sha256, part.file, is_ours=True)


def _keep(sha256: str, source: IO[bytes], *, is_ours: bool = False) -> None:
    """Write the object unless it is there; then it is dated anew, so that no sweep takes it before a row names it.

    A source that `is_ours` lies beside the objects where they are in a folder, and changes no more: it becomes one.
    """
    write = _link if is_ours and isinstance(store(), FileSystemStorage) else _write
    if not exists(sha256):
        write(sha256, source)
        return
    with pruning.forbidden():
        is_here = exists(sha256)
        if is_here and modified(key(sha256)) < datetime.now(UTC) - FRESH:
            _date_anew(key(sha256))
    if not is_here:
        write(sha256, source)


def _date_anew(name: str) -> None:
    kept = store()
    if isinstance(kept, FileSystemStorage):
        os.utime(kept.path(name))
        return
    s3 = cast(Any, kept)
    itself = {"Bucket": s3.bucket_name, "Key": name}
    anew = {"MetadataDirective": "REPLACE", "ContentType": "application/octet-stream"}
    s3.connection.meta.client.copy(itself, s3.bucket_name, name, ExtraArgs=anew)


def _write(sha256: str, source: IO[bytes]) -> None:
    kept = store()
    name = key(sha256)
    if not isinstance(kept, FileSystemStorage):
        kept.save(name, File(source))
        return
    target = Path(kept.path(name))
    part = Path(kept.path(f"incoming/{uuid.uuid4().hex}"))
    part.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _copy_durably(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _link(sha256: str, source: IO[bytes]) -> None:
    source.flush()
    os.fchmod(source.fileno(), 0o644)
    os.fsync(source.fileno())
    target = Path(store().path(key(sha256)))
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        target.hardlink_to(source.name)


def _copy_durably(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def open_blob(sha256: str) -> IO[bytes]:
    """The content as a binary file. Raises FileNotFoundError."""
    return store().open(key(sha256), "rb")


def exists(sha256: str) -> bool:
    """Whether the object is there."""
    return store().exists(key(sha256))


def size(sha256: str) -> int:
    """Bytes. Raises FileNotFoundError."""
    return store().size(key(sha256))


def delete(sha256: str) -> None:
    """Remove the object if it is there."""
    store().delete(key(sha256))


def iter_keys() -> Iterator[str]:
    """The SHA-256 of every object."""
    for first in _folders(""):
        if len(first) == 2:
            for second in _folders(first):
                yield from store().listdir(f"{first}/{second}")[1]


def iter_incoming() -> Iterator[str]:
    """The name of whatever is on its way in, or was left there by who broke off."""
    with contextlib.suppress(FileNotFoundError):
        yield from (f"incoming/{name}" for name in store().listdir("incoming")[1])
    for room in _folders("incoming"):
        yield from (f"incoming/{room}/{name}" for name in store().listdir(f"incoming/{room}")[1])


def modified(name: str) -> datetime:
    """When what lies there was written. Raises FileNotFoundError."""
    return store().get_modified_time(name)


def remove(name: str) -> None:
    """Remove whatever lies under a name, if it is there."""
    store().delete(name)


def _folders(name: str) -> list[str]:
    try:
        return store().listdir(name)[0]
    except FileNotFoundError:
        return []

"""Addresses at which a client sends or fetches an object straight from S3. None where blobs lie in a folder."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from storage import blobs

EXPIRES_SECONDS = 3600


@dataclass(frozen=True)
class Link:
    """An address, and headers that must be sent with it because they are signed."""

    href: str
    header: dict[str, str]


def _direct() -> S3Storage | None:
    store = blobs.store()
    return store if isinstance(store, S3Storage) and settings.S3_DIRECT else None


def download(sha256: str) -> Link | None:
    """Where the object can be fetched for an hour."""
    if not (store := _direct()):
        return None
    wanted = {"Bucket": store.bucket_name, "Key": blobs.key(sha256)}
    return Link(_client(store).generate_presigned_url("get_object", Params=wanted, ExpiresIn=EXPIRES_SECONDS), {})


def upload(room: str, sha256: str, size: int) -> Link | None:
    """Where the object can be sent for an hour, to wait there for `accept`. Length and checksum are signed."""
    if not (store := _direct()):
        return None
    checksum = _encoded(bytes.fromhex(sha256))
    wanted = {
        "Bucket": store.bucket_name, "Key": _incoming(room, sha256), "ContentLength": size, "ChecksumSHA256": checksum,
    }  # fmt: skip
    href = _client(store).generate_presigned_url("put_object", Params=wanted, ExpiresIn=EXPIRES_SECONDS)
    return Link(href, {"x-amz-checksum-sha256": checksum})


def accept(room: str, sha256: str, size: int) -> bool:
    """Whether the object has just been sent straight to S3; it is in its place then. False: it was not sent.

    That the store holds the same bytes already does not count: whoever claims a content must send it.
    Raises WrongContentError where other bytes were sent.
    """
    store = _direct()
    if not store:
        return False
    client, name = _client(store), _incoming(room, sha256)
    try:
        head = client.head_object(Bucket=store.bucket_name, Key=name, ChecksumMode="ENABLED")
    except ClientError:
        return False
    checksum = _encoded(bytes.fromhex(sha256))
    if head["ContentLength"] != size or (head.get("ChecksumSHA256") or _checksum(client, name, store)) != checksum:
        client.delete_object(Bucket=store.bucket_name, Key=name)
        raise blobs.WrongContentError(f"{head['ContentLength']} bytes that are not those of the name")
    source = {"Bucket": store.bucket_name, "Key": name}
    client.copy(source, store.bucket_name, blobs.key(sha256))
    client.delete_object(Bucket=store.bucket_name, Key=name)
    return True


def _checksum(client: Any, name: str, store: S3Storage) -> str:
    """The checksum of what was sent, for a server that tells none."""
    digest = hashlib.sha256()
    for chunk in client.get_object(Bucket=store.bucket_name, Key=name)["Body"].iter_chunks(blobs.CHUNK):
        digest.update(chunk)
    return _encoded(digest.digest())


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _incoming(room: str, sha256: str) -> str:
    return f"incoming/{room}/{sha256}"


def _client(store: S3Storage) -> Any:
    return store.connection.meta.client

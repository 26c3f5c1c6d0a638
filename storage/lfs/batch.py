"""The batch API: what a client asks to send or fetch, and the answer's shape.

https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from storage.lfs.errors import LfsError
from storage.lfs.pointer import Pointer

CONTENT_TYPE = "application/vnd.git-lfs+json"
MAX_OBJECTS = 1000
_OID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Batch:
    """Which objects, and in which direction."""

    operation: Literal["upload", "download"]
    objects: Sequence[Pointer]


@dataclass(frozen=True)
class Action:
    """Where the client goes next, and what it says there."""

    href: str
    header: Mapping[str, str]
    expires_in: int

    def as_json(self) -> dict[str, object]:
        """As it stands in the answer."""
        return {"href": self.href, "header": dict(self.header), "expires_in": self.expires_in}


def parse(said: object) -> Batch:
    """The request of a batch. Raises LfsError where it is not one."""
    if not isinstance(said, dict):
        raise LfsError(422, "This is not a batch request.")
    operation, objects = said.get("operation"), said.get("objects")
    if operation not in {"upload", "download"} or not isinstance(objects, list):
        raise LfsError(422, "A batch names an operation, upload or download, and objects.")
    if said.get("hash_algo", "sha256") != "sha256":
        raise LfsError(409, "Only sha256 is known here.")
    if "basic" not in (said.get("transfers") or ["basic"]):
        raise LfsError(422, "Only the basic transfer is known here.")
    if len(objects) > MAX_OBJECTS:
        raise LfsError(413, f"A batch holds {MAX_OBJECTS} objects at the most.")
    return Batch(operation, [pointer(one) for one in objects])


def pointer(said: object) -> Pointer:
    """`{"oid": ..., "size": ...}`. Raises LfsError."""
    oid, size = (said.get("oid"), said.get("size")) if isinstance(said, dict) else (None, None)
    if not isinstance(oid, str) or not _OID.fullmatch(oid):
        raise LfsError(422, "An object's oid is 64 hexadecimal digits.")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise LfsError(422, "An object's size is a number of bytes.")
    return Pointer(oid, size)


def answer(objects: Sequence[dict[str, object]]) -> dict[str, object]:
    """The whole answer to a batch."""
    return {"transfer": "basic", "objects": list(objects), "hash_algo": "sha256"}


def with_actions(asked: Pointer, actions: Mapping[str, Action]) -> dict[str, object]:
    """One object of the answer: what to do with it, or nothing where it is there already."""
    told: dict[str, object] = {"oid": asked.sha256, "size": asked.size}
    if actions:
        told |= {"authenticated": True, "actions": {name: action.as_json() for name, action in actions.items()}}
    return told


def with_error(asked: Pointer, status: int, sentence: str) -> dict[str, object]:
    """One object of the answer that cannot be sent or fetched."""
    return {"oid": asked.sha256, "size": asked.size, "error": {"code": status, "message": sentence}}

"""The locks API: what a client says and hears. https://github.com/git-lfs/git-lfs/blob/main/docs/api/locking.md"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.lfs.errors import LfsError

MAX_LOCKS = 100


@dataclass(frozen=True)
class Lock:
    """One lock as clients see it."""

    id: str
    path: str
    locked_at: datetime
    owner: str

    def as_json(self) -> dict[str, object]:
        """As it stands in an answer."""
        at = self.locked_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"id": self.id, "path": self.path, "locked_at": at, "owner": {"name": self.owner}}


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for: after `cursor`, at most `limit`."""

    cursor: int
    limit: int


def page(said: Mapping[str, Any]) -> Page:
    """The part of a list that a request asks for. Raises LfsError."""
    try:
        cursor = int(said.get("cursor") or 0)
        limit = int(said.get("limit") or MAX_LOCKS)
    except (TypeError, ValueError) as error:
        raise LfsError(422, "cursor and limit are numbers.") from error
    return Page(cursor, max(1, min(limit, MAX_LOCKS)))


def path_of(said: object) -> str:
    """The path to lock, below the project's root. Raises LfsError."""
    path = said.get("path") if isinstance(said, dict) else None
    if not isinstance(path, str) or not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise LfsError(422, "A lock names the path of a file in the project.")
    return path

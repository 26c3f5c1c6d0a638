"""What git tells and what it is told."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

Kind = Literal["blob", "tree", "commit"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree. `path` is whole; `size` is in bytes, None for trees."""

    mode: str
    kind: Kind
    oid: str
    size: int | None
    path: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_link(self) -> bool:
        """A symbolic link: its content is where it points, and is never followed."""
        return self.mode == "120000"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit."""

    id: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    at: datetime
    message: str

    @property
    def title(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class LastChange:
    """The commit that last changed something: its title, when it was authored, and committed (Unix seconds)."""

    id: str
    title: str
    at: datetime
    committed: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or a tag, and the commit it leads to."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Tag:
    """What an annotated tag says."""

    name: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one path: A added, M modified, D deleted, R renamed."""

    kind: str
    path: str
    old_path: str
    old_oid: str
    new_oid: str


@dataclass(frozen=True, slots=True)
class Put:
    """Write the content of a file on disk at this path."""

    path: str
    source: Path


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove this file, or this folder and all in it."""

    path: str


@dataclass(frozen=True, slots=True)
class Move:
    """Rename this file, or this folder and all in it."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who made a commit."""

    name: str
    email: str

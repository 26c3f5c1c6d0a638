"""What a person is told on the notifications page: designs' own notifications, and what apps above bring."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from accounts.models import User


@dataclass(frozen=True)
class Told:
    """One row: `key` names it among all, `said` follows the actor's name, or stands alone where nobody acted."""

    key: str
    subject: str
    said: str
    at: datetime
    is_read: bool
    url: str
    place: str
    place_url: str
    actor: Any = None
    why: str = ""


class Source(Protocol):
    """Somewhere that people are told of things. Everything is of one person, the newest first."""

    def count(self, user: User, *, all_of_them: bool) -> int:
        """How many there are: the unread, or all."""

    def unread(self, user: User) -> int:
        """How many are unread, for the head of every page; counted to a hundred."""

    def rows(self, user: User, *, all_of_them: bool, most: int) -> list[Told]:
        """The first ones."""

    def read(self, user: User, key: str) -> str | None:
        """Mark one as read; where it leads, or None where the key is not of this source and person."""

    def read_all(self, user: User) -> None:
        """Mark all as read."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let the page and the head of pages show what this source tells."""
    _sources.append(source)


def unread(user: User) -> int:
    """How many are unread; exact up to a hundred."""
    return sum(source.unread(user) for source in _sources)


def read(user: User, key: str) -> str | None:
    """Mark one as read; where it leads, or None where there is none of that key."""
    return next((url for source in _sources if (url := source.read(user, key)) is not None), None)


def read_all(user: User) -> None:
    """Mark all as read."""
    for source in _sources:
        source.read_all(user)


class Merged(Sequence[Told]):
    """All sources in one order, as a paginator takes it."""

    def __init__(self, user: User, *, all_of_them: bool) -> None:
        self.user = user
        self.all_of_them = all_of_them
        self._count = sum(source.count(user, all_of_them=all_of_them) for source in _sources)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted: Any) -> Any:
        if not isinstance(wanted, slice):
            return self[wanted : wanted + 1][0]
        start, stop, _step = wanted.indices(self._count)
        lists = [source.rows(self.user, all_of_them=self.all_of_them, most=stop) for source in _sources]
        return list(islice(heapq.merge(*lists, key=lambda one: one.at, reverse=True), start, stop))

"""Kinds of things that apps above let the search page find, beside designs, parts and people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from designs.discovery.asked import KINDS
from search.types import Hit


class Row(Protocol):
    """One thing found: it has a name, a page, and words that say which it is among its like."""

    name: str

    def get_absolute_url(self) -> str:
        """Its page."""

    @property
    def place(self) -> str:
        """What stands beside its name."""


@dataclass(frozen=True)
class Kind:
    """A tab of the page: `document` is the kind of its documents, `template` shows one row as `row`.

    `rows` gives the rows of hits that everybody may see now, in their order.
    """

    name: Promise
    document: str
    template: str
    rows: Callable[[Sequence[Hit]], Sequence[Row]]


_kinds: dict[str, Kind] = {}


def register(key: str, kind: Kind) -> None:
    """Let a kind of things be found, at `?kind=key`."""
    _kinds[key] = kind
    KINDS[key] = [kind.document]


def kinds() -> dict[str, Kind]:
    """What has been registered, by the word of the address."""
    return _kinds

"""The chosen engine, and how a person's words become a question to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.conf import settings

from search import analysis, synonyms
from search.engines.embedded import Embedded
from search.types import Engine, Hit, Query, Results


@dataclass(frozen=True)
class Found:
    """What was found; `is_fuzzy` where nothing was until typing errors were forgiven."""

    results: Results
    is_fuzzy: bool = False


@cache
def engine() -> Engine:
    """The engine that needs no server, in the data folder."""
    return Embedded(Path(settings.SEARCH_DIR))


def _with(text: str, query: Query, *, fuzzy: bool = False, typing: bool = False) -> Query:
    said = analysis.clauses(text, synonyms=synonyms.table(), fuzzy=fuzzy, typing=typing)
    both = [*query.clauses, *said]
    sort = "newest" if query.sort == "relevance" and not both else query.sort
    return replace(query, clauses=both, sort=sort)


def find(text: str, query: Query, *, forgiving: bool = True) -> Found:
    """What a person asks in words, within a query. Without words the newest come first.

    Where nothing is found, `forgiving` asks once more with typing errors forgiven.
    Raises SearchAwayError, and ValueError beyond the window.
    """
    strict = _with(text, query)
    results = engine().search(strict)
    if results.total or not strict.clauses or not forgiving:
        return Found(results)
    fuzzy = _with(text, query, fuzzy=True)
    if fuzzy == strict:
        return Found(results)
    found = engine().search(fuzzy)
    return Found(found, is_fuzzy=bool(found.total))


def suggest(text: str, query: Query) -> list[Hit]:
    """The best hits while a person is typing: the last word may be a beginning. Raises SearchAwayError."""
    return engine().suggest(_with(text, query, typing=True))


def similar(vector: Sequence[float], k: int, query: Query) -> list[Hit]:
    """The `k` nearest shapes of what meets the query. Raises SearchAwayError."""
    return engine().similar(vector, k, query)

"""The chosen engine, and how a person's words become a question to it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from search import analysis, synonyms
from search.engines.embedded import Embedded
from search.passes import Found, Search
from search.types import Engine, Hit, Query


@cache
def engine() -> Engine:
    """Elasticsearch where the settings name one, else the engine that needs no server, in the data folder."""
    if not settings.SEARCH_URL:
        return Embedded(Path(settings.SEARCH_DIR))
    from search.engines.elastic import Elastic  # half a second, for those alone who have one

    return Elastic(
        *settings.SEARCH_URL,
        prefix=settings.SEARCH_PREFIX,
        api_key=settings.SEARCH_API_KEY,
        certificates=settings.SEARCH_CERTIFICATES,
    )


def find(text: str, query: Query, *, forgiving: bool = True) -> Found:
    """What a person asks in words, within a query. Without words the newest come first.

    Where little is found, `forgiving` asks again with typing errors forgiven and with fewer of the words.
    Raises SearchAwayError, and ValueError beyond the window.
    """
    return Search(engine(), synonyms.table(), query).find(text, forgiving=forgiving)


def suggest(text: str, query: Query) -> list[Hit]:
    """The best hits while a person is typing: the last word may be a beginning. Where there are none, typing errors are
    forgiven. Raises SearchAwayError."""
    for fuzzy in (False, True):
        said = analysis.clauses(text, synonyms=synonyms.table(), fuzzy=fuzzy, typing=True)
        if hits := engine().suggest(replace(query, clauses=[*query.clauses, *said])):
            return hits
    return []


def similar(vector: Sequence[float], k: int, query: Query) -> list[Hit]:
    """The `k` nearest shapes of what meets the query. Raises SearchAwayError."""
    return engine().similar(vector, k, query)

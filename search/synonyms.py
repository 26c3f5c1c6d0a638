"""The table of synonyms, as the analysis wants it: kept in memory, and looked at again every few seconds."""

import threading
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from django.db import DatabaseError

from search import analysis

FRESH_SECONDS = 10.0
OWN = Path(__file__).parent / "synonyms.csv"
"""The groups that a site begins with, one a line."""

_lock = threading.Lock()
_kept: tuple[float, analysis.Synonyms] = (float("-inf"), {})


def groups(lines: Iterable[str]) -> analysis.Synonyms:
    """What is said -> the other ways to say it, from groups of words with commas between them."""
    found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for line in lines:
        ways = [tuple(analysis.tokens(word)) for word in line.split(",")]
        ways = [way for way in dict.fromkeys(ways) if way]
        for way in ways:
            for said in {way, analysis.way(way).tokens}:
                others = found.setdefault(analysis.key(said), {})
                others.update((other, None) for other in ways if other != way)
    return {way: tuple(others) for way, others in found.items() if others}


def table() -> analysis.Synonyms:
    """The site's synonyms. While the database does not answer, the last that were read."""
    global _kept
    with _lock:
        read_at, known = _kept
        if monotonic() - read_at < FRESH_SECONDS:
            return known
        from search.models import Synonym

        try:
            known = groups(Synonym.objects.values_list("words", flat=True))
        except DatabaseError:
            return known
        _kept = (monotonic(), known)
        return known


def forget() -> None:
    """Read the table again at the next question."""
    global _kept
    _kept = (float("-inf"), {})
